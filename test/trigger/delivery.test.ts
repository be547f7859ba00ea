import { N8nHost, triggerNode } from './support/n8nHost';

import type { IDataObject, INode } from 'n8n-workflow';

import { TRIGGER_HEADER } from '../../nodes/SamoraTrigger/authenticity/token';
import { startSandbox, type DeliveryAttempt, type Sandbox } from '../../sandbox';

let sandbox: Sandbox;
let host: N8nHost;
let node: INode;
let agentId: string;

const ANSWERED = '+14155550100';
const REJECTED = '+14155550102';

beforeAll(async () => {
	sandbox = await startSandbox();
	agentId = sandbox.agents[0].id;
	host = await N8nHost.start({ apiKey: sandbox.apiKey, baseUrl: sandbox.url });
});

afterAll(async () => {
	await host.stop();
	await sandbox.stop();
});

beforeEach(async () => {
	await sandbox.control.reset();
	host.reset();
	await publish();
});

/** A published trigger with these parameters. */
async function publish(
	options: IDataObject = {},
	events = ['CALL_STARTED', 'CALL_FINISHED', 'CALL_FAILED'],
) {
	node = triggerNode({ agentId, events, options: options as never });
	host.save('w1', { nodes: [node] });
	expect(await host.publish('w1')).toEqual({});
}

async function publishInstead(...parameters: Parameters<typeof publish>) {
	await host.unpublish('w1');
	await publish(...parameters);
}

async function call(to_number = ANSWERED): Promise<string> {
	const response = await fetch(`${sandbox.url}/v1/call/trigger`, {
		method: 'POST',
		headers: { 'content-type': 'application/json', 'x-api-key': sandbox.apiKey },
		body: JSON.stringify({ agent_id: agentId, to_number, metadata: { lead: 'Ada' } }),
	});
	const { call_id } = (await response.json()) as { call_id: string };
	return call_id;
}

/** Lets calls end, and everything that follows from it happen. */
async function letTimePass(seconds = 20): Promise<void> {
	await sandbox.control.advance(seconds);
}

async function statuses(): Promise<Array<number | null>> {
	return (await sandbox.control.deliveries()).map(({ status }) => status);
}

const noWebhooks = async (control: Sandbox['control']) => (await control.webhooks()).length === 0;

/** Sends what could have come from Samora. */
async function deliver(
	body: string | Buffer,
	headers: Record<string, string> = {},
	url = host.webhookUrl(node),
): Promise<{ status: number; text: string }> {
	const response = await fetch(url, {
		method: 'POST',
		headers: { 'content-type': 'application/json', ...headers },
		body,
	});
	return { status: response.status, text: await response.text() };
}

const genuine = async () => {
	const [{ custom_headers, secret }] = await sandbox.control.webhooks();
	return { token: { [TRIGGER_HEADER]: custom_headers[TRIGGER_HEADER] }, secret };
};

const event = (call_id = 'c1', more: IDataObject = {}) =>
	JSON.stringify({ event: 'CALL_FINISHED', data: { call_id, ...more } });

