import type { INodeListSearchResult } from 'n8n-workflow';

import { ApiClient, OTHER_AGENT } from '../sandbox/support/apiClient';
import { openPicker, type Picker } from '../support/openPicker';
import { addressOfNobody, startOtherServer } from '../support/otherServer';
import { parametersOf } from '../support/operations';
import { SandboxRuns, type Parameters } from '../support/sandboxRuns';
import { settle, type World } from '../support/world';

const samora = new SandboxRuns();
let world: World;
let api: ApiClient;

beforeEach(async () => {
	world = await settle(samora.sandbox);
	api = new ApiClient(samora.sandbox);
});

interface Search {
	filter?: string;
	paginationToken?: string;
	parameters?: Parameters;
	credential?: { apiKey?: string; baseUrl?: string };
}

async function open(
	picker: Picker,
	{ filter, paginationToken, parameters, credential }: Search = {},
): Promise<INodeListSearchResult> {
	return await openPicker(
		picker,
		parametersOf('getCampaign', world, parameters ?? { agentId: world.agentId }),
		{ ...samora.credential, ...credential },
		filter,
		paginationToken,
	);
}

async function stopped(picker: Picker, search: Search) {
	const thrown: unknown = await open(picker, search).then(
		() => undefined,
		(error: unknown) => error,
	);
	expect(thrown).toBeInstanceOf(Error);
	expect(JSON.stringify(thrown)).not.toContain(search.credential?.apiKey ?? samora.sandbox.apiKey);
	const { message, description } = thrown as { message: string; description?: string };
	expect(`${message} ${description}`).not.toMatch(/\b(error|problem|failure|mistake)s?\b/i);
	return { message, description: description ?? '' };
}

/** Without what tells campaigns of the same name apart. */
const names = ({ results }: INodeListSearchResult) =>
	results.map(({ name }) => name.replace(/ · .*/, ''));
const many = async (count: number, name: (n: number) => string) => {
	for (let n = 0; n < count; n++) await api.campaign({ name: name(n) });
};

describe('the campaign picker', () => {
	it('lists the campaigns of the chosen agent, newest first, with their status', async () => {
		await samora.control.setCampaignStatus(world.campaigns[1], 'FINISHED');
		await api.request('POST', `/v1/external/campaigns/${OTHER_AGENT}`, { name: 'Not ours' });
		const list = await open('campaigns');
		expect(names(list)).toEqual([
			'Campaign 2 (DRAFT)',
			'Campaign 1 (FINISHED)',
			'Campaign 0 (DRAFT)',
		]);
		expect(list.results.map(({ value }) => value)).toEqual([...world.campaigns].reverse());
		expect(list).not.toHaveProperty('paginationToken');
		expect(names(await open('campaigns', { parameters: { agentId: ` ${OTHER_AGENT} ` } }))).toEqual(
			['Not ours (DRAFT)'],
		);
		const journal = await samora.control.journal({ operationId: 'listCampaigns' });
		expect(journal.map(({ violation, keyed }) => [violation, keyed])).toEqual([
			[null, true],
			[null, true],
		]);
	});

	it.each([
		['campaign 1', ['Campaign 1 (DRAFT)']],
		['  CAMPAIGN 1 ', ['Campaign 1 (DRAFT)']],
		['paused', ['Campaign 2 (PAUSED)']],
		['no such name', []],
		['', ['Campaign 2 (PAUSED)', 'Campaign 1 (DRAFT)', 'Campaign 0 (DRAFT)']],
	])('finds "%s"', async (filter, found) => {
		await samora.control.setCampaignStatus(world.campaigns[2], 'PAUSED');
		expect(names(await open('campaigns', { filter }))).toEqual(found);
	});

	it('finds a campaign by its ID', async () => {
		const { results } = await open('campaigns', { filter: world.campaigns[1].slice(0, 20) });
		expect(results.map(({ value }) => value)).toEqual([world.campaigns[1]]);
	});

	it('gives one page at a time, each campaign once', async () => {
		await many(205, (n) => `Many ${n}`);
		const seen: string[] = [];
		let paginationToken: string | undefined;
		const pages: number[] = [];
		do {
			const { results, paginationToken: next } = (await open('campaigns', {
				paginationToken,
			})) as INodeListSearchResult & { paginationToken?: string };
			seen.push(...results.map(({ value }) => String(value)));
			pages.push(results.length);
			paginationToken = next;
		} while (paginationToken !== undefined);
		expect(pages).toEqual([100, 100, 8]);
		expect(new Set(seen).size).toBe(208);
	});

	it('tells campaigns that share a name apart by their calls and when they were made', async () => {
		const { results } = await open('campaigns');
		for (const { name } of results) {
			expect(name).toMatch(/ · \d+ calls? · \d{4}-\d{2}-\d{2} \d{2}:\d{2} UTC$/);
		}
	});

	it('ends after a last page that is full', async () => {
		await many(97, (n) => `Many ${n}`);
		const { results, paginationToken } = await open('campaigns');
		expect(results).toHaveLength(100);
		expect(paginationToken).toBeUndefined();
	});

	it('looks through the pages until there is something to show', async () => {
		await many(203, (n) => `Many ${n}`);
		const found = await open('campaigns', { filter: 'Campaign 0' });
		expect(names(found)).toEqual(['Campaign 0 (DRAFT)']);
		expect(await samora.control.journal({ operationId: 'listCampaigns' })).toHaveLength(3);
	});

	it('gives all campaigns of an API whose pages are smaller, and none twice', async () => {
		const campaigns = Array.from({ length: 25 }, (_, n) => ({ id: `${n}`, name: `${n}` }));
		const other = await startOtherServer(({ path }, res) => {
			const page = Number(new URL(path, 'http://localhost').searchParams.get('page'));
			const data = { campaigns: campaigns.slice((page - 1) * 10, page * 10), total: 25 };
			res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ data }));
		});
		try {
			const credential = { baseUrl: other.url };
			const seen: unknown[] = [];
			let paginationToken: string | undefined;
			do {
				const page: Awaited<ReturnType<typeof open>> & { paginationToken?: string } = await open(
					'campaigns',
					{ credential, paginationToken },
				);
				seen.push(...page.results.map(({ value }) => value));
				paginationToken = page.paginationToken;
			} while (paginationToken !== undefined);
			expect(seen).toEqual(campaigns.map(({ id }) => id));
			expect((await open('campaigns', { credential, filter: '24' })).results).toHaveLength(1);
		} finally {
			await other.stop();
		}
	});

	it('ends a search in a list that has no end', async () => {
		const other = await startOtherServer((_request, res) => {
			const campaigns = Array.from({ length: 100 }, (_, n) => ({ id: `${n}`, name: 'Again' }));
			res
				.writeHead(200, { 'content-type': 'application/json' })
				.end(JSON.stringify({ data: { campaigns } }));
		});
		try {
			const credential = { baseUrl: other.url };
			const { message } = await stopped('campaigns', { filter: 'no such name', credential });
			expect(message).toMatch(/^Page 2 of the list/);
		} finally {
			await other.stop();
		}
	});

	it.each([
		['', /Agent ID is empty.*Campaigns belong to an agent: enter its ID first/],
		['abc', /Agent ID must be a UUID.*"abc"/],
		['={{ $json.agent }}', /Agent ID.*Campaigns belong to an agent/],
	])('asks for the agent first: "%s"', async (agentId, sentence) => {
		const { message, description } = await stopped('campaigns', { parameters: { agentId } });
		expect(message).toMatch(sentence);
		expect(description).toMatch(/By ID/);
		expect(await samora.control.journal({ operationId: 'listCampaigns' })).toEqual([]);
	});

	it('names the agent that Samora does not know', async () => {
		const agentId = '99999999-9999-4999-8999-999999999999';
		const { message, description } = await stopped('campaigns', { parameters: { agentId } });
		expect(message).toBe("Samora can't find this agent: Agent not found");
		expect(description).toContain(`Agent ID ${agentId}`);
	});
});

