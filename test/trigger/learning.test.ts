import { N8nHost, triggerNode } from './support/n8nHost';

import type { INode } from 'n8n-workflow';

import { TRIGGER_HEADER } from '../../nodes/SamoraTrigger/authenticity/token';
import { startSandbox, type DeliveryAttempt, type Sandbox } from '../../sandbox';
import type { DeliverySettings } from '../../sandbox/settings/deliverySettings';

let sandbox: Sandbox;
let host: N8nHost;
let node: INode;
let agentId: string;

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
	await sandbox.control.setDeliveries({ retry: [] });
	host.reset();
	await publish();
});

async function publish(options = {}) {
	node = triggerNode({
		agentId,
		events: ['CALL_STARTED', 'CALL_FINISHED', 'CALL_FAILED'],
		options,
	});
	host.save('w1', { nodes: [node] });
	expect(await host.publish('w1')).toEqual({});
}

/** A rejected call: one event. */
async function eventFromSamora(): Promise<DeliveryAttempt> {
	const before = (await sandbox.control.deliveries()).length;
	await fetch(`${sandbox.url}/v1/call/trigger`, {
		method: 'POST',
		headers: { 'content-type': 'application/json', 'x-api-key': sandbox.apiKey },
		body: JSON.stringify({ agent_id: agentId, to_number: '+14155550102' }),
	});
	await sandbox.control.advance(20);
	return (await sandbox.control.deliveries())[before];
}

async function send(headers: Record<string, string>, body: string): Promise<number> {
	const response = await fetch(host.webhookUrl(node), { method: 'POST', headers, body });
	await response.arrayBuffer();
	return response.status;
}

let calls = 0;

/** What somebody sends who knows the token and not the secret. */
async function unsigned(headers: Record<string, string> = {}): Promise<number> {
	const [{ custom_headers }] = await sandbox.control.webhooks();
	calls += 1;
	return await send(
		{
			'content-type': 'application/json',
			[TRIGGER_HEADER]: custom_headers[TRIGGER_HEADER],
			...headers,
		},
		JSON.stringify({ event: 'CALL_FAILED', call_id: `c${calls}` }),
	);
}

const kept = () => host.staticData('w1')[`node:${node.name}`];

const timed = { key: 'after-prefix', signed: 'time.body', timeUnit: 'milliseconds' } as const;
const SCHEMES: Array<Partial<DeliverySettings>> = [
	{ scheme: 'standard' },
	{ scheme: 't-v1' },
	{ scheme: 'sha256' },
	{ scheme: 'base64', signatureHeader: 'x-hub-hmac' },
	{ scheme: 'composed', signature: timed },
	{ scheme: 'composed', signature: { ...timed, algorithm: 'sha512', encoding: 'base64url' } },
	{ scheme: 'composed', signature: { signed: 'v0:time:body', prefix: 'v0=', key: 'decoded' } },
	{ scheme: 'composed', signature: { signed: 'id.time.body', rotation: true, prefix: 'v1,' } },
];

describe.each(SCHEMES)('a signature that is recognized: %j', (settings) => {
	beforeEach(async () => {
		await sandbox.control.setDeliveries(settings);
	});

	it('is required after the first event that has it, also after a restart', async () => {
		expect(await unsigned()).toBe(200);
		const { status, headers, body } = await eventFromSamora();
		expect(status).toBe(200);
		const assertRequired = async () => {
			expect(await unsigned()).toBe(401);
			expect(await send(headers, body.replace('REJECTED', 'ANSWERED'))).toBe(401);
			expect((await eventFromSamora()).status).toBe(200);
		};
		await assertRequired();
		host.restart();
		await assertRequired();
	});
});

