import { isDeepStrictEqual } from 'node:util';

import type { JournalEntry } from '../../sandbox';
import { AGENT } from '../sandbox/support/apiClient';
import { OPERATION_IDS, OPERATIONS, parametersOf, type OperationId } from '../support/operations';
import { startOtherServer } from '../support/otherServer';
import { asked, paired, SandboxRuns, type Parameters } from '../support/sandboxRuns';
import { settle, type World } from '../support/world';
import { endpointCases, webhookNow } from './endpointCases';

const samora = new SandboxRuns();
let world: World;

const ENDPOINTS = endpointCases(samora, () => world);

beforeEach(async () => (world = await settle(samora.sandbox)));

describe('every endpoint', () => {
	it.each(OPERATION_IDS)('%s', async (id) => {
		const { parameters, items: itemsNow, request, output } = ENDPOINTS[id];
		const items = itemsNow();
		if (id === 'stopCampaign') {
			for (const campaign of world.campaigns) {
				await samora.control.setCampaignStatus(campaign, 'IN_PROGRESS');
			}
		}
		const { resource, operation } = OPERATIONS[id];
		const outcome = await samora.run({ resource, operation, ...parameters }, items);
		expect(outcome.error).toBeUndefined();

		const sent = await samora.sent();
		expect(sent).toHaveLength(items.length);
		for (const entry of sent) {
			expect(entry).toMatchObject({ operationId: id, violation: null, keyed: true, fault: null });
			expect(entry.accepted).toBe(true);
			expect(entry.headers).toMatchObject({ accept: expect.stringContaining('application/json') });
		}
		// Several are under way at a time, so they may arrive in another order.
		const entries = items.map((item, index) => {
			const wanted = { query: {}, body: {}, ...request(item, index) };
			const entry = sent.find((one) => isDeepStrictEqual(bodied(one), wanted));
			if (!entry) expect(sent.map(bodied)).toContainEqual(wanted);
			return entry as JournalEntry;
		});

		const expected = [];
		for (const [index, item] of items.entries()) {
			const things = await output(item, entries[index]);
			for (const json of [things].flat()) expected.push({ json, pairedItem: { item: index } });
		}
		expect(paired(outcome.output)).toEqual(expected);
	});
});

/** What was asked for; where no body belongs, an empty object stands for none. */
const bodied = (entry: JournalEntry) => ({ ...asked(entry), body: entry.body ?? {} });

describe('a campaign, simplified', () => {
	it('has its numbers first, and flat', async () => {
		const parameters = parametersOf('getCampaign', world, { simplify: true });
		const { output } = await samora.run(parameters, [{}]);
		const [{ json }] = output;
		expect(Object.keys(json).slice(0, 3)).toEqual(['total', 'answered', 'pending']);
		expect(json).toMatchObject({ id: world.campaigns[0], status: 'DRAFT', answered: 0 });
		expect(Object.values(json).filter((value) => typeof value === 'object')).toEqual([]);
	});
});

describe('a campaign or webhook', () => {
	const found = (id: string) => ({ mode: 'list', value: id, cachedResultName: 'Any (DRAFT)' });

	it.each([
		['from the list', (id: string) => ({ __rl: true as const, ...found(id) })],
		['by ID', (id: string) => ({ __rl: true as const, mode: 'id', value: id })],
		[
			'by ID, with spaces around it',
			(id: string) => ({ __rl: true as const, mode: 'id', value: ` ${id}\n` }),
		],
		[
			'by an expression',
			(id: string) => ({ __rl: true as const, mode: 'id', value: `={{ "${id}" }}` }),
		],
		['by an expression in place of the whole picker', (id: string) => `={{ "${id}" }}`],
	])('%s', async (_, locator) => {
		const [campaign] = world.campaigns;
		const [webhook] = world.webhooks;
		const one = await samora.run(
			parametersOf('getCampaign', world, { campaignId: locator(campaign) }),
		);
		expect(one.output[0].json).toMatchObject({ id: campaign, name: 'Campaign 0' });
		const other = await samora.run(
			parametersOf('getWebhook', world, { webhookId: locator(webhook) }),
		);
		expect(other.output[0].json).toMatchObject({ id: webhook, name: 'Webhook 0' });
		const added = await samora.run(
			parametersOf('addCampaignRecipients', world, { campaignId: locator(campaign) }),
		);
		expect(added.output[0].json).toMatchObject({ to_number: '+14155550100' });
	});
});

