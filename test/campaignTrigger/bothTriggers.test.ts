import { startSandbox, type Sandbox } from '../../sandbox';
import { AGENT, ApiClient, ordinary } from '../sandbox/support/apiClient';
import { N8nHost, triggerNode } from '../trigger/support/n8nHost';
import { campaignTriggerNode, PollHost } from './pollHost';

const ID = 'both';
const CAMPAIGN_TRIGGER = 'node:Samora Campaign Trigger';

let sandbox: Sandbox;
let api: ApiClient;
let webhooks: N8nHost;
let polls: PollHost;

beforeAll(async () => {
	sandbox = await startSandbox({ speed: 0 });
	api = new ApiClient(sandbox);
	webhooks = await N8nHost.start({ apiKey: sandbox.apiKey, baseUrl: sandbox.url });
});

afterAll(async () => {
	await webhooks.stop();
	await sandbox.stop();
});

/** A workflow with both triggers, which share its static data. */
beforeEach(async () => {
	await sandbox.control.reset();
	webhooks.reset();
	const nodes = [
		triggerNode({ agentId: AGENT, events: ['CALL_FAILED'], options: {} }),
		campaignTriggerNode({ agentId: AGENT, events: ['CAMPAIGN_CALL_ENDED'] }),
	];
	webhooks.save(ID, { nodes });
	expect(await webhooks.publish(ID)).toEqual({});
	polls = new PollHost(
		nodes,
		{ apiKey: sandbox.apiKey, baseUrl: sandbox.url },
		{
			load: () => JSON.stringify(webhooks.staticData(ID)),
			save: (text) => webhooks.setStaticData(ID, JSON.parse(text)),
		},
		ID,
	);
	await polls.publish();
});

async function deliver(callId: string): Promise<number> {
	const [{ url, custom_headers }] = await sandbox.control.webhooks();
	const response = await fetch(url, {
		method: 'POST',
		headers: { 'content-type': 'application/json', ...custom_headers },
		body: JSON.stringify({
			event: 'CALL_FAILED',
			call_id: callId,
			ended_at: '2026-03-01T12:00:00Z',
		}),
	});
	await response.arrayBuffer();
	return response.status;
}

async function callEnds(n: number): Promise<void> {
	const campaign = await api.campaign({ name: `Campaign ${n}` });
	await campaign.add(ordinary(n));
	await campaign.act('start');
	await sandbox.control.advance(60);
}

async function restart(): Promise<void> {
	webhooks.restart();
	expect(await webhooks.publish(ID, { mode: 'init' })).toEqual({});
	await polls.restart();
}

describe('a workflow with a Samora Trigger and a Samora Campaign Trigger', () => {
	it('knows after a restart which deliveries it has had, though polls were stored since', async () => {
		expect(await deliver('first')).toBe(200);
		await callEnds(1);
		expect(await polls.poll()).toHaveLength(1);
		await restart();
		expect(await deliver('first')).toBe(200);
		expect(await deliver('second')).toBe(200);
		expect((await webhooks.events()).map(({ call_id }) => call_id)).toEqual(['first', 'second']);
	});

	it('has the webhook it had, though polls were stored since', async () => {
		const before = await sandbox.control.webhooks();
		await deliver('first');
		await callEnds(1);
		await polls.poll();
		await restart();
		expect(await sandbox.control.webhooks()).toEqual(before);
	});

	it('knows after a restart what its polls have reported, though deliveries were stored since', async () => {
		await callEnds(1);
		await polls.poll();
		await deliver('first');
		await restart();
		await callEnds(2);
		expect(await polls.poll()).toHaveLength(1);
		expect(polls.events).toHaveLength(2);
	});

	it('tells nothing less when a delivery brings back an older note of its polls', async () => {
		let release = () => {};
		webhooks.beforeStart = new Promise((resolve) => (release = resolve));
		const delivery = deliver('first');
		await sandbox.control.until(() => webhooks.held === 1);
		await callEnds(1);
		expect(await polls.poll()).toHaveLength(1);
		const noted = webhooks.staticData(ID)[CAMPAIGN_TRIGGER];
		release();
		expect(await delivery).toBe(200);
		expect(webhooks.staticData(ID)[CAMPAIGN_TRIGGER]).not.toEqual(noted);
		await callEnds(2);
		expect(await polls.poll()).toHaveLength(1);
		await restart();
		expect(polls.events).toHaveLength(2);
	});
});
