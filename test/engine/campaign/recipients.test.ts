import type { IDataObject, NodeParameterValueType } from 'n8n-workflow';

import { ordinary } from '../../sandbox/support/apiClient';
import { parametersOf } from '../../support/operations';
import { startOtherServer } from '../../support/otherServer';
import { paired, SandboxRuns, stopOf, type Parameters } from '../../support/sandboxRuns';
import { settle, type World } from '../../support/world';

const samora = new SandboxRuns();
let world: World;

beforeEach(async () => (world = await settle(samora.sandbox)));

const MiB = 1024 * 1024;
const byId = (value: string) => ({ __rl: true as const, mode: 'id', value });

/** An empty campaign, unless another is named; the number stands in the field `phone`. */
const parameters = (more: Parameters = {}) =>
	parametersOf('addCampaignRecipients', world, {
		campaignId: byId(world.campaigns[1]),
		toNumber: '={{ $json.phone }}',
		...more,
	});

const rows = (count: number, first = 0): IDataObject[] =>
	Array.from({ length: count }, (_, n) => ({ phone: ordinary(first + n) }));

interface Sent {
	phone_numbers: Array<{ to_number: string; call_variables?: Record<string, unknown> }>;
}

const additions = async () => await samora.sent({ operationId: 'addCampaignRecipients' });
const sizes = async () =>
	(await additions()).map(({ body }) => (body as Sent).phone_numbers.length);

/** What should come out when everything went in, from what the sandbox noted down. */
async function allAdded(items: IDataObject[]) {
	const ids = (await additions()).flatMap(({ scheduledCallIds = [] }) => scheduledCallIds);
	return items.map(({ phone }, item) => ({
		json: { scheduled_call_id: ids[item], to_number: phone },
		pairedItem: { item },
	}));
}

describe('all items', () => {
	it('go in one request, and every ID comes out beside its row', async () => {
		const items = rows(30);
		const { output, error } = await samora.run(parameters(), items);
		expect(error).toBeUndefined();
		const sent = await additions();
		expect(sent).toHaveLength(1);
		expect(sent[0]).toMatchObject({
			path: `/v1/external/campaigns/${world.agentId}/${world.campaigns[1]}/scheduled-calls`,
			violation: null,
			keyed: true,
			body: { phone_numbers: items.map(({ phone }) => ({ to_number: phone })) },
		});
		expect(paired(output)).toEqual(await allAdded(items));
		const calls = await samora.control.calls({ campaign_id: world.campaigns[1] });
		const numberOf = new Map(calls.map(({ id, to_number }) => [id, to_number]));
		for (const { json } of output) {
			expect(numberOf.get(String(json.scheduled_call_id))).toBe(json.to_number);
		}
	});

	it('go in one request for each campaign that the expressions name, and come out in their order', async () => {
		const items: IDataObject[] = rows(9).map((row, n) => ({
			...row,
			campaign: world.campaigns[n % 3],
		}));
		const { output } = await samora.run(
			parameters({ campaignId: byId('={{ $json.campaign }}') }),
			items,
		);
		expect(await sizes()).toEqual([3, 3, 3]);
		expect(output.map(({ json, pairedItem }) => [json.to_number, pairedItem])).toEqual(
			items.map(({ phone }, item) => [phone, { item }]),
		);
		for (const [n, campaign] of world.campaigns.entries()) {
			const calls = await samora.control.calls({ campaign_id: campaign });
			const ids = output
				.filter((_, item) => item % 3 === n)
				.map(({ json }) => json.scheduled_call_id);
			// The first campaign had three recipients before.
			expect(calls.slice(-3).map(({ id }) => id)).toEqual(ids);
		}
	});

	it.each([[['one']], [[]]])(
		'says how many are in when Samora answers with fewer IDs than recipients (%j), and adds none again',
		async (ids) => {
			let requests = 0;
			const server = await startOtherServer((_, res) => {
				requests++;
				res.writeHead(201, { 'content-type': 'application/json' });
				res.end(JSON.stringify({ message: 'Scheduled', data: { scheduled_call_ids: ids } }));
			});
			const { error } = await samora.run(
				parameters(),
				rows(2),
				{ retryOnFail: true, maxTries: 3, waitBetweenTries: 0 },
				{ baseUrl: server.url },
			);
			await server.stop();
			expect(error?.message).toContain(`Samora added ${ids.length} of 2 recipients`);
			for (const id of ids) expect(error?.description).toContain(id);
			expect(requests).toBe(1);
		},
	);
});

