import type { ServerResponse } from 'node:http';

import type { Campaign } from '../../sandbox';
import { ApiClient, ordinary } from '../sandbox/support/apiClient';
import { startOtherServer, type Received } from '../support/otherServer';
import { parametersOf } from '../support/operations';
import { paired, SandboxRuns, stopOf } from '../support/sandboxRuns';
import { settle, type World } from '../support/world';

const samora = new SandboxRuns({ settings: { campaignConcurrency: 1000 } });
let world: World;
let api: ApiClient;

beforeEach(async () => {
	world = await settle(samora.sandbox);
	api = new ApiClient(samora.sandbox);
});

/** A campaign with so many calls in it. */
async function campaignOf(count: number): Promise<string> {
	const campaign = await api.campaign();
	if (count > 0) await campaign.add(...Array.from({ length: count }, (_, n) => ordinary(n)));
	return campaign.id;
}

const byId = (value: string) => ({ __rl: true as const, mode: 'id', value });

/** What was asked for, by page: those that are under way together arrive in any order. */
const queries = async () =>
	(await samora.sent())
		.map(({ query }) => query)
		.sort((one, other) => Number(one.page) - Number(other.page));

const COUNTS = [0, 1, 50, 100, 101, 250];
/** The pages of 100 that hold so many; the first is asked for to find out that there is none. */
/** One more after a full page that may be all there is: its total may be that of the page. */
const pagesFor = (count: number) => (count === 100 ? 2 : Math.max(1, Math.ceil(count / 100)));

describe('Return All', () => {
	it.each(COUNTS)('gives all of %i calls', async (count) => {
		const campaign = await campaignOf(count);
		const { output, error } = await samora.run(
			parametersOf('listCampaignCalls', world, { campaignId: byId(campaign), returnAll: true }),
		);
		expect(error).toBeUndefined();
		const newestFirst = await samora.control.calls({ campaign_id: campaign });
		newestFirst.reverse();
		expect(output.map(({ json }) => json.id)).toEqual(newestFirst.map(({ id }) => id));
		expect(output.every(({ pairedItem }) => sameItem(pairedItem, 0))).toBe(true);
		expect(await queries()).toEqual(
			Array.from({ length: pagesFor(count) }, (_, n) => ({
				page: String(n + 1),
				page_size: '100',
			})),
		);
	});

	it.each(COUNTS)('gives all of %i campaigns', async (count) => {
		await samora.control.reset();
		await Promise.all(
			Array.from({ length: count }, async (_, n) => await api.campaign({ name: `${n}` })),
		);
		const { output, error } = await samora.run(
			parametersOf('listCampaigns', world, { returnAll: true }),
		);
		expect(error).toBeUndefined();
		const newestFirst: Campaign[] = (await samora.control.campaigns()).reverse();
		expect(paired(output)).toEqual(newestFirst.map((json) => ({ json, pairedItem: { item: 0 } })));
		expect(await queries()).toEqual(
			Array.from({ length: pagesFor(count) }, (_, n) => ({
				page: String(n + 1),
				page_size: '100',
			})),
		);
	});
});

describe('Return All while the list changes', () => {
	/** Reads the calls through a server that lets something happen before it asks the sandbox for the third page. */
	async function readWhile(campaignId: string, happens: () => Promise<unknown>, more = {}) {
		let happened: Promise<unknown> | undefined;
		const forward = async ({ path, headers }: Received, res: ServerResponse) => {
			if (path.includes('page=3&')) await (happened ??= happens());
			const { status, body } = await api.request('GET', path, undefined, {
				'x-api-key': String(headers['x-api-key']),
			});
			res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
		};
		const between = await startOtherServer((request, res) => void forward(request, res));
		try {
			const outcome = await samora.run(
				parametersOf('listCampaignCalls', world, {
					campaignId: byId(campaignId),
					returnAll: true,
					...more,
				}),
				[{}],
				{},
				{ baseUrl: between.url },
			);
			expect(outcome.error).toBeUndefined();
			expect(happened).toBeDefined();
			return outcome.output.map(({ json }) => json);
		} finally {
			await between.stop();
		}
	}

	it.each(['asc', 'desc'])('gives calls that are added meanwhile, sorted %s', async (sortDir) => {
		const campaign = await api.campaign();
		await campaign.add(...Array.from({ length: 1200 }, (_, n) => ordinary(n)));
		const read = await readWhile(
			campaign.id,
			async () => await campaign.add(...Array.from({ length: 30 }, (_, n) => ordinary(2000 + n))),
			{ sort: { sortDir } },
		);
		const there = await samora.control.calls({ campaign_id: campaign.id });
		if (sortDir === 'desc') there.reverse();
		expect(read.map(({ id }) => id)).toEqual(there.map(({ id }) => id));
	});

	it('gives all calls that still have the status', async () => {
		await samora.control.setSettings({ campaignConcurrency: 120 });
		const campaign = await api.campaign();
		await campaign.add(...Array.from({ length: 1200 }, (_, n) => ordinary(n)));
		const start = async () => {
			await campaign.act('start');
			await samora.control.advance(10);
		};
		const read = await readWhile(campaign.id, start, { filters: { status: 'PENDING' } });
		const there = await samora.control.calls({ campaign_id: campaign.id });
		const pending = there.filter(({ status }) => status === 'PENDING').reverse();
		expect(pending.length).toBeLessThan(1200);
		expect(read.map(({ id }) => id)).toEqual(pending.map(({ id }) => id));
	});
});

