import { createHmac } from 'node:crypto';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { type Sandbox, startSandbox, type Webhook } from '../../sandbox';
import { AGENT, ApiClient, type Enveloped, ordinary, OTHER_AGENT } from './support/apiClient';
import {
	NEVER,
	type Received,
	startWebhookReceiver,
	type WebhookReceiver,
} from './support/webhookReceiver';

let sandbox: Sandbox;
let api: ApiClient;
let receiver: WebhookReceiver;

beforeAll(async () => {
	sandbox = await startSandbox({ speed: 0 });
	api = new ApiClient(sandbox);
	receiver = await startWebhookReceiver();
});
beforeEach(async () => {
	await sandbox.control.reset();
	receiver.received.length = 0;
	receiver.answers.length = 0;
});
afterAll(async () => {
	await sandbox.stop();
	await receiver.stop();
});

const ALL_EVENTS = ['CALL_STARTED', 'CALL_FINISHED', 'CALL_FAILED'];

const subscribe = async (change: Record<string, unknown> = {}) => {
	const reply = await api.request<Enveloped<Webhook & { secret: string }>>('POST', '/v2/webhooks', {
		agent_id: AGENT,
		name: 'test',
		url: receiver.url,
		events: ALL_EVENTS,
		...change,
	});
	if (reply.status !== 201) throw new Error(reply.text);
	return reply.body.data;
};

interface Payload {
	id: string;
	event: string;
	data: Record<string, unknown>;
}

const payloadOf = ({ body }: Received) => JSON.parse(body) as Payload;
const eventsReceived = () => receiver.received.map((each) => payloadOf(each).event);

/** Calls a number and lets the call end. */
async function callOut(toNumber = ordinary(1)) {
	const id = await api.trigger(toNumber, { name: 'Jo' });
	await sandbox.control.advance(120);
	return id;
}

describe('a delivery', () => {
	it.each([
		['00', ['CALL_STARTED', 'CALL_FINISHED']],
		['01', ['CALL_FAILED']],
		['02', ['CALL_FAILED']],
		['03', ['CALL_STARTED', 'CALL_FINISHED']],
		['04', ['CALL_FAILED']],
	])('of a call to …55501%s: %s', async (ending, events) => {
		await subscribe();
		await callOut(`+141555501${ending}`);
		expect(eventsReceived()).toEqual(events);
	});

	it('says which call, how it ended, and its variables', async () => {
		await subscribe();
		const callId = await callOut();
		const [started, finished] = receiver.received.map(payloadOf);
		expect(started.data).toMatchObject({ call_id: callId, status: 'ONGOING', ended_at: null });
		expect(finished.data).toMatchObject({
			call_id: callId,
			agent_id: AGENT,
			to_number: ordinary(1),
			status: 'CALL_FINISHED',
			duration: 6,
			call_variables: { name: 'Jo' },
		});
		expect(started.id).not.toBe(finished.id);
	});

	it.each([
		[undefined, []],
		[{ include_transcript: true }, ['transcript_url']],
		[{ include_recording_url: true }, ['recording_url']],
		[
			{ include_transcript: true, include_recording_url: true },
			['transcript_url', 'recording_url'],
		],
	])(
		'has the file URLs that data_options %j ask for, in CALL_FINISHED only',
		async (options, keys) => {
			await subscribe({ data_options: options });
			await callOut();
			const [started, finished] = receiver.received.map(payloadOf);
			const urls = ({ data }: Payload) => Object.keys(data).filter((key) => key.endsWith('_url'));
			expect(urls(started)).toEqual([]);
			expect(urls(finished)).toEqual(keys);
			for (const key of keys) expect((await fetch(String(finished.data[key]))).status).toBe(200);
		},
	);

	it('carries the custom headers', async () => {
		await subscribe({ custom_headers: { 'X-Token': 'tok en', Authorization: 'Bearer x' } });
		await callOut();
		for (const { headers } of receiver.received) {
			expect(headers).toMatchObject({ 'x-token': 'tok en', authorization: 'Bearer x' });
		}
		expect(receiver.received).toHaveLength(2);
	});

	it('comes only for the subscribed events of its agent, while the webhook is active', async () => {
		await subscribe({ events: ['CALL_FINISHED'] });
		await subscribe({ agent_id: OTHER_AGENT });
		const inactive = await subscribe();
		await api.request('PUT', `/v2/webhooks/${inactive.id}`, { is_active: false });
		await callOut();
		expect(eventsReceived()).toEqual(['CALL_FINISHED']);
	});

	it('can have all its fields on one level', async () => {
		await sandbox.control.setDeliveries({ payload: 'flat' });
		await subscribe();
		const callId = await callOut();
		expect(JSON.parse(receiver.received[0].body)).toMatchObject({
			event: 'CALL_STARTED',
			call_id: callId,
		});
	});

	it('is sent only when the event before it of the same call has been tried', async () => {
		await sandbox.control.setDeliveries({ retry: [], timeout: 1 });
		await subscribe();
		receiver.answers.push(NEVER);
		await callOut();
		expect(await sandbox.control.deliveries()).toMatchObject([
			{ event: 'CALL_STARTED', status: null },
			{ event: 'CALL_FINISHED', status: 200 },
		]);
	});

	it('is complete when many calls are made at once', async () => {
		await subscribe();
		const ids = await Promise.all(Array.from({ length: 200 }, (_, n) => api.trigger(ordinary(n))));
		await sandbox.control.advance(60);
		const told = receiver.received
			.map(payloadOf)
			.map(({ event, data }) => `${event} ${String(data.call_id)}`);
		expect(told.sort()).toEqual(
			ids.flatMap((id) => [`CALL_STARTED ${id}`, `CALL_FINISHED ${id}`]).sort(),
		);
	});
});