describe('an event of Samora', () => {
	it('starts the workflow with its JSON as it came, and with event, call_id and status beside it', async () => {
		const callId = await call();
		await letTimePass();
		const deliveries = await sandbox.control.deliveries();
		expect(deliveries.map(({ status }) => status)).toEqual([200, 200]);
		const [started, finished] = deliveries.map(({ body }) => JSON.parse(body) as IDataObject);
		expect(await host.events()).toEqual([
			{ ...started, event: 'CALL_STARTED', call_id: callId, status: 'ONGOING' },
			{ ...finished, event: 'CALL_FINISHED', call_id: callId, status: 'CALL_FINISHED' },
		]);
	});

	it('says how a call failed', async () => {
		const callId = await call(REJECTED);
		await letTimePass();
		expect(await host.events()).toMatchObject([
			{ event: 'CALL_FAILED', call_id: callId, status: 'REJECTED' },
		]);
	});

	it('comes out the same when Samora lays it out differently', async () => {
		await sandbox.control.setDeliveries({ payload: 'flat' });
		const callId = await call(REJECTED);
		await letTimePass();
		expect(await host.events()).toMatchObject([
			{ event: 'CALL_FAILED', call_id: callId, status: 'REJECTED' },
		]);
	});

	it('is accepted when it is signed in the header that the options name, and only then', async () => {
		await publishInstead({ signatureHeader: 'X-Voice-Signature' });
		await sandbox.control.setDeliveries({
			scheme: 'sha256',
			signatureHeader: 'x-voice-signature',
			retry: [],
		});
		await call(REJECTED);
		await letTimePass();
		await sandbox.control.setDeliveries({ signatureHeader: 'x-samora-signature' });
		await call(REJECTED);
		await letTimePass();
		expect(await statuses()).toEqual([200, 401]);
		expect(await host.events()).toHaveLength(1);
	});

	it('is acknowledged and starts nothing when nobody chose it', async () => {
		await publishInstead({}, ['CALL_FAILED']);
		const { token } = await genuine();
		expect(await deliver(event(), token)).toMatchObject({ status: 200 });
		expect(host.executions).toEqual([]);
	});

	it('sent to a test listen starts it once, and not the published workflow', async () => {
		await host.unpublish('w1');
		await host.listenForTest('w1');
		const callId = await call();
		await letTimePass(4);
		expect(await sandbox.control.until((control) => noWebhooks(control))).toBe(true);
		await letTimePass();
		expect(await host.events()).toMatchObject([{ event: 'CALL_STARTED', call_id: callId }]);
		expect(host.executions.map(({ mode }) => mode)).toEqual(['manual']);
	});

	it('starts the test listen as well as the published workflow', async () => {
		await host.listenForTest('w1');
		await call(REJECTED);
		await letTimePass();
		expect(host.executions.map(({ mode }) => mode).sort()).toEqual(['manual', 'webhook']);
	});

	it('starts the published workflow after a test listen as before, also when n8n was restarted', async () => {
		const { token } = await genuine();
		await host.listenForTest('w1');
		const [listening] = (await sandbox.control.webhooks()).filter(({ url }) =>
			url.includes('/webhook-test/'),
		);
		const { url, custom_headers } = listening;
		expect(await deliver(event(), custom_headers, url)).toMatchObject({ status: 200 });
		expect(await deliver(event('two'), token)).toMatchObject({ status: 200 });
		host.restart();
		expect(await deliver(event('three'), token)).toMatchObject({ status: 200 });
		expect(host.executions.map(({ mode }) => mode)).toEqual(['manual', 'webhook', 'webhook']);
	});
});

describe('a request that is not from Samora', () => {
	const refused = { status: 401, text: '' };

	afterEach(() => {
		expect(host.executions).toEqual([]);
	});

	it('is refused without a token', async () => {
		expect(await deliver(event())).toEqual(refused);
	});

	it("is refused with a guessed token, or with another trigger's", async () => {
		const second = triggerNode({ agentId, events: ['CALL_FINISHED'] });
		host.save('w2', { nodes: [second] });
		await host.publish('w2');
		const [, { custom_headers: theirs }] = await sandbox.control.webhooks();
		expect(await deliver(event(), theirs)).toEqual(refused);
		const { token } = await genuine();
		const almost = token[TRIGGER_HEADER].replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
		expect(await deliver(event(), { [TRIGGER_HEADER]: almost })).toEqual(refused);
	});

	it('is refused with a token that was replaced', async () => {
		const { token } = await genuine();
		await host.unpublish('w1');
		await host.publish('w1');
		expect(await deliver(event(), token)).toEqual(refused);
	});

	it('is refused while n8n does not know what it registered', async () => {
		const { token } = await genuine();
		host.setStaticData('w1', {});
		host.restart();
		expect(await deliver(event(), token)).toEqual(refused);
		expect(await deliver(event(), { [TRIGGER_HEADER]: '' })).toEqual(refused);
		expect(await deliver(event(), { [TRIGGER_HEADER]: 'undefined' })).toEqual(refused);
	});

	it.each([
		['nothing', ''],
		['a list', '[{"event":"CALL_FINISHED","call_id":"c1"}]'],
		['text', '"CALL_FINISHED"'],
		['null', 'null'],
	])('is refused with %s for a body', async (_what, body) => {
		const { token } = await genuine();
		expect(await deliver(body, { ...token, 'content-type': 'text/plain' })).toEqual(refused);
	});

	it('is refused with a form for a body', async () => {
		const { token } = await genuine();
		const type = { 'content-type': 'application/x-www-form-urlencoded' };
		expect(await deliver('event=CALL_FINISHED&call_id=c1', { ...token, ...type })).toEqual(refused);
	});

	it('is refused whatever its body, and however large', async () => {
		expect(await deliver('[', { 'content-type': 'text/plain' })).toEqual(refused);
		expect(await deliver(`{"event":"${'x'.repeat(8_000_000)}"}`)).toEqual(refused);
	});
});