it('asks for a few pages at once when they are slow', async () => {
	const campaign = await campaignOf(1500);
	await samora.control.addFault({
		kind: 'slow',
		operationId: 'listCampaignCalls',
		ms: 50,
		times: null,
	});
	const { output } = await samora.run(
		parametersOf('listCampaignCalls', world, { campaignId: byId(campaign), returnAll: true }),
	);
	expect(output).toHaveLength(1500);
	const atOnce = (await samora.sent()).map(({ concurrent }) => concurrent);
	expect(Math.max(...atOnce)).toBe(5);
});

describe('Limit', () => {
	it.each([
		// [elements there are, Limit, pages, their size]
		[0, 50, 1, 50],
		[250, 1, 1, 1],
		[250, 50, 1, 50],
		[250, 100, 1, 100],
		[250, 101, 2, 100],
		[250, 200, 2, 100],
		[250, 250, 3, 100],
		[250, 1000, 3, 100],
		[101, 100, 1, 100],
		[100, 101, 2, 100],
		[50, 60, 1, 60],
	])('of %i calls, %i are asked for with %i pages of %i', async (there, limit, pages, size) => {
		const campaign = await campaignOf(there);
		const { output } = await samora.run(
			parametersOf('listCampaignCalls', world, {
				campaignId: byId(campaign),
				returnAll: false,
				limit,
			}),
		);
		const newestFirst = (await samora.control.calls({ campaign_id: campaign })).reverse();
		expect(output.map(({ json }) => json.id)).toEqual(
			newestFirst.slice(0, limit).map(({ id }) => id),
		);
		expect(await queries()).toEqual(
			Array.from({ length: pages }, (_, n) => ({ page: String(n + 1), page_size: String(size) })),
		);
	});

	it('is 50 by default', async () => {
		const campaign = await campaignOf(60);
		const calls = await samora.run(
			parametersOf('listCampaignCalls', world, { campaignId: byId(campaign) }),
		);
		expect(calls.output).toHaveLength(50);
		await Promise.all(Array.from({ length: 60 }, async () => await api.campaign()));
		const campaigns = await samora.run(parametersOf('listCampaigns', world));
		expect(campaigns.output).toHaveLength(50);
		expect(await samora.sent()).toHaveLength(1);
	});

	it('differs by item', async () => {
		const campaigns = [await campaignOf(130), await campaignOf(3)];
		const { output } = await samora.run(
			parametersOf('listCampaignCalls', world, {
				campaignId: byId('={{ $json.campaign }}'),
				returnAll: '={{ $json.all }}',
				limit: '={{ $json.limit }}',
			}),
			[
				{ campaign: campaigns[0], all: false, limit: 2 },
				{ campaign: campaigns[0], all: true, limit: 0 },
				{ campaign: campaigns[1], all: false, limit: '1' },
			],
		);
		const items = output.map(({ pairedItem }) => pairedItem);
		expect(items).toEqual([
			...Array.from({ length: 2 }, () => ({ item: 0 })),
			...Array.from({ length: 130 }, () => ({ item: 1 })),
			{ item: 2 },
		]);
	});
});