describe('a request', () => {
	it.each([
		[4999, [4999]],
		[5000, [5000]],
		[5001, [5000, 1]],
	])('takes up to the limit of recipients: %i', async (count, expected) => {
		const items = rows(count);
		const { output, error } = await samora.run(parameters(), items);
		expect(error).toBeUndefined();
		expect(await sizes()).toEqual(expected);
		expect((await additions()).every(({ violation }) => violation === null)).toBe(true);
		expect(paired(output)).toEqual(await allAdded(items));
	});

	/** Rows whose request has exactly so many bytes. */
	function rowsOfBytes(bytes: number): IDataObject[] {
		const sizeOf = (items: IDataObject[]) =>
			Buffer.byteLength(
				JSON.stringify({
					phone_numbers: items.map(({ phone, note }) => ({
						to_number: phone,
						call_variables: { note },
					})),
				}),
			);
		// Two bytes a letter: the limit is one of bytes, not of characters.
		const items = rows(530).map((row) => ({ ...row, note: 'é'.repeat(1900) }));
		const missing = bytes - sizeOf(items);
		if (missing < 0) throw new Error('The rows are too large already');
		let left = missing;
		for (const item of items) {
			const more = Math.min(left, 280);
			item.note += 'x'.repeat(more);
			left -= more;
		}
		if (sizeOf(items) !== bytes) throw new Error('The rows cannot be made that large');
		return items;
	}

	it.each([
		[2 * MiB - 1, 1],
		[2 * MiB, 1],
		[2 * MiB + 1, 2],
	])('takes up to the limit of bytes: %i', async (bytes, requests) => {
		const items = rowsOfBytes(bytes);
		const { output, error } = await samora.run(
			parameters({ variablesMode: 'selectedFields', variableFields: 'note' }),
			items,
		);
		expect(error).toBeUndefined();
		const sent = await additions();
		expect(sent).toHaveLength(requests);
		if (requests === 1) expect(sent[0].bodyBytes).toBe(bytes);
		for (const { bodyBytes, violation } of sent) {
			expect(bodyBytes).toBeLessThanOrEqual(2 * MiB);
			expect(violation).toBeNull();
		}
		expect(paired(output)).toEqual(await allAdded(items));
	});

	/** An item of which `{"note":"…"}` has exactly so many bytes, most of them in letters of several. */
	const noteOf = (bytes: number, letter: string) => {
		const room = bytes - Buffer.byteLength('{"note":""}');
		const letters = Math.floor(room / Buffer.byteLength(letter)) - 4;
		return letter.repeat(letters) + 'x'.repeat(room - letters * Buffer.byteLength(letter));
	};

	it.each(['x', 'é', '漢', '🙂'])(
		'takes 4096 bytes of call variables per recipient, written with %s',
		async (letter) => {
			const full = { phone: ordinary(0), note: noteOf(4096, letter) };
			const over = { phone: ordinary(1), note: noteOf(4097, letter) };
			const chosen = parameters({
				variablesMode: 'json',
				variablesJson: '={{ { note: $json.note } }}',
			});

			const accepted = await samora.run(chosen, [full]);
			expect(accepted.error).toBeUndefined();
			expect(await sizes()).toEqual([1]);

			const refused = stopOf(await samora.run(chosen, [full, over]));
			expect(refused.message).toContain('4097');
			expect(refused.message).toContain('4096');
			expect(refused.message).toMatch(/^Call Variables .*\[item 1\]$/);
			expect(await additions()).toEqual([]);
		},
	);
});