describe('the webhook picker', () => {
	it('lists all webhooks with their URL', async () => {
		expect(await open('webhooks')).toEqual({
			results: world.webhooks.map((value, n) => ({
				name: `Webhook ${n} (https://example.com/${n})`,
				value,
			})),
		});
		const [entry] = await samora.control.journal({ operationId: 'listWebhooks', method: 'GET' });
		expect(entry).toMatchObject({ violation: null, keyed: true, query: {} });
	});

	it.each([
		['webhook 2', 2],
		['EXAMPLE.COM/1', 1],
	])('finds "%s"', async (filter, n) => {
		const { results } = await open('webhooks', { filter });
		expect(results.map(({ value }) => value)).toEqual([world.webhooks[n]]);
	});

	it('finds nothing when there is none', async () => {
		expect(await open('webhooks', { filter: 'no such webhook' })).toEqual({ results: [] });
	});
});

describe.each(['campaigns', 'webhooks'] as const)('the picker of %s', (picker) => {
	it('says that the key is not accepted', async () => {
		const { message, description } = await stopped(picker, {
			credential: { apiKey: 'not-the-key-7f3a' },
		});
		expect(message).toBe('Samora rejected the API key: Invalid API key');
		expect(description).toMatch(/Samora credential/);
	});

	it('says that the Base URL is invalid', async () => {
		const { message } = await stopped(picker, { credential: { baseUrl: 'http://samora.example' } });
		expect(message).toMatch(/Base URL of the Samora credential must start with https:\/\//);
	});

	it('says that the proxy of the Request Options is invalid', async () => {
		const parameters = { agentId: world.agentId, requestOptions: { proxy: 'nonsense' } };
		const { message } = await stopped(picker, { parameters });
		expect(message).toBe('Proxy must be a web address, but it is "nonsense"');
	});

	it('says that no server answers', async () => {
		const baseUrl = await addressOfNobody();
		const { message } = await stopped(picker, { credential: { baseUrl } });
		expect(message).toBe(`n8n couldn't reach Samora at ${new URL(baseUrl).host}`);
	});

	it('tries again when Samora is busy, and shows the list', async () => {
		await samora.control.addFault({ kind: '503', retryAfter: 0, times: 2 });
		expect((await open(picker)).results).toHaveLength(3);
	});
});
