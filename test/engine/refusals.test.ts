import { randomUUID } from 'node:crypto';

import type { NodeParameterValueType } from 'n8n-workflow';

import { ordinary } from '../sandbox/apiClient';
import { OPERATIONS, parametersOf, type OperationId } from '../support/operations';
import { SandboxRuns, stopOf, type Parameters } from '../support/sandboxRuns';
import { settle, type World } from '../support/world';

const samora = new SandboxRuns({}, { kept: true });
let world: World;

beforeAll(async () => (world = await settle(samora.sandbox)));

/** What one parameter of an operation must be. */
interface Limit {
	operations: OperationId[];
	/** Where the parameter stands; a number is a row of a collection. */
	at: Array<string | number>;
	/** Other parameters it needs. */
	beside?: Parameters;
	label: string;
	/** What the sentence says it must be. */
	says: RegExp;
	/** A value that goes through, different for each item where a repeated one would be something else. */
	good: (n: number) => unknown;
	bad: unknown[];
}

const UUIDS = { says: /UUID/, bad: ['', 'abc', 42, null, '123e4567-e89b-12d3-a456-42661417400'] };
const wholeNumber = ['', 'many', 1.5, null, true, [], {}];
const text = (characters: number) => 'x'.repeat(characters);
const retry = (values: Parameters) => ({
	values: { maxRetries: 1, retryDelayMinutes: 1, retryOn: ['FAILED'], ...values },
});