describe('filters and sort', () => {
	const query = {
		search: '+1415',
		status: 'CALL_FINISHED',
		duration_min: '1',
		duration_max: '600',
		sort_by: 'participant_id',
		sort_dir: 'asc',
	};

	it('stay the same on every page', async () => {
		const campaign = await campaignOf(230);
		await api.request('POST', `/v1/external/campaigns/${world.agentId}/${campaign}/start`);
		await samora.control.advance(3600);
		const { output } = await samora.run(
			parametersOf('listCampaignCalls', world, {
				campaignId: byId(campaign),
				returnAll: true,
				filters: { search: '+1415', status: 'CALL_FINISHED', durationMin: 1, durationMax: '600' },
				sort: { sortBy: 'participant_id', sortDir: 'asc' },
			}),
		);
		expect(output.map(({ json }) => json.to_number)).toEqual(
			Array.from({ length: 230 }, (_, n) => ordinary(n)),
		);
		expect(await queries()).toEqual(
			['1', '2', '3'].map((page) => ({ page, page_size: '100', ...query })),
		);
	});

	it('leave out what does not match', async () => {
		const campaign = await api.campaign();
		await campaign.add('+14155550100', '+14155550101', '+14155550102', '+442079460018');
		await campaign.act('start');
		await samora.control.advance(3600);
		const numbersWith = async (filters: Record<string, string | number>) => {
			const { output } = await samora.run(
				parametersOf('listCampaignCalls', world, {
					campaignId: byId(campaign.id),
					filters,
					sort: { sortBy: 'participant_id', sortDir: 'asc' },
				}),
			);
			return output.map(({ json }) => json.to_number);
		};
		expect(await numbersWith({ status: 'UNANSWERED' })).toEqual(['+14155550101']);
		expect(await numbersWith({ search: '9460' })).toEqual(['+442079460018']);
		expect(await numbersWith({ durationMin: 0, durationMax: 0 })).toEqual([
			'+14155550101',
			'+14155550102',
		]);
		expect(await numbersWith({ durationMin: 1 })).toEqual(['+14155550100', '+442079460018']);
	});
});

describe('a page that fails', () => {
	it('is read again, and nothing is missing or double', async () => {
		const campaign = await campaignOf(250);
		await samora.control.addFault({
			kind: '503',
			operationId: 'listCampaignCalls',
			match: 'page=2',
			retryAfter: 0,
			times: 2,
		});
		const { output } = await samora.run(
			parametersOf('listCampaignCalls', world, { campaignId: byId(campaign), returnAll: true }),
		);
		const newestFirst = (await samora.control.calls({ campaign_id: campaign })).reverse();
		expect(output.map(({ json }) => json.id)).toEqual(newestFirst.map(({ id }) => id));
		expect((await queries()).map(({ page }) => page)).toEqual(['1', '2', '2', '2', '3']);
	});

	it('keeps the item from an output that looks complete', async () => {
		const campaign = await campaignOf(250);
		await samora.control.addFault({
			kind: '429',
			operationId: 'listCampaignCalls',
			match: 'page=3',
			retryAfter: 0,
			times: null,
		});
		const parameters = parametersOf('listCampaignCalls', world, {
			campaignId: byId('={{ $json.campaign }}'),
			returnAll: true,
		});
		const items = [{ campaign }, { campaign: world.campaigns[0] }];
		const stopped = await samora.run(parameters, items);
		expect(stopOf(stopped).message).toMatch(/too many requests.*\[item 0\]$/i);
		expect(stopped.output).toEqual([]);

		const { output, errorOutput } = await samora.run(parameters, items, {
			onError: 'continueErrorOutput',
		});
		expect(output.map(({ pairedItem }) => pairedItem)).toEqual([
			{ item: 1 },
			{ item: 1 },
			{ item: 1 },
		]);
		expect(errorOutput).toHaveLength(1);
		expect(errorOutput[0]).toMatchObject({ pairedItem: { item: 0 }, json: { campaign } });
	});
});