describe('a delivery is signed', () => {
	const hmac = (secret: string, text: string, encoding: 'hex' | 'base64') =>
		createHmac('sha256', secret).update(text).digest(encoding);

	it('as Standard Webhooks ask for, by default, with the real time', async () => {
		const { secret } = await subscribe();
		await callOut();
		const [{ headers, body }] = receiver.received;
		// The library refuses timestamps more than five minutes from now; the sandbox's own clock is further ahead.
		const verified = new StandardWebhook(secret).verify(body, headers as Record<string, string>);
		expect(verified).toEqual(JSON.parse(body));
	});

	it.each([
		['sha256', (secret: string, body: string) => `sha256=${hmac(secret, body, 'hex')}`],
		['hex', (secret: string, body: string) => hmac(secret, body, 'hex')],
		['base64', (secret: string, body: string) => hmac(secret, body, 'base64')],
	] as const)('as %s over the body when told to', async (scheme, expected) => {
		await sandbox.control.setDeliveries({ scheme, signatureHeader: 'x-webhook-signature' });
		const { secret } = await subscribe();
		await callOut();
		const [{ headers, body }] = receiver.received;
		expect(headers['x-webhook-signature']).toBe(expected(secret, body));
		expect(headers['webhook-signature']).toBeUndefined();
	});

	it('as t=,v1= over time and body when told to', async () => {
		await sandbox.control.setDeliveries({ scheme: 't-v1' });
		const { secret } = await subscribe();
		await callOut();
		const [{ headers, body }] = receiver.received;
		const [, time, signature] =
			/^t=(\d+),v1=(.*)$/.exec(String(headers['x-samora-signature'])) ?? [];
		expect(signature).toBe(hmac(secret, `${time}.${body}`, 'hex'));
		expect(Math.abs(Number(time) - Date.now() / 1000)).toBeLessThan(30);
	});

	it('not at all when told so', async () => {
		await sandbox.control.setDeliveries({ scheme: 'none' });
		await subscribe();
		await callOut();
		const names = Object.keys(receiver.received[0].headers);
		expect(names.filter((name) => name.includes('signature'))).toEqual([]);
	});
});