describe('a field that is left empty', () => {
	it.each([
		['triggerCall', {}, { agent_id: AGENT, to_number: '+14155550100' }],
		[
			'triggerCall',
			{ metadata: { values: [{ key: '', value: '' }] } },
			{ agent_id: AGENT, to_number: '+14155550100' },
		],
		[
			'triggerCall',
			{ metadataMode: 'json', metadataJson: ' ' },
			{ agent_id: AGENT, to_number: '+14155550100' },
		],
		['createCampaign', {}, { name: 'Spring' }],
		['createCampaign', { retryConfig: {} }, { name: 'Spring' }],
		['updateCampaign', {}, { name: 'Summer' }],
		['addCampaignRecipients', {}, { phone_numbers: [{ to_number: '+14155550100' }] }],
		[
			'createWebhook',
			{ dataOptions: {}, customHeaders: {} },
			{
				agent_id: AGENT,
				name: 'CRM',
				url: 'https://example.com/events',
				events: ['CALL_FINISHED'],
			},
		],
		['updateWebhook', {}, { name: 'CRM, new' }],
	] as Array<[OperationId, Parameters, unknown]>)('is not sent: %s %j', async (id, more, body) => {
		const { error } = await samora.run(parametersOf(id, world, more));
		expect(error).toBeUndefined();
		const [entry] = await samora.sent();
		expect(entry.body).toEqual(body);
	});

	it('is not sent with the filters and sort of a list', async () => {
		await samora.run(
			parametersOf('listCampaignCalls', world, { filters: { search: '', status: '' }, sort: {} }),
		);
		const [entry] = await samora.sent();
		expect(entry.query).toEqual({ page: '1', page_size: '50' });
	});

	it('keeps an update from changing anything else', async () => {
		const { shown: before } = await webhookNow(samora, world.webhooks[0]);
		const { output } = await samora.run(
			parametersOf('updateWebhook', world, { updateFields: { isActive: false } }),
		);
		expect(output[0].json).toEqual({ ...before, is_active: false });
	});

	it('removes the headers of a webhook when it is an empty collection', async () => {
		const headers = (values: Array<{ name: string; value: string }>) =>
			parametersOf('updateWebhook', world, { updateFields: { customHeaders: { values } } });
		const filled = await samora.run(headers([{ name: 'X-Token', value: 'abc' }]));
		expect(filled.output[0].json).toMatchObject({ custom_headers: { 'X-Token': 'abc' } });
		const emptied = await samora.run(headers([]));
		expect(emptied.output[0].json).toMatchObject({ custom_headers: {} });
	});
});

it('counts an empty answer as a deletion', async () => {
	await samora.control.setSettings({ deleteWebhook: 'empty' });
	const { output } = await samora.run(parametersOf('deleteWebhook', world));
	expect(paired(output)).toEqual([
		{ json: { id: world.webhooks[0], deleted: true }, pairedItem: { item: 0 } },
	]);
	expect(await samora.control.webhooks()).toHaveLength(2);
});

it('sends metadata as it was given, whatever its shape', async () => {
	const metadata = {
		'first name': 'Zoë',
		nested: { list: [1, null, true, { a: 'b' }] },
		empty: '',
	};
	const { output } = await samora.run(
		parametersOf('triggerCall', world, {
			toNumber: '={{ $json.phone }}',
			metadataMode: 'json',
			metadataJson: '={{ $json.asText ? JSON.stringify($json.metadata) : $json.metadata }}',
		}),
		[
			{ metadata, phone: '+14155550100', asText: true },
			{ metadata, phone: '+14155550112', asText: false },
		],
	);
	expect(output.map(({ json }) => json.status)).toEqual(['accepted', 'accepted']);
	for (const { json } of output) {
		const { output: got } = await samora.run(
			parametersOf('getCall', world, { callId: String(json.call_id) }),
		);
		expect(got[0].json.call_variables).toEqual(metadata);
	}
});