const LIMITS: Limit[] = [
	{
		...UUIDS,
		operations: [
			'triggerCall',
			'createCampaign',
			'listCampaigns',
			'getCampaign',
			'updateCampaign',
			'addCampaignRecipients',
			'listCampaignCalls',
			'startCampaign',
			'stopCampaign',
			'cancelCampaign',
			'createWebhook',
		],
		at: ['agentId'],
		label: 'Agent ID',
		good: () => world.agentId,
	},
	{
		...UUIDS,
		operations: ['getCall'],
		at: ['callId'],
		label: 'Call ID',
		good: (n) => world.calls[n % 3],
	},
	{
		...UUIDS,
		operations: [
			'getCampaign',
			'updateCampaign',
			'addCampaignRecipients',
			'listCampaignCalls',
			'startCampaign',
			'stopCampaign',
			'cancelCampaign',
		],
		at: ['campaignId', 'value'],
		label: 'Campaign',
		good: () => world.campaigns[0],
	},
	{
		...UUIDS,
		operations: ['getWebhook', 'updateWebhook'],
		at: ['webhookId', 'value'],
		label: 'Webhook',
		good: (n) => world.webhooks[n % 3],
	},
	{
		...UUIDS,
		operations: ['deleteWebhook'],
		at: ['webhookId', 'value'],
		label: 'Webhook',
		// Any that is not needed here: that it is asked for is what counts.
		good: () => randomUUID(),
	},
	{
		...UUIDS,
		bad: ['abc', 42],
		operations: ['listWebhooks'],
		at: ['filters', 'agentId'],
		label: 'Agent ID',
		good: () => world.agentId,
	},
	{
		operations: ['triggerCall', 'addCampaignRecipients'],
		at: ['toNumber'],
		label: 'To Number',
		says: /country code|digits|empty|too short|one phone number/i,
		good: ordinary,
		bad: ['', null, 'Ada', '12345', '+1', '+1415', '+1234567890123456', [], {}],
	},
	{
		operations: ['triggerCall'],
		at: ['metadataJson'],
		beside: { metadataMode: 'json' },
		label: 'Metadata JSON',
		says: /JSON/,
		good: (n) => `{"n": ${n}}`,
		bad: ['{', '{"a": 1,}', '[1]', '"text"', '5', 'null', 5, true, [1]],
	},
	{
		operations: ['triggerCall'],
		at: ['metadata', 'values', 0, 'key'],
		beside: { metadataMode: 'keyValue', metadata: { values: [{ key: '', value: 'Ada' }] } },
		label: 'Metadata',
		says: /without a name: "Ada"/,
		good: () => 'name',
		bad: ['', '  ', null],
	},
	{
		operations: ['addCampaignRecipients'],
		at: ['variablesJson'],
		beside: { variablesMode: 'json' },
		label: 'Variables JSON',
		says: /JSON/,
		good: (n) => `{"n": ${n}}`,
		bad: ['{', '[1]', '5', 'null', [1]],
	},
	{
		operations: ['addCampaignRecipients'],
		at: ['variables', 'values', 0, 'key'],
		beside: { variablesMode: 'keyValue', variables: { values: [{ key: '', value: 'Ada' }] } },
		label: 'Variables',
		says: /without a name: "Ada"/,
		good: () => 'name',
		bad: ['', null],
	},
	{
		operations: ['createCampaign'],
		at: ['name'],
		label: 'Name',
		says: /120|empty/,
		good: () => text(120),
		bad: [text(121), '', '   ', null, {}],
	},
	{
		operations: ['updateCampaign'],
		at: ['updateFields', 'name'],
		label: 'Name',
		says: /120|empty/,
		good: () => text(120),
		bad: [text(121), ''],
	},
	{
		operations: ['createWebhook'],
		at: ['name'],
		label: 'Name',
		says: /255|empty/,
		good: () => text(255),
		bad: [text(256), '', null],
	},
	{
		operations: ['updateWebhook'],
		at: ['updateFields', 'name'],
		label: 'Name',
		says: /255|empty/,
		good: () => text(255),
		bad: [text(256), ''],
	},
	...[
		{ operations: ['createCampaign' as const], path: ['retryConfig'] },
		{ operations: ['updateCampaign' as const], path: ['updateFields', 'retryConfig'] },
	].flatMap(({ operations, path }): Limit[] => {
		const beside =
			path.length === 1 ? { retryConfig: retry({}) } : { updateFields: { retryConfig: retry({}) } };
		return [
			{
				operations,
				beside,
				at: [...path, 'values', 'maxRetries'],
				label: 'Max Retries',
				says: /from 1 to 5/,
				good: (n) => [1, 5, '3'][n % 3],
				bad: [0, 6, -1, ...wholeNumber],
			},
			{
				operations,
				beside,
				at: [...path, 'values', 'retryDelayMinutes'],
				label: 'Retry After (Minutes)',
				says: /from 1 to 1440/,
				good: (n) => [1, 1440, '30'][n % 3],
				bad: [0, 1441, -5, ...wholeNumber],
			},
			{
				operations,
				beside,
				at: [...path, 'values', 'retryOn'],
				label: 'Retry On',
				says: /UNANSWERED, REJECTED, VOICEMAIL, FAILED/,
				good: (n) => [['UNANSWERED', 'REJECTED'], ['VOICEMAIL'], 'FAILED'][n % 3],
				bad: [[], '', 'BUSY', ['UNANSWERED', 'BUSY'], null, {}],
			},
		];
	}),
	...[
		{ operations: ['createWebhook' as const], path: [] },
		{ operations: ['updateWebhook' as const], path: ['updateFields'] },
	].flatMap(({ operations, path }): Limit[] => [
		{
			operations,
			at: [...path, 'events'],
			label: 'Events',
			says: /CALL_STARTED, CALL_FINISHED, CALL_FAILED/,
			good: (n) => [['CALL_STARTED'], ['CALL_FINISHED', 'CALL_FAILED'], 'CALL_FAILED'][n % 3],
			bad: [[], '', ['CALL_RINGING'], ['CALL_FAILED', 'x'], null],
		},
		{
			operations,
			at: [...path, 'url'],
			label: 'URL',
			says: /https:\/\/|empty|space|character/,
			good: (n) => `https://example.com/${n}?a=b&c=%20#d`,
			bad: [
				'',
				null,
				'example.com',
				'http://example.com',
				'https://',
				'ftp://example.com',
				'ftp://127.0.0.1/',
				'javascript://localhost',
				'http://127.0.0.1.example.com/',
				'https://exa mple.com/',
				'https://example.com/a b',
				'https://example.com/é',
				'https://example.com/|',
				'https://example.com/%zz',
			],
		},
		...(
			[
				['name', ['X Token', 'X-Tökn', 'X:Y', '']],
				['value', ['a\nb', 'a\r\nX-Other: b', 'tökn', 'a\u0000b', '\u007f']],
			] as const
		).map(([field, bad]): Limit => ({
			operations,
			beside:
				path.length === 0
					? { customHeaders: { values: [{ name: 'X-Token', value: 'abc' }] } }
					: { updateFields: { customHeaders: { values: [{ name: 'X-Token', value: 'abc' }] } } },
			at: [...path, 'customHeaders', 'values', 0, field],
			label: 'Custom Headers',
			says: /header|name|value/,
			good: (n) => `X-Good-${n}`,
			bad: [...bad],
		})),
	]),
	{
		operations: ['listCampaigns', 'listCampaignCalls', 'listWebhooks'],
		at: ['limit'],
		label: 'Limit',
		says: /at least 1/,
		good: (n) => [1, '2', 1000][n % 3],
		bad: [0, -1, ...wholeNumber],
	},
	...(['durationMin', 'durationMax'] as const).map((name): Limit => ({
		operations: ['listCampaignCalls'],
		at: ['filters', name],
		label: name === 'durationMin' ? 'Min Duration (Seconds)' : 'Max Duration (Seconds)',
		says: /at least 0/,
		good: (n) => [0, 60, '5'][n % 3],
		bad: [-1, 'long', true, {}],
	})),
	{
		operations: ['listCampaignCalls'],
		at: ['filters', 'durationMin'],
		beside: { filters: { durationMax: 60 } },
		label: 'Min Duration (Seconds)',
		says: /more than Max Duration/,
		good: () => 60,
		bad: [61, '3600'],
	},
	{
		operations: ['listCampaignCalls'],
		at: ['filters', 'status'],
		label: 'Status',
		says: /PENDING, TRIGGERED, ONGOING, CALL_FINISHED/,
		good: (n) => ['PENDING', 'VOICEMAIL', 'FAILED'][n % 3],
		bad: ['DONE', 'pending', 5, ['PENDING']],
	},
	{
		operations: ['listCampaignCalls'],
		at: ['sort', 'sortBy'],
		label: 'Sort By',
		says: /created_at/,
		good: () => 'duration',
		bad: ['name', '', null, 1],
	},
	{
		operations: ['listCampaignCalls'],
		at: ['sort', 'sortDir'],
		label: 'Direction',
		says: /asc, desc/,
		good: () => 'asc',
		bad: ['up', '', null],
	},
];