describe('call variables', () => {
	const item = {
		phone: ordinary(0),
		first_name: 'Ada',
		company: { name: 'Engine & Co' },
		vip: true,
	};

	it.each<[string, Record<string, NodeParameterValueType>, unknown]>([
		['none', { variablesMode: 'none' }, undefined],
		['allFields', { variablesMode: 'allFields' }, item],
		[
			'selectedFields',
			{ variablesMode: 'selectedFields', variableFields: ' first_name,company , nobody,,' },
			{ first_name: 'Ada', company: { name: 'Engine & Co' } },
		],
		[
			'selectedFields by an expression that gives a list',
			{ variablesMode: 'selectedFields', variableFields: '={{ ["vip"] }}' },
			{ vip: true },
		],
		[
			'keyValue',
			{
				variablesMode: 'keyValue',
				variables: {
					values: [
						{ key: 'name', value: '={{ $json.first_name }}' },
						{ key: '={{ "is_" + "vip" }}', value: '={{ $json.vip }}' },
						{ key: '', value: '' },
					],
				},
			},
			{ name: 'Ada', is_vip: true },
		],
		[
			'json',
			{
				variablesMode: 'json',
				variablesJson: '{"greeting": "Hello {{ 1 + 1 }}", "list": [1, null]}',
			},
			{ greeting: 'Hello {{ 1 + 1 }}', list: [1, null] },
		],
		[
			'json by an expression in the text',
			{ variablesMode: 'json', variablesJson: '={"name": "{{ $json.first_name }}"}' },
			{ name: 'Ada' },
		],
		['json that is empty', { variablesMode: 'json', variablesJson: '' }, undefined],
	])('%s', async (_, more, expected) => {
		const { error } = await samora.run(parameters(more), [item]);
		expect(error).toBeUndefined();
		const [{ body }] = await additions();
		expect((body as Sent).phone_numbers).toEqual([
			{ to_number: item.phone, ...(expected === undefined ? {} : { call_variables: expected }) },
		]);
	});

	it('differ from row to row, by expression in the mode as well', async () => {
		await samora.run(parameters({ variablesMode: '={{ $json.mode }}' }), [
			{ phone: ordinary(0), mode: 'allFields' },
			{ phone: ordinary(1), mode: 'none' },
		]);
		const [{ body }] = await additions();
		expect((body as Sent).phone_numbers).toEqual([
			{ to_number: ordinary(0), call_variables: { phone: ordinary(0), mode: 'allFields' } },
			{ to_number: ordinary(1) },
		]);
	});
});