it.each([
	['a slash at its end', (url: string) => `${url}/`],
	['spaces around it', (url: string) => ` ${url} `],
	['another name for this machine', (url: string) => url.replace('127.0.0.1', 'localhost')],
])('reaches the API by a base URL with %s', async (_, baseUrl) => {
	for (const id of ['getCampaign', 'addCampaignRecipients'] as const) {
		const outcome = await samora.run(
			parametersOf(id, world),
			[{}],
			{},
			{
				baseUrl: baseUrl(samora.sandbox.url),
			},
		);
		expect(outcome.error).toBeUndefined();
		expect((await samora.sent()).map(({ operationId }) => operationId)).toEqual([id]);
	}
});

it('sends an API key without the spaces around it', async () => {
	const { error } = await samora.run(
		parametersOf('getCall', world),
		[{}],
		{},
		{
			apiKey: ` ${samora.sandbox.apiKey}\n`,
		},
	);
	expect(error).toBeUndefined();
	expect((await samora.sent())[0].keyed).toBe(true);
});

describe('Request Options', () => {
	it.each(['getCall', 'triggerCall', 'addCampaignRecipients'] as const)(
		'send %s through a proxy',
		async (id) => {
			const proxy = await startOtherServer((_, res) => {
				res.writeHead(401, { 'content-type': 'application/json' });
				res.end('{"message": "Said the proxy"}');
			});
			const { error } = await samora.run(
				parametersOf(id, world, {
					requestOptions: { proxy: proxy.url.replace('//', '//me:hidden@') },
				}),
			);
			await proxy.stop();
			expect(error?.message).toContain('Said the proxy');
			expect(JSON.stringify(error)).not.toContain('sandbox-key');
			expect(proxy.received).toHaveLength(1);
			expect(proxy.received[0].path.startsWith(`${samora.sandbox.url}/v1/`)).toBe(true);
			expect(proxy.received[0].headers['proxy-authorization']).toBe(
				`Basic ${Buffer.from('me:hidden').toString('base64')}`,
			);
			expect(await samora.sent()).toEqual([]);
		},
	);

	it.each(['getCall', 'addCampaignRecipients'] as const)(
		'keep %s from being sent when they are invalid',
		async (id) => {
			const { error } = await samora.run(
				parametersOf(id, world, { requestOptions: { proxy: 'nonsense' } }),
			);
			expect(`${error?.message} ${error?.description}`).toMatch(/proxy/i);
			expect(await samora.sent()).toEqual([]);
		},
	);
});

it('does nothing without input items', async () => {
	for (const id of OPERATION_IDS) {
		const { error, output } = await samora.run(parametersOf(id, world), []);
		expect({ id, error, output }).toEqual({ id, error: undefined, output: [] });
		expect(await samora.sent()).toEqual([]);
	}
});

it('sends 40 items five at a time', async () => {
	await samora.control.addFault({ kind: 'slow', ms: 20, times: null, operationId: 'triggerCall' });
	const items = Array.from({ length: 40 }, (_, n) => ({ phone: `+1415555${1000 + n}` }));
	const { output } = await samora.run(
		parametersOf('triggerCall', world, { toNumber: '={{ $json.phone }}' }),
		items,
	);
	expect(output.map(({ json, pairedItem }) => [json.to_number, pairedItem])).toEqual(
		items.map(({ phone }, item) => [phone, { item }]),
	);
	const sent = await samora.sent({ operationId: 'triggerCall' });
	expect(sent).toHaveLength(40);
	expect(Math.max(...sent.map(({ concurrent }) => concurrent))).toBe(5);
});
