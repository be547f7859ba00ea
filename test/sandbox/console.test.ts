import { request } from 'node:http';
import { type Sandbox, startSandbox } from '../../sandbox';
import { defaultSettings } from '../../sandbox/settings/settings';
import { CONTROL_ROUTES } from '../../sandbox/control/controlRoutes';
import { AGENT, ApiClient, OTHER_AGENT, ordinary } from './support/apiClient';
import { ConsoleReader } from './support/consoleReader';
import { startWebhookReceiver, type WebhookReceiver } from './support/webhookReceiver';

let sandbox: Sandbox;
let api: ApiClient;

beforeAll(async () => {
	sandbox = await startSandbox({ speed: 0 });
	api = new ApiClient(sandbox);
});
beforeEach(() => sandbox.control.reset());
afterAll(() => sandbox.stop());

/** fetch would put its own Host and Origin. */
const statusOf = (url: string, headers: Record<string, string>, method = 'GET') =>
	new Promise<number | undefined>((resolve, reject) => {
		request(url, { method, headers }, (res) => {
			res.resume();
			res.once('end', () => resolve(res.statusCode));
		})
			.on('error', reject)
			.end();
	});

describe("each of the sandbox's servers", () => {
	it.each([
		['the API', () => `${sandbox.url}/v2/webhooks`],
		['the files', () => `${sandbox.filesUrl}/samora-calls/1/recording.mp3`],
		['the control API', () => `${sandbox.url}/_sandbox`],
		['the console', () => sandbox.consoleUrl],
		['the events of the console', () => `${sandbox.consoleUrl}/events`],
	])('serves nobody who names another host: %s', async (_, url) => {
		const key = { 'x-api-key': sandbox.apiKey };
		expect(await statusOf(url(), { ...key, host: 'rebound.example' })).toBe(403);
		expect(await statusOf(url(), { ...key, host: '127.0.0.1.rebound.example:4010' })).toBe(403);
		expect(await sandbox.control.journal()).toEqual([]);
	});
});

