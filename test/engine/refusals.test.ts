import type { NodeParameterValueType } from 'n8n-workflow';

import { ordinary } from '../sandbox/support/apiClient';
import { OPERATIONS, parametersOf, type OperationId } from '../support/operations';
import { SandboxRuns, stopOf, type Parameters } from '../support/sandboxRuns';
import { settle, type World } from '../support/world';
import { LIMITS } from './parameterLimits';

const samora = new SandboxRuns({}, { kept: true });
let world: World;

beforeAll(async () => (world = await settle(samora.sandbox)));

const each = LIMITS.flatMap(({ operations, ...limit }) =>
	operations.map((id) => ({ id, name: limit.at.join('.'), ...limit })),
);

/** The operation with its parameter by expression from the items, and items that are good or bad as told. */
function rowsOf({ id, at, beside, good }: (typeof each)[number], kinds: unknown[]) {
	let goods = 0;
	const items = kinds.map((kind, n) => ({
		value: (kind === 'good' ? good(goods++, world) : kind) as string,
		phone: ordinary(n),
	}));
	const base = parametersOf(id, world, {
		...('toNumber' in OPERATIONS[id].parameters(world) ? { toNumber: '={{ $json.phone }}' } : {}),
		...beside,
	});
	return { items, parameters: withValue(base, at, '={{ $json.value }}') };
}

/** A copy with a value put at a path. */
function withValue(
	into: unknown,
	[key, ...rest]: Array<string | number>,
	value: string,
): Parameters {
	const holder = (into ?? (typeof key === 'number' ? [] : {})) as Record<string, unknown>;
	const inner = rest.length === 0 ? value : withValue(holder[key], rest, value);
	const copy = Array.isArray(holder) ? [...holder] : { ...holder };
	return Object.assign(copy, { [key]: inner }) as Parameters;
}

/** Recipients go together, everything else item by item. */
const requestsFor = (id: OperationId, items: number) =>
	id === 'addCampaignRecipients' ? 1 : items;