describe('an event that comes more than once', () => {
	it.each([true, 'at-once'] as const)(
		'starts the workflow once, whether its copies come one after the other or at once (%s)',
		async (duplicate) => {
			await sandbox.control.setDeliveries({ duplicate });
			const ids = [await call(), await call(REJECTED), await call()];
			await letTimePass();
			const attempts = await sandbox.control.deliveries();
			expect(attempts).toHaveLength(10);
			expect(attempts.every(({ status }) => status === 200)).toBe(true);
			const events = await host.events();
			expect(events).toHaveLength(5);
			expect(events.filter(({ call_id }) => call_id === ids[0])).toHaveLength(2);
		},
	);

	it('starts the workflow every time when the options say so', async () => {
		await publishInstead({ skipDuplicateEvents: false });
		await sandbox.control.setDeliveries({ duplicate: true });
		await call(REJECTED);
		await letTimePass();
		expect(await host.events()).toHaveLength(2);
	});

	it('starts the workflow of each of two triggers', async () => {
		const second = triggerNode({ agentId, events: ['CALL_FAILED'] });
		host.save('w2', { nodes: [second] });
		await host.publish('w2');
		await sandbox.control.setDeliveries({ duplicate: true });
		await call(REJECTED);
		await letTimePass();
		expect(await host.events('w1')).toHaveLength(1);
		expect(await host.events('w2')).toHaveLength(1);
	});

	it('is not lost when n8n could not start the workflow the first time', async () => {
		host.broken = true;
		await call(REJECTED);
		await letTimePass(4);
		expect(await statuses()).toEqual([500]);
		host.broken = false;
		await letTimePass(60);
		expect(await statuses()).toEqual([500, 200]);
		expect(await host.events()).toHaveLength(1);
	});

	it('is not acknowledged before n8n has accepted the first copy', async () => {
		const { token } = await genuine();
		let start = () => {};
		host.beforeStart = new Promise((resolve) => (start = resolve));
		let acknowledged = 0;
		const copies = [1, 2, 3].map(async () => {
			const { status } = await deliver(event(), token);
			acknowledged += 1;
			return status;
		});
		await sandbox.control.until(() => host.arrived === 3 && host.held === 1);
		expect(acknowledged).toBe(0);
		start();
		expect(await Promise.all(copies)).toEqual([200, 200, 200]);
		expect(await host.events()).toHaveLength(1);
	});

	it('is asked for again when the sender of the first copy hung up before n8n accepted it', async () => {
		const { token } = await genuine();
		let start = () => {};
		host.beforeStart = new Promise((resolve) => (start = resolve));
		const impatient = new AbortController();
		const first = fetch(host.webhookUrl(node), {
			method: 'POST',
			headers: { 'content-type': 'application/json', ...token },
			body: event(),
			signal: impatient.signal,
		});
		const hungUp = first.catch(() => 'hung up');
		await sandbox.control.until(() => host.held === 1);
		impatient.abort();
		expect(await hungUp).toBe('hung up');
		const second = await deliver(event(), token);
		expect(second.status).toBe(503);

		start();
		await sandbox.control.until(() => host.executions.length === 1);
		const third = await sandbox.control.until(async () => {
			const { status } = await deliver(event(), token);
			return status === 200 ? status : undefined;
		});
		expect(third).toBe(200);
		expect(await host.events()).toHaveLength(1);
	});

	it('is new when it is about another attempt at the call', async () => {
		const { token } = await genuine();
		await deliver(event('c1', { ended_at: '2026-03-01T12:00:00Z' }), token);
		await deliver(event('c1', { ended_at: '2026-03-01T12:30:00Z' }), token);
		expect(await host.events()).toHaveLength(2);
	});

	it('cannot be replayed', async () => {
		await call(REJECTED);
		await letTimePass();
		const [{ headers, body }] = (await sandbox.control.deliveries()) as [DeliveryAttempt];
		expect((await deliver(body, headers)).status).toBe(200);
		expect(await host.events()).toHaveLength(1);
	});

	it.each([
		['the process that accepted it', () => {}],
		['a process that shares nothing with it but the database', () => host.restart()],
	])('is acknowledged without an execution by %s', async (_which, change) => {
		const { token } = await genuine();
		for (const id of ['c1', 'c2']) expect((await deliver(event(id), token)).status).toBe(200);
		change();
		for (const id of ['c1', 'c2']) {
			expect(await deliver(event(id), token)).toEqual({ status: 200, text: 'OK' });
		}
		expect(await host.events()).toHaveLength(2);
	});

	it('is not lost when n8n could not start the workflow and was restarted then', async () => {
		const { token } = await genuine();
		host.broken = true;
		expect((await deliver(event(), token)).status).toBe(500);
		host.broken = false;
		host.restart();
		expect((await deliver(event(), token)).status).toBe(200);
		expect(await host.events()).toHaveLength(1);
	});

	it('is remembered after a restart though many came at the same moment', async () => {
		const { token } = await genuine();
		const ids = [...Array(20).keys()].map((n) => `c${n}`);
		await Promise.all(ids.map(async (id) => await deliver(event(id), token)));
		// Each of them wrote all of the static data, as it had been when it came.
		await deliver(event('one more'), token);
		host.restart();
		for (const id of ids) expect((await deliver(event(id), token)).status).toBe(200);
		expect(await host.events()).toHaveLength(ids.length + 1);
	});
});