describe('a list that gives the same full page again and again', () => {
	/** Asks for campaigns where there is no end to them. */
	async function readFrom(total: number | undefined, parameters: Record<string, boolean | number>) {
		let requests = 0;
		const endless = await startOtherServer((_request, res) => {
			requests++;
			const campaigns = Array.from({ length: 100 }, (_, n) => ({
				id: `campaign ${n}`,
				name: 'Again',
			}));
			res
				.writeHead(200, { 'content-type': 'application/json' })
				.end(JSON.stringify({ message: 'Here', data: { campaigns, total } }));
		});
		try {
			const outcome = await samora.run(
				parametersOf('listCampaigns', world, parameters),
				[{}],
				{},
				{ baseUrl: endless.url },
			);
			return { ...outcome, requests };
		} finally {
			await endless.stop();
		}
	}

	it('is refused with what to do when its length is unknown', async () => {
		const outcome = await readFrom(undefined, { returnAll: true });
		expect(stopOf(outcome).message).toMatch(/^Page 2 .*Turn off Return All.*\[item 0\]$/);
		expect(outcome.output).toEqual([]);
		expect(outcome.requests).toBeLessThan(20);
	});

	it('is refused soon when it claims to be very long', async () => {
		const outcome = await readFrom(1_000_000, { returnAll: true });
		expect(stopOf(outcome).message).toMatch(/^Page 2 .*Turn off Return All/);
		expect(outcome.output).toEqual([]);
		expect(outcome.requests).toBeLessThan(20);
	});

	it('still gives its first page', async () => {
		const outcome = await readFrom(undefined, { returnAll: false, limit: 100 });
		expect(outcome.error).toBeUndefined();
		expect(outcome.output).toHaveLength(100);
	});
});

describe.each(['listCampaigns', 'listCampaignCalls', 'listWebhooks'] as const)(
	'%s, from an API that answers in another form',
	(operationId) => {
		const elements = Array.from({ length: 3 }, (_, n) => ({ id: `${n}`, name: `Name ${n}` }));

		it.each([
			['the array itself', elements],
			['an array as data', { data: elements }],
			['an array of another name', { data: { items: elements, total: 3 } }],
			['no envelope', { list: elements, total: 3 }],
		])('reads %s', async (_, body) => {
			const other = await startOtherServer(({ path }, res) => {
				const isFirst = !path.includes('page=') || path.includes('page=1&');
				const answer = isFirst ? body : { data: [] };
				res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
			});
			try {
				const { output, error } = await samora.run(
					parametersOf(operationId, world, { returnAll: true }),
					[{}],
					{},
					{ baseUrl: other.url },
				);
				expect(error).toBeUndefined();
				const withCallIds = elements.map((one) => ({ call_id: one.id, ...one }));
				expect(output.map(({ json }) => json)).toEqual(
					operationId === 'listCampaignCalls' ? withCallIds : elements,
				);
			} finally {
				await other.stop();
			}
		});
	},
);

describe('webhooks, which have no pages', () => {
	const webhooks = async (count: number, agent_id: string) =>
		await Promise.all(
			Array.from(
				{ length: count },
				async (_, n) =>
					await api.request('POST', '/v2/webhooks', {
						agent_id,
						name: `Webhook ${n}`,
						url: `https://example.com/${n}`,
						events: ['CALL_FAILED'],
					}),
			),
		);

	it.each([
		[0, true, 50, 0],
		[120, true, 50, 120],
		[120, false, 1, 1],
		[120, false, 101, 101],
		[120, false, 500, 120],
	])('of %i, with Return All %s and Limit %i, gives %i', async (there, returnAll, limit, given) => {
		await samora.control.reset();
		await webhooks(there, world.agentId);
		const { output } = await samora.run(parametersOf('listWebhooks', world, { returnAll, limit }));
		const all = await samora.control.webhooks();
		expect(output.map(({ json }) => json.id)).toEqual(all.slice(0, given).map(({ id }) => id));
		expect((await samora.sent()).map(({ query }) => query)).toEqual([{}]);
	});

	it('is filtered by agent', async () => {
		await webhooks(2, world.otherAgentId);
		const { output } = await samora.run(
			parametersOf('listWebhooks', world, {
				returnAll: true,
				filters: { agentId: '={{ $json.agent }}' },
			}),
			[{ agent: world.otherAgentId }, { agent: world.agentId }],
		);
		expect(output.map(({ json, pairedItem }) => [json.agent_id, pairedItem])).toEqual([
			...Array.from({ length: 2 }, () => [world.otherAgentId, { item: 0 }]),
			...Array.from({ length: 3 }, () => [world.agentId, { item: 1 }]),
		]);
		expect(JSON.stringify(output)).not.toContain('whsec_');
	});
});

const sameItem = (pairedItem: unknown, item: number) =>
	JSON.stringify(pairedItem) === JSON.stringify({ item });