describe('a parameter that is invalid', () => {
	describe.each(each)('$id $name', (limit) => {
		it('stops the node before anything is sent, with a message that names parameter, item and limit', async () => {
			const one = rowsOf(limit, ['good', limit.bad[0], 'good']);
			const { message, description } = stopOf(await samora.run(one.parameters, one.items));
			expect(message).toContain(limit.label);
			expect(message).toMatch(limit.says);
			expect(message).toMatch(/ \[item 1\]$/);
			expect(description).toMatch(/^Nothing was sent for any of the 3 items/);
			expect(await samora.sent()).toEqual([]);

			const all = rowsOf(limit, ['good', ...limit.bad, limit.bad[0]]);
			expect(stopOf(await samora.run(all.parameters, all.items)).message).toMatch(
				new RegExp(`^${limit.bad.length + 1} of ${limit.bad.length + 2} rows can't be used, so `),
			);
			expect(await samora.sent()).toEqual([]);
		});

		it('says so of every value that the API would refuse', async () => {
			const { parameters, items } = rowsOf(limit, limit.bad);
			const { output } = await samora.run(parameters, items, { onError: 'continueRegularOutput' });
			expect(output).toHaveLength(limit.bad.length);
			for (const [n, { json }] of output.entries()) {
				expect({ bad: limit.bad[n], sentence: json.error }).toMatchObject({
					sentence: expect.stringContaining(limit.label),
				});
				expect(json.error).toMatch(limit.says);
			}
			expect(await samora.sent()).toEqual([]);
		});

		it('comes out with its message with On Error, and the other rows are sent', async () => {
			const kinds = ['good', ...limit.bad.slice(0, 3), 'good'];
			const { items, parameters } = rowsOf(limit, kinds);
			for (const onError of ['continueRegularOutput', 'continueErrorOutput'] as const) {
				const outcome = await samora.run(parameters, items, { onError });
				expect(outcome.error).toBeUndefined();
				const sent = await samora.sent({ operationId: limit.id });
				expect(sent).toHaveLength(requestsFor(limit.id, 2));
				expect(sent.map(({ violation }) => violation)).toEqual(sent.map(() => null));
				const output = onError === 'continueErrorOutput' ? outcome.errorOutput : outcome.output;
				for (let item = 1; item < kinds.length - 1; item++) {
					const own = output.filter(
						({ pairedItem }) => (pairedItem as { item: number }).item === item,
					);
					expect(own).toHaveLength(1);
					expect(own[0].json.error).toContain(limit.label);
					expect(own[0].json.error).toMatch(limit.says);
					expect(own[0].json.error).toMatch(new RegExp(` \\[item ${item}\\]$`));
				}
			}
		});
	});

	it.each(['triggerCall', 'getCampaign', 'addCampaignRecipients'] as const)(
		'names some of many bad rows, and counts the others: %s',
		async (id) => {
			const limit = each.find((one) => one.id === id && one.name === 'agentId');
			if (!limit) throw new Error(`No limit of ${id}`);
			const kinds = ['good', ...Array.from({ length: 12 }, (_, n) => `bad ${n}`), 'good'];
			const { items, parameters } = rowsOf(limit, kinds);
			const { message } = stopOf(await samora.run(parameters, items));
			expect(message).toMatch(/^12 of 14 rows can't be used/);
			expect(message).toMatch(/Agent ID must be a UUID.* \(row 1\); Agent ID must be/);
			expect(message).toMatch(/; \d+ more rows for other reasons$/);
			expect(await samora.sent()).toEqual([]);
		},
	);

	it('is named for each row when two rows differ in what is wrong', async () => {
		const { message } = stopOf(
			await samora.run(
				parametersOf('createCampaign', world, {
					agentId: '={{ $json.agent }}',
					name: '={{ $json.name }}',
				}),
				[
					{ agent: world.agentId, name: '' },
					{ agent: 'nobody', name: 'Spring' },
				],
			),
		);
		expect(message).toContain('Name is empty (row 0)');
		expect(message).toMatch(/Agent ID must be a UUID.* \(row 1\)$/);
		expect(await samora.sent()).toEqual([]);
	});

	it.each(['updateCampaign', 'updateWebhook'] as const)(
		'is an update that changes nothing: %s',
		async (id) => {
			for (const updateFields of [{}, { dataOptions: {} }] as NodeParameterValueType[]) {
				const { message } = stopOf(
					await samora.run(parametersOf(id, world, { updateFields: updateFields as never })),
				);
				expect(message).toMatch(/^Update Fields is empty.*\[item 0\]$/);
			}
			expect(await samora.sent()).toEqual([]);
		},
	);

	it.each([
		['triggerCall', 'metadata', 'Metadata'],
		['addCampaignRecipients', 'variables', 'Variables'],
	] as const)('is a name that comes twice: %s %s', async (id, name, label) => {
		const { message } = stopOf(
			await samora.run(
				parametersOf(id, world, {
					variablesMode: 'keyValue',
					[name]: {
						values: [
							{ key: 'name', value: 'Ada' },
							{ key: ' name', value: 'Grace' },
						],
					},
				}),
			),
		);
		expect(message).toContain(`${label} has "name" twice`);
		expect(await samora.sent()).toEqual([]);
	});

	it('is an expression that cannot be evaluated', async () => {
		const parameters = (id: OperationId, name: string) =>
			parametersOf(id, world, {
				[name]: '={{ $json.bad ? $("Nowhere").item.json.phone : $json.good }}',
			});
		const recipients = {
			...parameters('addCampaignRecipients', 'toNumber'),
			campaignId: { __rl: true as const, mode: 'id', value: world.campaigns[2] },
		};
		const items = [{ good: ordinary(1) }, { bad: true }];
		const { message } = stopOf(await samora.run(recipients, items));
		expect(message).toMatch(/^The expression in "toNumber" can't be read: .* \[item 1\]$/);
		expect(await samora.sent()).toEqual([]);
		const goesOn = await samora.run(recipients, items, { onError: 'continueErrorOutput' });
		expect(goesOn.output).toHaveLength(1);
		expect(goesOn.errorOutput[0]).toMatchObject({
			pairedItem: { item: 1 },
			json: { error: expect.stringMatching(/^The expression in "toNumber"/) },
		});

		// Elsewhere n8n's own sentence comes first; that nobody is called stays true.
		for (const [id, name, good] of [
			['triggerCall', 'toNumber', ordinary(1)],
			['getCall', 'callId', world.calls[0]],
			['createWebhook', 'name', 'Good'],
		] as const) {
			const stopped = await samora.run(parameters(id, name), [{ good }, { bad: true }]);
			expect(stopped.error).toMatchObject({ context: { itemIndex: 1 } });
			expect(await samora.sent()).toEqual([]);

			const { output, errorOutput } = await samora.run(
				parameters(id, name),
				[{ good }, { bad: true }],
				{ onError: 'continueErrorOutput' },
			);
			expect([output.length, errorOutput.length]).toEqual([1, 1]);
			expect(await samora.sent()).toHaveLength(1);
		}
	});
});