describe('a delivery that the receiver does not accept', () => {
	it('is repeated after 5 s, 30 s, 2 min, 10 min and 30 min, and then given up', async () => {
		await subscribe({ events: ['CALL_STARTED'] });
		receiver.answers.push(500, 404, 302, 503, 401, 500, 500);
		await callOut();
		await sandbox.control.advance(24 * 3600);
		const attempts = await sandbox.control.deliveries();
		expect(attempts.map(({ status }) => status)).toEqual([500, 404, 302, 503, 401, 500]);
		expect(attempts.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5, 6]);
		const times = attempts.map(({ at }) => Date.parse(at) / 1000);
		expect(times.slice(1).map((time, n) => Math.round(time - times[n]))).toEqual([
			5, 30, 120, 600, 1800,
		]);
		expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
		expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
	});

	it('is not repeated once it was accepted', async () => {
		await subscribe({ events: ['CALL_STARTED'] });
		receiver.answers.push(500, 204);
		await callOut();
		await sandbox.control.advance(24 * 3600);
		expect(receiver.received).toHaveLength(2);
	});

	it('is repeated when nobody answers at all', async () => {
		const gone = await startWebhookReceiver();
		await gone.stop();
		await sandbox.control.setDeliveries({ retry: [1] });
		await subscribe({ url: gone.url, events: ['CALL_STARTED'] });
		await callOut();
		const attempts = await sandbox.control.deliveries();
		expect(attempts).toHaveLength(2);
		expect(attempts[0]).toMatchObject({
			status: null,
			error: expect.stringContaining('ECONNREFUSED'),
		});
	});

	it('is given up, and repeated, when the receiver takes too long', async () => {
		await sandbox.control.setDeliveries({ retry: [1], timeout: 0.1 });
		await subscribe({ events: ['CALL_STARTED'] });
		receiver.answers.push(NEVER);
		await api.trigger(ordinary(1));
		await sandbox.control.advance(3);
		await sandbox.control.setDeliveries({ timeout: 15 });
		await sandbox.control.advance(1);
		expect(await sandbox.control.deliveries()).toMatchObject([
			{ status: null, error: 'no answer within 0.1 s' },
			{ status: 200, error: null },
		]);
	});

	it.each([
		['deleted', 'DELETE', undefined],
		['switched off', 'PUT', { is_active: false }],
	])('is not repeated for a webhook that was %s meanwhile', async (_, method, body) => {
		const { id } = await subscribe({ events: ['CALL_STARTED'] });
		receiver.answers.push(500);
		await api.trigger(ordinary(1));
		await sandbox.control.advance(4);
		await api.request(method, `/v2/webhooks/${id}`, body);
		await sandbox.control.advance(24 * 3600);
		expect(receiver.received).toHaveLength(1);
	});
});

describe('deliveries', () => {
	it.each([true, 'at-once'] as const)(
		'come twice, alike, when duplicate is %s',
		async (duplicate) => {
			await sandbox.control.setDeliveries({ duplicate });
			await subscribe({ events: ['CALL_FINISHED'] });
			await callOut();
			await sandbox.control.advance(24 * 3600);
			const [first, second, ...more] = receiver.received;
			expect(more).toEqual([]);
			expect(second.body).toBe(first.body);
			expect(second.headers['webhook-id']).toBe(first.headers['webhook-id']);
		},
	);

	it('do not leave this machine unless told to', async () => {
		await subscribe({ url: 'https://n8n.example/webhook/1', events: ['CALL_STARTED'] });
		await callOut();
		const [attempt] = await sandbox.control.deliveries();
		expect(attempt).toMatchObject({ status: null, error: expect.stringContaining('not sent') });
	});
});