describe('a request in the middle that fails', () => {
	const items = () => rows(5003);
	const secondRequest = (kind: '401' | '429' | '500-after' | 'reset-after', times = 1) =>
		samora.control.addFault({
			kind,
			times,
			skip: 1,
			retryAfter: 0,
			operationId: 'addCampaignRecipients',
		});
	const again = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };

	it('stops the node, which says whose recipients were added', async () => {
		await secondRequest('401');
		const { message } = stopOf(await samora.run(parameters(), items()));
		expect(message).toContain('5000 of 5003 recipients are in the campaign');
		expect(message).toContain('items 0–4999');
		expect(await sizes()).toEqual([5000, 3]);
	});

	it('is sent again by Retry On Fail, without the recipients that were added', async () => {
		await secondRequest('401');
		const { output, error } = await samora.run(parameters(), items(), again);
		expect(error).toBeUndefined();
		expect(await sizes()).toEqual([5000, 3, 3]);
		const accepted = (await additions()).filter((entry) => entry.accepted);
		const ids = accepted.flatMap(({ scheduledCallIds = [] }) => scheduledCallIds);
		expect(output.map(({ json }) => json.scheduled_call_id)).toEqual(ids);
		expect(new Set(ids).size).toBe(5003);
		const inCampaign = await samora.control.calls({ campaign_id: world.campaigns[1] });
		expect(inCampaign.map(({ to_number }) => to_number)).toEqual(items().map(({ phone }) => phone));
	});

	it('is repeated at once when Samora was only busy', async () => {
		await secondRequest('429', 2);
		const { output, error } = await samora.run(parameters(), items());
		expect(error).toBeUndefined();
		expect(output).toHaveLength(5003);
		expect(await sizes()).toEqual([5000, 3, 3, 3]);
	});

	it.each(['500-after', 'reset-after'] as const)(
		'is not sent again when its result is unknown (%s)',
		async (kind) => {
			await secondRequest(kind);
			const { message, description } = stopOf(await samora.run(parameters(), items(), again));
			expect(await sizes()).toEqual([5000, 3]);
			expect(message).toMatch(/^It is not known whether 3 recipients were added/);
			expect(message).toContain('5000 of 5003 recipients are in the campaign');
			expect(description).toMatch(/twice/);
			const inCampaign = await samora.control.calls({ campaign_id: world.campaigns[1] });
			expect(inCampaign).toHaveLength(5003);
		},
	);

	it.each(['continueRegularOutput', 'continueErrorOutput'] as const)(
		'comes out as its rows, paired, beside the others with On Error %s',
		async (onError) => {
			await secondRequest('401');
			const outcome = await samora.run(parameters(), items(), { onError });
			expect(outcome.error).toBeUndefined();
			const bad =
				onError === 'continueErrorOutput' ? outcome.errorOutput : outcome.output.slice(5000);
			const good =
				onError === 'continueErrorOutput' ? outcome.output : outcome.output.slice(0, 5000);
			expect(good.map(({ pairedItem }) => pairedItem)).toEqual(
				Array.from({ length: 5000 }, (_, item) => ({ item })),
			);
			expect(good.every(({ json }) => typeof json.scheduled_call_id === 'string')).toBe(true);
			expect(bad.map(({ pairedItem }) => pairedItem)).toEqual(
				[5000, 5001, 5002].map((item) => ({ item })),
			);
			for (const [n, { json }] of bad.entries()) {
				expect(json.error).toMatch(new RegExp(`API key.*\\[item ${5000 + n}\\]$`));
				expect(json.details).toMatchObject({ to_number: ordinary(5000 + n) });
			}
		},
	);
});

describe('rows of several campaigns', () => {
	it('are added where they can be when one campaign refuses them', async () => {
		await samora.control.setCampaignStatus(world.campaigns[1], 'FINISHED');
		const items = rows(6).map((row, n) => ({ ...row, campaign: world.campaigns[n % 3] }));
		const chosen = parameters({ campaignId: byId('={{ $json.campaign }}') });
		const { output, errorOutput } = await samora.run(chosen, items, {
			onError: 'continueErrorOutput',
		});
		expect(output.map(({ pairedItem }) => pairedItem)).toEqual(
			[0, 2, 3, 5].map((item) => ({ item })),
		);
		expect(errorOutput.map(({ pairedItem }) => pairedItem)).toEqual(
			[1, 4].map((item) => ({ item })),
		);
		for (const { json } of errorOutput) {
			expect(json.error).toContain('FINISHED');
			expect(json).toMatchObject({ campaign: world.campaigns[1] });
		}
	});

	it('go to the same campaign however its ID is written', async () => {
		const [campaign] = world.campaigns;
		const items = rows(2).map((row, n) => ({
			...row,
			campaign: n === 0 ? campaign : ` ${campaign.toUpperCase()} `,
		}));
		await samora.run(parameters({ campaignId: byId('={{ $json.campaign }}') }), items);
		expect(await sizes()).toEqual([2]);
	});
});