const each = LIMITS.flatMap(({ operations, ...limit }) =>
	operations.map((id) => ({ id, name: limit.at.join('.'), ...limit })),
);

/** The operation with its parameter by expression from the items, and items that are good or bad as told. */
function rowsOf({ id, at, beside, good }: (typeof each)[number], kinds: unknown[]) {
	let goods = 0;
	const items = kinds.map((kind, n) => ({
		value: (kind === 'good' ? good(goods++) : kind) as string,
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

describe('refused before it is sent', () => {
	describe.each(each)('$id $name', (limit) => {
		it('stops the node: nothing is sent, and the sentence names parameter, item and limit', async () => {
			const one = rowsOf(limit, ['good', limit.bad[0], 'good']);
			const { message, description } = stopOf(await samora.run(one.parameters, one.items));
			expect(message).toContain(limit.label);
			expect(message).toMatch(limit.says);
			expect(message).toMatch(/ \[item 1\]$/);
			expect(description).toMatch(/^Nothing was sent for any of the 3 items/);
			expect(await samora.sent()).toEqual([]);

			const all = rowsOf(limit, ['good', ...limit.bad, limit.bad[0]]);
			expect(stopOf(await samora.run(all.parameters, all.items)).message).toMatch(
				new RegExp(`^${limit.bad.length + 1} of ${limit.bad.length + 2} rows cannot be used, so `),
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

		it('or goes on with the good rows; the bad ones come out with the sentence, paired', async () => {
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
			expect(message).toMatch(/^12 of 14 rows cannot be used/);
			expect(message).toMatch(/Agent ID must be a UUID.* \(row 1\); Agent ID must be/);
			expect(message).toMatch(/; \d+ more rows for other reasons$/);
			expect(await samora.sent()).toEqual([]);
		},
	);

	it('names every row of two that are bad in different ways', async () => {
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
		'wants something to change: %s',
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
	] as const)('refuses the same name twice: %s %s', async (id, name, label) => {
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

	it('is what has an expression that cannot be evaluated', async () => {
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
		expect(message).toMatch(/^The expression in "toNumber" cannot be read: .* \[item 1\]$/);
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
