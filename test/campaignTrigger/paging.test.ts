import { startSandbox, type Sandbox } from '../../sandbox';
import { AGENT, ApiClient, ordinary } from '../sandbox/support/apiClient';
import { startTranslator, type Reply, type Translator } from '../support/translator';
import { campaignTriggerNode, PollHost } from './pollHost';

/** How an API may give a list page by page, when it was asked for pages of a hundred. */
interface Paging {
	/** The most elements it gives on a page. */
	most: number;
	total: keyof typeof TOTALS;
	/** What it says to be the size of a page. */
	size: keyof typeof SIZES;
	after: keyof typeof AFTER;
}

interface Given {
	/** How many elements are on the page, and on all pages. */
	here: number;
	all: number;
}

const TOTALS = {
	'a total': ({ all }: Given) => all,
	'a total of each page': ({ here }: Given) => here,
	'a total as text': ({ all }: Given) => String(all),
	'no total': () => undefined,
	'a total that is too large': ({ all }: Given) => all + 1000,
	'a total of each page, or one more': ({ here }: Given) => here + (here % 2),
} as const;

/** Those that may promise more than there is. Then anything but an empty page may be a fault. */
const TOO_LARGE = ['a total that is too large', 'a total of each page, or one more'];

const SIZES = {
	'the size that was asked for': (asked: number) => asked,
	'no size': () => undefined,
} as const;

type Page = Record<'here' | 'lastPage', () => Promise<Reply>>;

/** What it gives after the last page. */
const AFTER = {
	'an empty page': async ({ here }: Page) => await here(),
	'the last page again': async ({ lastPage }: Page) => await lastPage(),
	'no list': async ({ here }: Page) => {
		const { status, body } = await here();
		const { message, data } = body as ListAnswer;
		const others = Object.entries(data).filter(([, value]) => !Array.isArray(value));
		return { status, body: { message, data: Object.fromEntries(others) } };
	},
	'a 404': async () => ({ status: 404, body: { message: 'There is no such page' } }),
} as const;

const keysOf = <Key extends string>(table: Record<Key, unknown>) => Object.keys(table) as Key[];

const WAYS: Paging[] = [100, 50]
	.flatMap((most) => keysOf(TOTALS).map((total) => ({ most, total })))
	.flatMap((way) => keysOf(SIZES).map((size) => ({ ...way, size })))
	.flatMap((way) => keysOf(AFTER).map((after) => ({ ...way, after })))
	.filter(({ total, after }) => !TOO_LARGE.includes(total) || after === 'an empty page');

interface ListAnswer {
	message: string;
	data: Record<string, unknown> & { total: number };
}

const inPages = async (sandbox: Sandbox, { most, total, size, after }: Paging) =>
	await startTranslator(sandbox, async (url, ask) => {
		const { searchParams } = url;
		if (!searchParams.has('page')) return await ask();
		const asked = Number(searchParams.get('page_size'));
		const perPage = Math.min(asked, most);
		const number = Number(searchParams.get('page'));
		const read = async (page: number): Promise<Reply & { lastPage: number }> => {
			searchParams.set('page', String(page));
			searchParams.set('page_size', String(perPage));
			const { status, body } = await ask(url);
			const { message, data } = body as ListAnswer;
			const { total: all } = data;
			const here = Object.values(data).find((value) => Array.isArray(value))?.length ?? 0;
			const said = { page_size: SIZES[size](asked), total: TOTALS[total]({ here, all }) };
			const lastPage = Math.max(1, Math.ceil(all / perPage));
			return { status, body: { message, data: { ...data, ...said } }, lastPage };
		};
		const page = await read(number);
		if (number <= page.lastPage) return page;
		return await AFTER[after]({
			here: async () => await Promise.resolve(page),
			lastPage: async () => await read(page.lastPage),
		});
	});

/** How many calls the campaigns have: some fill their last page, others do not. */
const CALLS = [1, 50, 100, 200, 230];
const ALL_CALLS = CALLS.reduce((sum, calls) => sum + calls, 0);
const DRAFTS = 120;

let sandbox: Sandbox;
const servers: Translator[] = [];
const hosts = new Map<Paging, PollHost>();
const refusals = new Map<Paging, unknown>();

/** All of them watch the same campaigns. */
beforeAll(async () => {
	sandbox = await startSandbox({ speed: 0, settings: { campaignConcurrency: 1000 } });
	const api = new ApiClient(sandbox);
	for (const calls of CALLS) {
		const campaign = await api.campaign({ name: `With ${calls}` });
		await campaign.add(...Array.from({ length: calls }, (_, n) => ordinary(1000 * calls + n)));
		await campaign.act('start');
	}
	for (const way of WAYS) {
		const server = await inPages(sandbox, way);
		servers.push(server);
		const host = new PollHost(
			[campaignTriggerNode({ agentId: AGENT })],
			{ apiKey: sandbox.apiKey, baseUrl: server.url },
			undefined,
			JSON.stringify(way),
		);
		await host.publish().catch((thrown: unknown) => refusals.set(way, thrown));
		hosts.set(way, host);
	}
	await sandbox.control.advance(1000);
	for (let n = 0; n < DRAFTS; n++) await api.campaign({ name: `Draft ${n}` });
}, 120_000);

afterAll(async () => {
	for (const server of servers) await server.stop();
	await sandbox.stop();
});

const named = ({ most, total, size, after }: Paging) =>
	`${most} a page, ${total}, ${size}, then ${after}`;

it.each(WAYS.map((way) => [named(way), way] as const))(
	'reads all campaigns and all calls of an API that gives %s',
	async (_, way) => {
		const host = hosts.get(way)!;
		expect(refusals.get(way)).toBeUndefined();
		await host.poll();
		await host.poll();
		expect([host.thrown, host.warnings]).toEqual([[], []]);
		const ended = host.events.filter(({ event }) => event === 'CAMPAIGN_CALL_ENDED');
		const changed = host.events.filter(({ event }) => event === 'CAMPAIGN_STATUS_CHANGED');
		expect(new Set(ended.map(({ to_number }) => to_number)).size).toBe(ALL_CALLS);
		expect(ended).toHaveLength(ALL_CALLS);
		expect(new Set(changed.map(({ name }) => name)).size).toBe(CALLS.length + DRAFTS);
		expect(changed).toHaveLength(CALLS.length + DRAFTS);
	},
);

it('reads a list again that breaks off though there must be more', async () => {
	let isRefused = false;
	const server = await startTranslator(sandbox, async (url, ask) => {
		const isSecond = url.searchParams.get('page') === '2' && url.pathname.endsWith('/calls');
		return isRefused && isSecond ? await AFTER['a 404']() : await ask();
	});
	servers.push(server);
	const host = new PollHost([campaignTriggerNode({ agentId: AGENT })], {
		apiKey: sandbox.apiKey,
		baseUrl: server.url,
	});
	await host.publish();
	const campaign = await new ApiClient(sandbox).campaign({ name: 'Broken off' });
	await campaign.add(...Array.from({ length: 150 }, (_, n) => ordinary(n)));
	await campaign.act('start');
	await sandbox.control.advance(1000);
	isRefused = true;
	expect(await host.poll()).toEqual([]);
	expect(host.warnings).toHaveLength(1);
	isRefused = false;
	await host.poll();
	expect(host.events.filter(({ event }) => event === 'CAMPAIGN_CALL_ENDED')).toHaveLength(150);
});