describe('rows that are skipped by choice', () => {
	const listed: IDataObject[] = [
		{ phone: '(415) 555-2671' },
		{ phone: '+442079460018' },
		{ phone: 'nobody' },
		{ phone: '+1 415 555 2671' },
		{ phone: ordinary(1) },
	];
	const chosen = (options: IDataObject, more: Parameters = {}) =>
		parameters({
			options: { defaultCountry: 'US', skipInvalid: true, ...options } as never,
			...more,
		});

	it('come out with the reason, each paired with its item', async () => {
		const { output, error } = await samora.run(chosen({}), listed);
		expect(error).toBeUndefined();
		const [{ body, scheduledCallIds = [] }] = await additions();
		expect((body as Sent).phone_numbers.map(({ to_number }) => to_number)).toEqual([
			'+14155552671',
			'+442079460018',
			ordinary(1),
		]);
		expect(paired(output)).toEqual([
			{
				json: { scheduled_call_id: scheduledCallIds[0], to_number: '+14155552671' },
				pairedItem: { item: 0 },
			},
			{
				json: { scheduled_call_id: scheduledCallIds[1], to_number: '+442079460018' },
				pairedItem: { item: 1 },
			},
			{
				json: {
					...listed[2],
					to_number: 'nobody',
					skipped: true,
					reason: expect.stringContaining('To Number'),
				},
				pairedItem: { item: 2 },
			},
			{
				json: {
					...listed[3],
					to_number: '+14155552671',
					skipped: true,
					reason: expect.stringContaining('item 0'),
				},
				pairedItem: { item: 3 },
			},
			{
				json: { scheduled_call_id: scheduledCallIds[2], to_number: ordinary(1) },
				pairedItem: { item: 4 },
			},
		]);
	});

	it('are added when repeats are allowed', async () => {
		await samora.run(chosen({ skipDuplicates: false }), listed);
		expect(await sizes()).toEqual([4]);
	});

	it('are counted for each campaign in the summary', async () => {
		const items = [
			...listed,
			{ phone: 'no one', other: true },
			{ phone: ordinary(2), other: true },
		];
		const { output } = await samora.run(
			chosen(
				{ output: 'summary' },
				{
					campaignId: byId(
						`={{ $json.other ? "${world.campaigns[2]}" : "${world.campaigns[1]}" }}`,
					),
				},
			),
			items,
		);
		const reason = expect.any(String);
		expect(paired(output)).toEqual([
			{
				json: {
					campaign_id: world.campaigns[1],
					added: 3,
					skipped: 2,
					skipped_items: [
						{ ...items[2], item: 2, to_number: 'nobody', reason },
						{ ...items[3], item: 3, to_number: '+14155552671', reason },
					],
					requests: 1,
				},
				pairedItem: [0, 1, 2, 3, 4].map((item) => ({ item })),
			},
			{
				json: {
					campaign_id: world.campaigns[2],
					added: 1,
					skipped: 1,
					skipped_items: [{ ...items[5], item: 5, to_number: 'no one', reason }],
					requests: 1,
				},
				pairedItem: [5, 6].map((item) => ({ item })),
			},
		]);
	});

	it('are refused before anything is added when the option is invalid', async () => {
		for (const onError of ['stopWorkflow', 'continueRegularOutput'] as const) {
			const { error, output } = await samora.run(
				chosen({ output: '={{ $json.way }}' }),
				[
					{ phone: ordinary(1), way: 'all' },
					{ phone: ordinary(2), way: 'all' },
				],
				{ onError },
			);
			const sentences = error ? [error.message] : output.map(({ json }) => json.error);
			expect(sentences[0]).toContain('Output must be one of recipients, summary');
			expect(await additions()).toEqual([]);
		}
	});
});

describe('a node that runs again', () => {
	it('adds the same recipients again', async () => {
		const items = rows(2);
		await samora.run(parameters(), items);
		await samora.run(parameters(), items);
		expect(await samora.control.calls({ campaign_id: world.campaigns[1] })).toHaveLength(4);
	});
});