describe('what was learned', () => {
	beforeEach(async () => {
		expect((await eventFromSamora()).status).toBe(200);
	});

	it('is kept without Skip Duplicate Events too, and from an event that starts nothing', async () => {
		for (const [options, events] of [
			[{ skipDuplicateEvents: false }, ['CALL_FAILED']],
			[{}, ['CALL_STARTED']],
		] as const) {
			await host.unpublish('w1');
			await publish(options);
			node.parameters.events = [...events];
			host.save('w1', { nodes: [node] });
			await eventFromSamora();
			host.restart();
			expect(await unsigned()).toBe(401);
		}
	});

	it('survives the polls of a trigger in the same workflow, and a restart after them', async () => {
		host.poll('w1');
		expect(kept().provenBy).not.toBe('');
		host.restart();
		expect(await unsigned()).toBe(401);
	});

	it('is not unlearned by a process that writes what it read earlier', async () => {
		const { provenBy } = kept();
		for (const stale of ['', undefined]) {
			const data = host.staticData('w1');
			host.setStaticData('w1', { ...data, [`node:${node.name}`]: { ...kept(), provenBy: stale } });
			expect(await unsigned()).toBe(401);
			// The next delivery, even a refused one, has n8n write it again.
			expect(kept().provenBy).toBe(provenBy);
		}
	});

	it('is learned again by another process that finds it erased', async () => {
		const data = host.staticData('w1');
		host.setStaticData('w1', { ...data, [`node:${node.name}`]: { ...kept(), provenBy: '' } });
		host.forgetProcessMemory();
		expect((await eventFromSamora()).status).toBe(200);
		expect(await unsigned()).toBe(401);
		expect(kept().provenBy).not.toBe('');
	});

	it('survives a publication that keeps the webhook, and goes with a webhook that is replaced', async () => {
		await host.publish('w1');
		expect(await unsigned()).toBe(401);
		await host.unpublish('w1');
		await host.publish('w1');
		expect(await unsigned()).toBe(200);
	});

	it('is another way when Samora changes its way', async () => {
		await sandbox.control.setDeliveries({ scheme: 'sha256' });
		expect((await eventFromSamora()).status).toBe(200);
		expect(kept().provenBy).toBe('x-samora-signature sha256 secret body');
		expect(await unsigned()).toBe(401);
	});

	it('is not learned by somebody without the secret', async () => {
		await host.unpublish('w1');
		await host.publish('w1');
		expect(await unsigned({ 'x-samora-signature': `sha256=${'0'.repeat(64)}` })).toBe(200);
		expect(kept().provenBy).toBe('');
	});
});

describe('a signature that nobody can recognize', () => {
	beforeEach(async () => {
		await sandbox.control.setDeliveries({ scheme: 'unknowable', signatureHeader: 'x-voice-hmac' });
	});

	const hints = async () =>
		(await Promise.all(host.executions.map(async ({ finished }) => await finished))).flatMap(
			({ data }) =>
				Object.values(data.resultData.runData).flatMap(([{ hints: shown }]) => shown ?? []),
		);

	it('does not keep events from starting the workflow', async () => {
		expect((await eventFromSamora()).status).toBe(200);
		expect((await eventFromSamora()).status).toBe(200);
		expect(await host.events()).toHaveLength(2);
		expect(Object.keys((await host.outputs())[0])).not.toContain('samoraHint');
	});

	it('is told about once, with the name of the header and not its value, also after a restart', async () => {
		const { headers } = await eventFromSamora();
		await eventFromSamora();
		host.restart();
		await eventFromSamora();
		const [hint, ...more] = await hints();
		expect(more).toEqual([]);
		expect(hint.message).toContain('"x-voice-hmac"');
		expect(hint.message).not.toContain(headers['x-voice-hmac']);
	});

	it('is refused where the options name a header', async () => {
		await host.unpublish('w1');
		await publish({ signatureHeader: 'X-Voice-Hmac' });
		expect((await eventFromSamora()).status).toBe(401);
		await sandbox.control.setDeliveries({ scheme: 'hex' });
		expect((await eventFromSamora()).status).toBe(200);
	});
});