describe('the page', () => {
	it('has all its files from the sandbox, and may load nothing else', async () => {
		const page = await fetch(sandbox.consoleUrl);
		expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
		const html = await page.text();
		const files = Array.from(html.matchAll(/(?:src|href)="([^"]+)"/g), ([, file]) => file);
		expect(files.length).toBeGreaterThan(2);
		for (const file of files) {
			expect(file).toMatch(/^\/_sandbox\/console\//);
			expect((await fetch(sandbox.url + file)).status).toBe(200);
		}
	});

	it('drives the sandbox from its own origin, and no other page does', async () => {
		const reset = `${sandbox.url}/_sandbox/reset`;
		const { host } = new URL(sandbox.url);
		expect(await statusOf(reset, { origin: `http://${host}` }, 'POST')).toBe(200);
		expect(await statusOf(reset, { origin: sandbox.filesUrl }, 'POST')).toBe(403);
		const events = `${sandbox.consoleUrl}/events`;
		expect(await statusOf(events, { origin: 'http://localhost:5678' })).toBe(403);
	});

	it('plays a recording and shows a transcript without a trace in the journal', async () => {
		await sandbox.control.addFault({ operationId: 'file', kind: '500' });
		const id = await api.trigger(ordinary(1), { name: 'Jo' });
		const get = (kind: string) => fetch(`${sandbox.consoleUrl}/calls/${id}/${kind}`);
		expect((await get('recording')).status).toBe(404);
		await sandbox.control.advance(20);
		const recording = await get('recording');
		expect(recording.headers.get('content-type')).toBe('audio/wav');
		expect((await recording.arrayBuffer()).byteLength).toBeGreaterThan(50_000);
		expect(await (await get('transcript')).text()).toContain('Hello Jo');
		expect(await sandbox.control.journal({ operationId: 'file' })).toEqual([]);
		expect(await sandbox.control.faults()).toMatchObject([{ spoilt: 0 }]);
	});
});

describe('an open page', () => {
	let reader: ConsoleReader;

	afterEach(() => reader.close());

	async function open() {
		reader = await ConsoleReader.open(sandbox);
		return reader;
	}

	it('is told all there is, and then what changes', async () => {
		await api.trigger(ordinary(1), { lead_name: 'Jo' });
		const first = await (await open()).next(({ fresh }) => fresh);
		expect(first).toMatchObject({
			calls: [{ number: ordinary(1), name: 'Jo', status: 'PENDING', agentId: AGENT }],
			requests: [{ seq: 1, operationId: 'triggerCall', status: 202, underWay: false }],
			counts: { PENDING: 1 },
			settings: defaultSettings(),
		});

		await sandbox.control.advance(9);
		const later = await reader.next(({ calls }) => calls.length > 0);
		expect(later).toMatchObject({
			fresh: false,
			calls: [{ number: ordinary(1), status: 'CALL_FINISHED', duration: 6 }],
			counts: { PENDING: 0, CALL_FINISHED: 1 },
			requests: [],
		});
		expect(later.settings).toBeUndefined();
	});

	it('is told of a request that is under way, and of its answer', async () => {
		await open();
		await sandbox.control.addFault({ kind: 'slow', ms: 600 });
		const answer = api.request('GET', '/v2/webhooks');
		const asked = await reader.next(({ requests }) => requests.length > 0);
		expect(asked.requests).toMatchObject([{ operationId: 'listWebhooks', underWay: true }]);
		await answer;
		const answered = await reader.next(({ requests }) => requests.some((one) => !one.underWay));
		expect(answered.requests).toMatchObject([{ seq: 1, status: 200, fault: 'slow' }]);
	});

	it('begins anew after a reset', async () => {
		await api.trigger(ordinary(1));
		await (await open()).next(({ fresh }) => fresh);
		await sandbox.control.reset();
		expect(await reader.next(({ fresh }) => fresh)).toMatchObject({ calls: [], requests: [] });
		await api.trigger(ordinary(2));
		const next = await reader.next(({ calls }) => calls.length > 0);
		expect(next.calls).toMatchObject([{ number: ordinary(2) }]);
	});

	it('is told nothing that is secret', async () => {
		await api.request('POST', '/v2/webhooks', {
			agent_id: AGENT,
			name: 'x',
			url: 'https://n8n.example/1',
			events: ['CALL_STARTED'],
		});
		await (await open()).next(({ webhooks }) => webhooks?.length === 1);
		expect(reader.text).not.toMatch(/whsec_|sandbox-key/);
	});

	it('sees a campaign go on: its outcomes over time, and only the calls that were dialed', async () => {
		const campaign = await api.campaign({ name: 'Renewals' });
		await campaign.add(...Array.from({ length: 30 }, (_, n) => ordinary(n)), '+14155550101');
		const first = await (await open()).next(({ fresh }) => fresh);
		expect(first).toMatchObject({ calls: [], counts: { PENDING: 31 } });
		await campaign.act('start');
		await sandbox.control.advance(9.5);
		const update = await reader.next(({ counts }) => counts?.CALL_FINISHED === 10);
		expect(update.calls).toHaveLength(10);
		expect(update.campaigns).toMatchObject([
			{ name: 'Renewals', counts: { CALL_FINISHED: 10, PENDING: 21 } },
		]);
		await sandbox.control.advance(60);
		const end = await reader.next(({ campaigns }) => campaigns?.[0].status === 'FINISHED');
		const { times = [], outcomes = {} } = end.campaigns?.[0].progress ?? {};
		expect(times).toHaveLength(outcomes.CALL_FINISHED.length);
		expect(outcomes.CALL_FINISHED.at(-1)).toBe(30);
		expect(outcomes.UNANSWERED.at(-1)).toBe(1);
		expect(outcomes.CALL_FINISHED).toEqual([...outcomes.CALL_FINISHED].sort((a, b) => a - b));
	});

	it('is told all anew rather than thousands of changes, and never more than it shows', async () => {
		await sandbox.control.setSettings({ campaignConcurrency: 5000 });
		const campaign = await api.campaign();
		await campaign.add(...Array.from({ length: 5000 }, (_, n) => ordinary(n)));
		await (await open()).next(({ fresh }) => fresh);
		await campaign.act('start');
		await sandbox.control.advance(60);
		await reader.next(({ counts }) => counts?.CALL_FINISHED === 5000);
		const [, ...later] = reader.updates;
		expect(later.some(({ fresh }) => fresh)).toBe(true);
		for (const { calls } of later) expect(calls.length).toBeLessThanOrEqual(2000);
		reader.close();
		const { calls } = await (await open()).next(({ fresh }) => fresh);
		expect(calls).toHaveLength(300);
	});
});

describe('an inbound call', () => {
	let receiver: WebhookReceiver;

	beforeAll(async () => {
		receiver = await startWebhookReceiver();
	});
	beforeEach(() => receiver.received.splice(0));
	afterAll(() => receiver.stop());

	const events = () =>
		receiver.received.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
	const listenFor = (agentId: string) =>
		api.request('POST', '/v2/webhooks', {
			agent_id: agentId,
			name: 'x',
			url: receiver.url,
			events: ['CALL_STARTED', 'CALL_FINISHED', 'CALL_FAILED'],
		});

	it('is told of as any other call, to the webhooks of its agent', async () => {
		await listenFor(OTHER_AGENT);
		const call = await sandbox.control.addInboundCall({
			agent_id: OTHER_AGENT,
			number: '+14155550101',
			call_variables: { name: 'Jo' },
		});
		await sandbox.control.advance(60);
		expect(events()).toMatchObject([
			{ event: 'CALL_STARTED', data: { call_id: call.id, to_number: '+14155550101' } },
			{ event: 'CALL_FINISHED', data: { call_variables: { name: 'Jo' }, duration: 6 } },
		]);
		expect(await sandbox.control.calls()).toMatchObject([{ direction: 'inbound' }]);
	});

	it.each([
		['UNANSWERED', ['CALL_FAILED']],
		['VOICEMAIL', ['CALL_STARTED', 'CALL_FINISHED']],
	])('ends as it was asked to: %s', async (outcome, expected) => {
		await listenFor(AGENT);
		await sandbox.control.addInboundCall({ agent_id: AGENT, number: ordinary(1), outcome });
		await sandbox.control.advance(60);
		expect(events().map(({ event }) => event)).toEqual(expected);
		expect(await sandbox.control.calls()).toMatchObject([{ status: outcome }]);
	});

	it.each([
		['of nobody', { agent_id: AGENT }],
		['to an agent who does not exist', { agent_id: '1', number: ordinary(1) }],
		['that ends as no call does', { agent_id: AGENT, number: ordinary(1), outcome: 'LOST' }],
	])('is not made %s', async (_, call) => {
		const response = await fetch(`${sandbox.url}/_sandbox/calls`, {
			method: 'POST',
			body: JSON.stringify(call),
		});
		expect(response.status).toBe(400);
		expect(await sandbox.control.calls()).toEqual([]);
	});
});

describe('the forms', () => {
	it('are made from what the control API accepts, so that a new setting is there by itself', async () => {
		const schemas = await sandbox.control.schemas();
		const accepted = (path: string) =>
			CONTROL_ROUTES.filter((one) => one.path.test(path) && one.body);
		expect([schemas.settings]).toEqual(accepted('/settings').map(({ body }) => body));
		expect([schemas.faults]).toEqual(accepted('/faults').map(({ body }) => body));
		expect([schemas.calls]).toEqual(accepted('/calls').map(({ body }) => body));
		expect(Object.keys(schemas.settings.properties as object)).toEqual(
			Object.keys(defaultSettings()),
		);
	});
});

describe('the details', () => {
	it('of a request and of a delivery are there by their number', async () => {
		const one = async (path: string) =>
			await (await fetch(`${sandbox.url}/_sandbox${path}`)).json();
		await api.request('POST', '/v2/webhooks', {
			agent_id: AGENT,
			name: 'x',
			url: 'http://127.0.0.1:9/',
			events: ['CALL_STARTED'],
		});
		await api.trigger(ordinary(1));
		await sandbox.control.advance(4);
		expect(await one('/journal/2')).toMatchObject({ body: { to_number: ordinary(1) } });
		expect(await one('/deliveries/0')).toMatchObject({ event: 'CALL_STARTED', answer: null });
		expect(await statusOf(`${sandbox.url}/_sandbox/journal/3`, {})).toBe(404);
	});
});
