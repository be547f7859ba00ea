import { N8nHost, triggerNode } from './support/n8nHost';

import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { TRIGGER_HEADER } from '../../nodes/SamoraTrigger/authenticity/token';
import { startSandbox, type Sandbox } from '../../sandbox';
import { genuineDelivery } from '../support/attacks';

let sandbox: Sandbox;
let host: N8nHost;
let agentId: string;

const both = { downloadRecording: true, downloadTranscript: true };

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
});

/** Publishes, and calls that number; what Samora has to report is delivered when this resolves. */
async function afterCall(
	options: IDataObject,
	toNumber: string,
	events = ['CALL_FINISHED', 'CALL_FAILED'],
): Promise<void> {
	host.save('w1', { nodes: [triggerNode({ agentId, events, options: options as never })] });
	expect(await host.publish('w1')).toEqual({});
	await fetch(`${sandbox.url}/v1/call/trigger`, {
		method: 'POST',
		headers: { 'content-type': 'application/json', 'x-api-key': sandbox.apiKey },
		body: JSON.stringify({ agent_id: agentId, to_number: toNumber }),
	});
	await sandbox.control.advance(20);
}

/** What the workflow then starts with. */
async function eventAfter(...call: Parameters<typeof afterCall>): Promise<INodeExecutionData[]> {
	await afterCall(...call);
	return await host.outputs();
}

async function hints(): Promise<string[]> {
	const runs = await Promise.all(host.executions.map(async ({ finished }) => await finished));
	return runs.flatMap(({ data }) =>
		Object.values(data.resultData.runData).flatMap(([task]) =>
			(task.hints ?? []).map(({ message }) => message),
		),
	);
}

const requestsFor = async (operationId: string) => await sandbox.control.journal({ operationId });

describe('the files of a finished call', () => {
	it('come with the event as binary, fetched without the API key', async () => {
		const [item] = await eventAfter(both, '+14155550100');
		const { call_id } = item.json;
		expect(item.binary).toMatchObject({
			recording: { mimeType: expect.stringMatching(/^audio\//) },
			transcript: { mimeType: expect.stringMatching(/^text\/plain/) },
		});
		expect(item.binary?.recording.fileName).toMatch(new RegExp(`^recording-${call_id}\\.\\w+$`));
		expect(Buffer.from(item.binary!.transcript.data, 'base64').length).toBeGreaterThan(100);

		const fetched = await requestsFor('file');
		expect(fetched).toHaveLength(2);
		expect(fetched.map(({ keyed, status }) => ({ keyed, status }))).toEqual([
			{ keyed: false, status: 200 },
			{ keyed: false, status: 200 },
		]);
	});

	it('have the type that the answer says, not the one in the URL', async () => {
		const [item] = await eventAfter({ downloadTranscript: true }, '+14155550114');
		expect(item.binary?.transcript).toMatchObject({
			mimeType: 'application/json',
			fileName: expect.stringMatching(/\.json$/),
		});
	});

	it('are fetched once, by the URL in the event where it has one', async () => {
		await eventAfter({ downloadRecording: true }, '+14155550100');
		expect(await requestsFor('file')).toHaveLength(1);
		expect(await requestsFor('getCall')).toEqual([]);
	});

	it('are asked for at Samora in one request when the event has no URL', async () => {
		const [item] = await eventAfter({ downloadTranscript: true }, '+14155550100');
		expect(Object.keys(item.binary ?? {})).toEqual(['transcript']);
		expect(await requestsFor('getCall')).toHaveLength(1);
	});

	it('are left out when Samora does not have them, and the event starts the workflow', async () => {
		const [item] = await eventAfter(both, '+14155550108');
		expect(item.json).toMatchObject({ event: 'CALL_FINISHED' });
		expect(item.binary).toEqual({});
		expect(await hints()).toEqual([
			expect.stringContaining('Samora has no recording of call'),
			expect.stringContaining('Samora has no transcript of call'),
		]);
		expect(await requestsFor('getCall')).toHaveLength(1);
	});

	it('are left out when nobody answers, and the event starts the workflow', async () => {
		await sandbox.control.addFault({ kind: 'reset-before', operationId: 'file', times: null });
		await sandbox.control.addFault({ kind: '401', operationId: 'getCall', times: null });
		const [item] = await eventAfter(both, '+14155550100');
		expect(item.json).toMatchObject({ event: 'CALL_FINISHED' });
		expect(item.binary).toEqual({});
		expect(await hints()).toHaveLength(2);
	});

	it('are fetched by a fresh URL when the one in the event has expired', async () => {
		await sandbox.control.addFault({ kind: '403', operationId: 'file' });
		const [item] = await eventAfter({ downloadRecording: true }, '+14155550100');
		expect(item.binary?.recording).toBeDefined();
		expect(await requestsFor('getCall')).toHaveLength(1);
	});

	it('do not hold up the answer to Samora', async () => {
		await sandbox.control.addFault({ kind: 'slow', operationId: 'file', ms: 1000 });
		await afterCall({ downloadRecording: true }, '+14155550100');
		const [delivery] = await sandbox.control.deliveries();
		expect(delivery.status).toBe(200);
		const [file] = await sandbox.control.until(async () => {
			const files = await requestsFor('file');
			return files.length > 0 ? files : undefined;
		});
		expect(file.status).toBeNull();
		const [item] = await host.outputs();
		expect(item.binary?.recording).toBeDefined();
	});
});

it('are named with the letters, digits and dashes of the call ID only', async () => {
	await afterCall({ downloadRecording: true }, '+14155550100', ['CALL_FINISHED']);
	const [attempt] = await sandbox.control.deliveries();
	const event = JSON.parse(attempt.body) as { data: IDataObject };
	await host.outputs();
	host.executions.length = 0;
	const [{ secret }] = await sandbox.control.webhooks();
	const { headers, body } = genuineDelivery(
		{ token: attempt.headers[TRIGGER_HEADER], secret },
		{ data: { ...event.data, call_id: '../../etc/x y"\u202e-7' }, call_id: undefined },
	);
	expect((await fetch(attempt.url, { method: 'POST', headers, body })).status).toBe(200);
	const [item] = await host.outputs();
	expect(item.binary?.recording.fileName).toMatch(/^recording-etcxy-7\.\w+$/);
});

it('events of other kinds have no files, and nothing is fetched for them', async () => {
	const items = await eventAfter(both, '+14155550102', ['CALL_FINISHED', 'CALL_FAILED']);
	expect(items).toMatchObject([{ json: { event: 'CALL_FAILED' } }]);
	expect(items[0].binary).toBeUndefined();
	expect(await requestsFor('file')).toEqual([]);
});

it('nothing is fetched unless the options say so', async () => {
	const [item] = await eventAfter({ includeRecordingUrl: true }, '+14155550100');
	expect(item.json).toMatchObject({ data: { recording_url: expect.any(String) } });
	expect(item.binary).toBeUndefined();
	expect(await requestsFor('file')).toEqual([]);
});