describe('static data that was overwritten with an older state', () => {
	async function replacedAndOverwritten() {
		const old = structuredClone(host.staticData('w1'));
		node = { ...node, parameters: { ...node.parameters, agentId: sandbox.agents[1].id } };
		host.save('w1', { nodes: [node] });
		expect(await host.publish('w1')).toEqual({});
		const { token } = await genuine();
		const right = structuredClone(host.staticData('w1'));
		expect(right).not.toEqual(old);
		host.setStaticData('w1', old);
		return { token, right };
	}

	it('does not keep the process that registered the new webhook from accepting its events', async () => {
		const { token } = await replacedAndOverwritten();
		expect((await deliver(event(), token)).status).toBe(200);
		expect(await host.events()).toHaveLength(1);
	});

	it('is corrected by the next event', async () => {
		const { token, right } = await replacedAndOverwritten();
		await deliver(event(), token);
		expect(host.staticData('w1')[`node:${node.name}`]).toMatchObject(right[`node:${node.name}`]);
		host.restart();
		expect((await deliver(event('c2'), token)).status).toBe(200);
		expect(await host.events()).toHaveLength(2);
	});

	it('is not corrected by a forged event', async () => {
		await replacedAndOverwritten();
		const before = host.staticData('w1');
		expect((await deliver(event(), { [TRIGGER_HEADER]: 'guess' })).status).toBe(401);
		expect(host.staticData('w1')).toEqual(before);
	});
});

it('writes only the fingerprint of an event into the static data', async () => {
	const before = host.staticData('w1')[`node:${node.name}`];
	const { token } = await genuine();
	await deliver(event(), token);
	const { recentEvents, ...rest } = host.staticData('w1')[`node:${node.name}`];
	expect(rest).toEqual(before);
	expect(recentEvents).toMatch(/^[\w-]{11}$/);
});
