import { N8nHost, triggerNode } from './support/n8nHost';

import type { INode } from 'n8n-workflow';

import {
	hashToken,
	marksFor,
	newToken,
	TRIGGER_HEADER,
} from '../../nodes/SamoraTrigger/authenticity/token';
import { startSandbox, type FaultKind, type Sandbox, type WebhookState } from '../../sandbox';
import { mapRecords, NumericIds, startTranslator, type Translator } from '../support/translator';

let sandbox: Sandbox;
let host: N8nHost;
let node: INode;
let agentId: string;
let otherAgentId: string;

beforeAll(async () => {
	sandbox = await startSandbox();
	[agentId, otherAgentId] = sandbox.agents.map(({ id }) => id);
	host = await N8nHost.start({ apiKey: sandbox.apiKey, baseUrl: sandbox.url });
});

afterAll(async () => {
	await host.stop();
	await sandbox.stop();
});

let url: string;

beforeEach(async () => {
	await sandbox.control.reset();
	host.reset();
	url ??= host.baseUrl;
	host.baseUrl = url;
	host.credential = { apiKey: sandbox.apiKey, baseUrl: sandbox.url };
	node = triggerNode({ agentId, events: ['CALL_FINISHED'] });
	host.save('w1', { nodes: [node] });
});

/** Nothing the trigger ever sends may break the API's description. */
afterEach(async () => {
	const journal = await sandbox.control.journal();
	expect(journal.filter(({ violation }) => violation !== null)).toEqual([]);
});

const webhooks = async () => await sandbox.control.webhooks();

async function theOnly(): Promise<WebhookState> {
	const all = await webhooks();
	expect(all).toHaveLength(1);
	return all[0];
}

async function requests(): Promise<string[]> {
	return (await sandbox.control.journal()).map(({ operationId }) => String(operationId));
}

/** One webhook, as configured, whose secret and token n8n knows. */
async function expectRegistered(id = 'w1', of = node, wanted: Partial<WebhookState> = {}) {
	const ours = (await webhooks()).filter((webhook) => webhook.url === host.webhookUrl(of));
	expect(ours).toHaveLength(1);
	const [webhook] = ours;
	expect(webhook).toMatchObject({
		agent_id: agentId,
		events: ['CALL_FINISHED'],
		data_options: { include_transcript: false, include_recording_url: false },
		is_active: true,
		...wanted,
	});
	expect(host.staticData(id)[`node:${of.name}`]).toMatchObject({
		webhookId: webhook.id,
		secret: webhook.secret,
		tokenHash: hashToken(webhook.custom_headers[TRIGGER_HEADER]),
	});
	return webhook;
}

/** As another system, or a person, would make one. */
async function createByHand(webhook: Partial<WebhookState>): Promise<void> {
	const response = await fetch(`${sandbox.url}/v2/webhooks`, {
		method: 'POST',
		headers: { 'content-type': 'application/json', 'x-api-key': sandbox.apiKey },
		body: JSON.stringify({
			agent_id: agentId,
			name: 'By hand',
			url: 'https://crm.example.com/samora',
			events: ['CALL_FINISHED'],
			...webhook,
		}),
	});
	expect(response.status).toBe(201);
}

async function editByHand(id: string, changes: Partial<WebhookState>): Promise<void> {
	const response = await fetch(`${sandbox.url}/v2/webhooks/${id}`, {
		method: 'PUT',
		headers: { 'content-type': 'application/json', 'x-api-key': sandbox.apiKey },
		body: JSON.stringify(changes),
	});
	expect(response.status).toBe(200);
}

async function deleteByHand(id: string): Promise<void> {
	await fetch(`${sandbox.url}/v2/webhooks/${id}`, {
		method: 'DELETE',
		headers: { 'x-api-key': sandbox.apiKey },
	});
}

describe('publishing', () => {
	it('registers the chosen events of the agent, with a token only n8n and Samora know', async () => {
		expect(await host.publish('w1')).toEqual({});
		const webhook = await expectRegistered();
		expect(webhook.name).toBe('n8n: Call outcomes');
		expect(webhook.custom_headers[TRIGGER_HEADER]).toMatch(
			/^[0-9a-f]{16}\.[0-9a-f]{16}\.[\w-]{43}$/,
		);
	});

	it('asks for the data that the options name', async () => {
		node.parameters = {
			agentId,
			events: ['CALL_STARTED', 'CALL_FINISHED', 'CALL_FAILED'],
			options: { includeTranscript: true, includeRecordingUrl: true },
		};
		host.save('w1', { nodes: [node] });
		await host.publish('w1');
		await expectRegistered('w1', node, {
			events: ['CALL_STARTED', 'CALL_FINISHED', 'CALL_FAILED'],
			data_options: { include_transcript: true, include_recording_url: true },
		});
	});

	it('asks for the URL of a recording it is to download', async () => {
		node.parameters = { agentId, events: ['CALL_FINISHED'], options: { downloadRecording: true } };
		host.save('w1', { nodes: [node] });
		await host.publish('w1');
		await expectRegistered('w1', node, {
			data_options: { include_transcript: false, include_recording_url: true },
		});
	});

	it('asks for no data when the only event that carries data is not chosen', async () => {
		node.parameters = { agentId, events: ['CALL_FAILED'], options: { includeTranscript: true } };
		host.save('w1', { nodes: [node] });
		await host.publish('w1');
		await expectRegistered('w1', node, { events: ['CALL_FAILED'] });
	});

	it('keeps no token: only Samora has it', async () => {
		await host.publish('w1');
		const { [TRIGGER_HEADER]: token } = (await theOnly()).custom_headers;
		expect(JSON.stringify(host.staticData('w1'))).not.toContain(token.split('.').at(-1));
	});

	it('gives every webhook a token of its own', async () => {
		const other = triggerNode({ agentId, events: ['CALL_FINISHED'] }, { name: 'Second' });
		host.save('w1', { nodes: [node, other] });
		await host.publish('w1');
		const [one, two] = await webhooks();
		expect(one.custom_headers[TRIGGER_HEADER]).not.toBe(two.custom_headers[TRIGGER_HEADER]);
		await expectRegistered('w1', node);
		await expectRegistered('w1', other);
	});

	it('fits a long workflow name into what Samora takes', async () => {
		host.save('w1', { nodes: [node], name: 'x'.repeat(400) });
		expect(await host.publish('w1')).toEqual({});
		expect((await theOnly()).name).toHaveLength(255);
	});

	it('recognizes the right webhook and leaves it alone', async () => {
		await host.publish('w1');
		const before = await expectRegistered();
		await host.publish('w1');
		await host.publish('w1', { mode: 'init' });
		expect(await expectRegistered()).toEqual(before);
		expect(await requests()).toEqual([
			'listWebhooks',
			'createWebhook',
			'listWebhooks',
			'listWebhooks',
		]);
	});

	it('accepts the agent ID in upper or lower case', async () => {
		node.parameters.agentId = agentId.toUpperCase();
		host.save('w1', { nodes: [node] });
		await host.publish('w1');
		const before = await expectRegistered();
		await host.publish('w1');
		expect(await expectRegistered()).toEqual(before);
	});
});

describe.each(
	(['id', 'webhook_id'] as const).flatMap((name) =>
		[false, true].map((isNumber) => ({ name, isNumber })),
	),
)('an API that calls the ID of a webhook $name (a number: $isNumber)', ({ name, isNumber }) => {
	let translator: Translator;

	beforeEach(async () => {
		const ids = new NumericIds();
		translator = await startTranslator(sandbox, async (asked, ask) => {
			asked.pathname = ids.withUuids(asked.pathname);
			const { status, body } = await ask(asked);
			const renamed = mapRecords(body, ({ id, ...record }) =>
				typeof id === 'string' ? { [name]: isNumber ? ids.numberOf(id) : id, ...record } : record,
			);
			return { status, body: renamed };
		});
		host.credential = { apiKey: sandbox.apiKey, baseUrl: translator.url };
	});

	afterEach(async () => await translator.stop());

	it('has one webhook, which publishing again and n8n starting anew leave alone', async () => {
		expect(await host.publish('w1')).toEqual({});
		const before = await theOnly();
		expect(await host.publish('w1')).toEqual({});
		host.restart();
		expect(await host.publish('w1', { mode: 'init' })).toEqual({});
		expect(await theOnly()).toEqual(before);
	});

	it('has the webhook corrected when it was edited', async () => {
		expect(await host.publish('w1')).toEqual({});
		const { id } = await theOnly();
		await editByHand(id, { events: ['CALL_STARTED'], is_active: false });
		expect(await host.publish('w1')).toEqual({});
		expect(await theOnly()).toMatchObject({ id, events: ['CALL_FINISHED'], is_active: true });
	});

	it('has no webhook left once the workflow is unpublished, though n8n lost what it knew of it', async () => {
		expect(await host.publish('w1')).toEqual({});
		host.setStaticData('w1', {});
		expect(await host.unpublish('w1')).toEqual({});
		expect(await webhooks()).toEqual([]);
	});
});

describe('unpublishing', () => {
	it('leaves nothing at Samora, and nothing in the static data', async () => {
		await host.publish('w1');
		expect(await host.unpublish('w1')).toEqual({});
		expect(await webhooks()).toEqual([]);
		expect(host.staticData('w1')).toEqual({ 'node:Samora Trigger': {} });
	});

	it('succeeds when the webhook is gone already', async () => {
		await host.publish('w1');
		await deleteByHand((await theOnly()).id);
		expect(await host.unpublish('w1')).toEqual({});
		expect(await webhooks()).toEqual([]);
	});

	it('accepts an empty answer as a removal', async () => {
		await sandbox.control.setSettings({ deleteWebhook: 'empty' });
		await host.publish('w1');
		expect(await host.unpublish('w1')).toEqual({});
		expect(await webhooks()).toEqual([]);
	});

	it('finds the webhook when the static data is lost', async () => {
		await host.publish('w1');
		host.setStaticData('w1', {});
		expect(await host.unpublish('w1')).toEqual({});
		expect(await webhooks()).toEqual([]);
	});

	it('removes the webhook when n8n has lost its public address meanwhile', async () => {
		host.credential.baseUrl = sandbox.url;
		await host.publish('w1');
		host.baseUrl = 'http://n8n.example.com';
		expect(await host.unpublish('w1')).toEqual({});
		expect(await webhooks()).toEqual([]);
	});
});

describe('publishing again leads to the one right webhook', () => {
	beforeEach(async () => {
		await host.publish('w1');
	});

	async function publishAgain() {
		expect(await host.publish('w1')).toEqual({});
		return await expectRegistered();
	}

	it('after events and options changed, by correcting it', async () => {
		const { id, secret } = await theOnly();
		node.parameters = {
			agentId,
			events: ['CALL_FINISHED', 'CALL_STARTED'],
			options: { includeTranscript: true },
		};
		host.save('w1', { nodes: [node] });
		expect(await host.publish('w1')).toEqual({});
		const webhook = await expectRegistered('w1', node, {
			events: ['CALL_FINISHED', 'CALL_STARTED'],
			data_options: { include_transcript: true, include_recording_url: false },
		});
		expect(webhook).toMatchObject({ id, secret });
	});

	it('after the agent changed, by replacing it', async () => {
		const { id } = await theOnly();
		node.parameters.agentId = otherAgentId;
		host.save('w1', { nodes: [node] });
		expect(await host.publish('w1')).toEqual({});
		await expectRegistered('w1', node, { agent_id: otherAgentId });
		expect((await theOnly()).id).not.toBe(id);
	});

	it('after n8n was killed between creating and storing, by its URL', async () => {
		await host.unpublish('w1');
		await host.publish('w1', { killed: true });
		const { id } = await theOnly();
		expect((await publishAgain()).id).not.toBe(id);
		await theOnly();
	});

	it('after the static data was lost', async () => {
		const { id } = await theOnly();
		host.setStaticData('w1', {});
		expect((await publishAgain()).id).not.toBe(id);
		await theOnly();
	});

	it.each(['secret', 'tokenHash', 'webhookId', 'instanceId', 'trigger'])(
		'static data without its %s: what is not known is replaced, never trusted',
		async (key) => {
			const { id } = await theOnly();
			const { 'node:Samora Trigger': kept } = host.staticData('w1');
			delete kept[key];
			host.setStaticData('w1', { 'node:Samora Trigger': kept });
			expect((await publishAgain()).id).not.toBe(id);
			await theOnly();
		},
	);

	it('after the database was restored from when there was another webhook', async () => {
		const yesterday = host.staticData('w1');
		await host.unpublish('w1');
		await host.publish('w1');
		host.setStaticData('w1', yesterday);
		await publishAgain();
		await theOnly();
	});

	it('after it was deleted at Samora', async () => {
		await deleteByHand((await theOnly()).id);
		await publishAgain();
		await theOnly();
	});

	it('after it was disabled at Samora', async () => {
		const { id } = await theOnly();
		await editByHand(id, { is_active: false });
		expect((await publishAgain()).id).toBe(id);
	});

	it('after it was edited at Samora', async () => {
		const { id } = await theOnly();
		await editByHand(id, {
			url: 'https://crm.example.com/elsewhere',
			events: ['CALL_STARTED'],
			data_options: { include_transcript: true, include_recording_url: true },
			custom_headers: { 'X-Team': 'sales' },
		});
		const webhook = await publishAgain();
		expect(webhook.id).toBe(id);
		expect(webhook.custom_headers).toMatchObject({ 'X-Team': 'sales' });
		await theOnly();
	});

	it('after it was renamed at Samora, and keeps the new name', async () => {
		const { id } = await theOnly();
		await editByHand(id, { name: 'Outcomes for sales' });
		expect(await publishAgain()).toMatchObject({ id, name: 'Outcomes for sales' });
	});

	it('given a token by somebody else: it gets a new one', async () => {
		const { id, custom_headers } = await theOnly();
		const { [TRIGGER_HEADER]: token } = custom_headers;
		await editByHand(id, { custom_headers: { [TRIGGER_HEADER.toLowerCase()]: 'guess' } });
		const webhook = await publishAgain();
		expect(webhook.id).toBe(id);
		expect(Object.keys(webhook.custom_headers)).toEqual([TRIGGER_HEADER]);
		expect(webhook.custom_headers[TRIGGER_HEADER]).not.toBe(token);
	});

	it('after somebody registered a second one', async () => {
		const { id } = await theOnly();
		await createByHand({ url: host.webhookUrl(node) });
		await createByHand({ url: `${host.webhookUrl(node)}/`, agent_id: otherAgentId });
		expect((await publishAgain()).id).toBe(id);
		await theOnly();
	});

	it("after n8n's address changed", async () => {
		const { id } = await theOnly();
		host.baseUrl = url.replace('127.0.0.1', 'localhost');
		expect((await publishAgain()).id).toBe(id);
		await theOnly();
	});

	it('after the node was renamed', async () => {
		node.name = 'Outcomes';
		host.save('w1', { nodes: [node] });
		await publishAgain();
		await theOnly();
	});

	it('for each of two nodes that swapped their names', async () => {
		const other = triggerNode({ agentId, events: ['CALL_FINISHED'] }, { name: 'Other' });
		host.save('w1', { nodes: [node, other] });
		await host.publish('w1');
		[node.name, other.name] = [other.name, node.name];
		host.save('w1', { nodes: [node, other] });
		expect(await host.publish('w1')).toEqual({});
		await expectRegistered('w1', node);
		await expectRegistered('w1', other);
		expect(await webhooks()).toHaveLength(2);
	});
});

describe("a webhook that may not be this trigger's own", () => {
	it('is left alone by publishing and unpublishing', async () => {
		await createByHand({});
		await createByHand({ url: `${url}/webhook/${node.webhookId}/other` });
		await createByHand({ url: host.webhookUrl(node).replace('webhook/', 'webhook-test/') });
		const others = await webhooks();
		await host.publish('w1');
		await host.publish('w1');
		expect(await webhooks()).toEqual([...others, expect.anything()]);
		await host.unpublish('w1');
		expect(await webhooks()).toEqual(others);
	});

	it("is left alone when it came along in a copied workflow's static data", async () => {
		await host.publish('w1');
		const original = await theOnly();
		const copied = triggerNode({ agentId, events: ['CALL_FINISHED'] }, { id: node.id });
		host.save('copy', { nodes: [copied] });
		host.setStaticData('copy', host.staticData('w1'));
		expect(await host.publish('copy')).toEqual({});
		await expectRegistered('copy', copied);
		expect(await webhooks()).toContainEqual(original);
		await host.unpublish('copy');
		expect(await webhooks()).toEqual([original]);
	});

	it('is left alone when another n8n has it, which the workflow was exported from', async () => {
		const instanceId = 'the n8n it came from';
		const token = newToken(marksFor('w1', node.id, instanceId));
		await host.publish('w1');
		await editByHand((await theOnly()).id, { custom_headers: { [TRIGGER_HEADER]: token } });
		const original = await theOnly();
		const { 'node:Samora Trigger': kept } = host.staticData('w1');
		host.setStaticData('w1', {
			'node:Samora Trigger': { ...kept, instanceId, tokenHash: hashToken(token) },
		});
		host.baseUrl = url.replace('127.0.0.1', 'localhost');
		await host.publish('w1');
		await expectRegistered();
		expect(await webhooks()).toContainEqual(original);
		await host.unpublish('w1');
		expect(await webhooks()).toEqual([original]);
	});

	it('is left alone when the same workflow was imported twice', async () => {
		await host.publish('w1');
		const original = await theOnly();
		host.save('again', { nodes: [node] });
		const refused = await host.publish('again');
		expect(refused['Samora Trigger']?.message).toContain('conflict');
		// n8n may clean up after a publication that did not succeed.
		await host.unpublish('again');
		expect(await webhooks()).toEqual([original]);
	});
});

describe('several triggers on one agent', () => {
	it('have one webhook each, and remove only their own', async () => {
		const second = triggerNode({ agentId, events: ['CALL_FINISHED'] });
		host.save('w2', { nodes: [second] });
		await Promise.all([host.publish('w1'), host.publish('w2')]);
		const kept = await expectRegistered('w1', node);
		await expectRegistered('w2', second);
		await host.unpublish('w2');
		expect(await webhooks()).toEqual([kept]);
	});
});

describe('listening for a test event', () => {
	it('uses a webhook of its own, which goes when the listening ends', async () => {
		await host.listenForTest('w1');
		expect((await theOnly()).url).toBe(host.webhookUrl(node, 'webhook-test'));
		await host.endTest('w1');
		expect(await webhooks()).toEqual([]);
	});

	it('does not disturb a published workflow', async () => {
		await host.publish('w1');
		const published = await theOnly();
		await host.listenForTest('w1');
		expect(await webhooks()).toEqual([published, expect.anything()]);
		await host.endTest('w1');
		expect(await webhooks()).toEqual([published]);
		await expectRegistered();
	});

	it('removes what an earlier test has left', async () => {
		await host.listenForTest('w1');
		await host.listenForTest('w1');
		await theOnly();
		await host.endTest('w1');
		expect(await webhooks()).toEqual([]);
	});
});

describe('a webhook of this trigger at an address it no longer has', () => {
	const MINUTE = 60_000;
	const later = (ms: number) => jest.spyOn(Date, 'now').mockReturnValue(Date.now() + ms);

	afterEach(() => jest.restoreAllMocks());

	/** n8n has lost what it knew, and has another address. */
	async function lostAndMoved(): Promise<WebhookState> {
		await host.publish('w1');
		const left = await theOnly();
		host.setStaticData('w1', {});
		host.baseUrl = url.replace('127.0.0.1', 'localhost');
		return left;
	}

	it.each(['activate', 'init'] as const)(
		'is removed with the next registration (%s)',
		async (mode) => {
			await lostAndMoved();
			expect(await host.publish('w1', { mode })).toEqual({});
			await expectRegistered();
			await theOnly();
		},
	);

	it('is left alone when another n8n registered it', async () => {
		const left = await lostAndMoved();
		const [trigger, , secret] = left.custom_headers[TRIGGER_HEADER].split('.');
		const token = [trigger, '0'.repeat(16), secret].join('.');
		await editByHand(left.id, { custom_headers: { [TRIGGER_HEADER]: token } });
		later(11 * MINUTE);
		await host.publish('w1');
		await expectRegistered();
		expect(await webhooks()).toHaveLength(2);
	});

	it('is removed once a test listen that n8n did not end can no longer last', async () => {
		await host.publish('w1');
		const published = await theOnly();
		await host.listenForTest('w1');
		later(3 * MINUTE);
		await host.publish('w1');
		expect(await webhooks()).toHaveLength(2);
		later(8 * MINUTE);
		await host.publish('w1', { mode: 'init' });
		expect(await webhooks()).toEqual([published]);
	});

	it('is left to the published trigger during a test listen', async () => {
		await host.publish('w1');
		const published = await theOnly();
		later(60 * MINUTE);
		await host.listenForTest('w1');
		await host.endTest('w1');
		expect(await webhooks()).toEqual([published]);
	});
});

const PASSING: FaultKind[] = [
	'429',
	'429-retry-after',
	'500',
	'500-after',
	'503',
	'reset-before',
	'reset-after',
	'malformed',
	'empty',
	'html',
	'401',
	'403',
];

describe('a fault that passes', () => {
	it.each(
		PASSING.flatMap((kind) =>
			(['listWebhooks', 'createWebhook'] as const).map(
				(operationId) => [kind, operationId] as const,
			),
		),
	)('leads to one webhook: %s of %s when publishing', async (kind, operationId) => {
		await sandbox.control.addFault({ kind, operationId, retryAfter: 0.05 });
		expect(await host.publish('w1')).toEqual({});
		await expectRegistered();
		await theOnly();
	});

	it.each(PASSING)('leads to one webhook: %s of any request when n8n starts', async (kind) => {
		await host.publish('w1');
		await sandbox.control.addFault({ kind, retryAfter: 0.05 });
		expect(await host.publish('w1', { mode: 'init' })).toEqual({});
		await expectRegistered();
		await theOnly();
	});

	it.each(PASSING)('leads to one webhook: %s of a correction', async (kind) => {
		await host.publish('w1');
		node.parameters.events = ['CALL_FAILED'];
		host.save('w1', { nodes: [node] });
		await sandbox.control.addFault({ kind, operationId: 'updateWebhook', retryAfter: 0.05 });
		expect(await host.publish('w1')).toEqual({});
		await expectRegistered('w1', node, { events: ['CALL_FAILED'] });
		await theOnly();
	});

	it.each(
		PASSING.flatMap((kind) =>
			(['listWebhooks', 'deleteWebhook'] as const).map(
				(operationId) => [kind, operationId] as const,
			),
		),
	)('leads to no webhook: %s of %s when unpublishing', async (kind, operationId) => {
		await host.publish('w1');
		await sandbox.control.addFault({ kind, operationId, retryAfter: 0.05 });
		expect(await host.unpublish('w1')).toEqual({});
		expect(await webhooks()).toEqual([]);
	});
});

describe('a fault that stays', () => {
	it('leaves nothing behind when Samora creates a webhook and does not say so', async () => {
		await sandbox.control.addFault({
			kind: '500-after',
			operationId: 'createWebhook',
			times: null,
		});
		const refused = await host.publish('w1');
		expect(refused['Samora Trigger'].message).toContain('Internal server error');
		expect(await webhooks()).toEqual([]);
	});

	it('is reported with what to do when Samora does not know the key', async () => {
		host.credential.apiKey = 'not-the-key';
		const { 'Samora Trigger': refused } = await host.publish('w1');
		expect(refused.message).toContain('Samora rejected the API key');
		// At startup n8n gives up for good on a message with this word in it.
		expect(refused.message).not.toContain('Authorization');
		expect(JSON.stringify(refused)).not.toContain('not-the-key');
	});

	it('is reported with the agent when Samora does not know it', async () => {
		const unknown = '99999999-9999-4999-8999-999999999999';
		node.parameters.agentId = unknown;
		host.save('w1', { nodes: [node] });
		const { 'Samora Trigger': refused } = await host.publish('w1');
		expect(refused.message).toContain("Samora can't find this agent");
		expect(refused).toMatchObject({ description: expect.stringContaining(unknown) });
		expect(await webhooks()).toEqual([]);
	});

	it('keeps unpublishing from succeeding until Samora answers', async () => {
		await host.publish('w1');
		await sandbox.control.addFault({ kind: '401', operationId: 'deleteWebhook', times: null });
		const { 'Samora Trigger': refused } = await host.unpublish('w1');
		expect(refused.message).toContain('API key');
		await sandbox.control.clearFaults();
		expect(await host.unpublish('w1')).toEqual({});
		expect(await webhooks()).toEqual([]);
	});

	it('leaves the webhook as it was when n8n starts and cannot check it', async () => {
		await host.publish('w1');
		const before = await expectRegistered();
		await sandbox.control.addFault({ kind: '401', times: null });
		expect(await host.publish('w1', { mode: 'init' })).toEqual({});
		expect(host.isListening(node)).toBe(true);
		await sandbox.control.clearFaults();
		expect(await expectRegistered()).toEqual(before);
		await sandbox.control.addFault({ kind: '401', times: null });
		expect(Object.keys(await host.unpublish('w1'))).toEqual(['Samora Trigger']);
	});

	it('is reported to n8n when it starts and knows of no webhook', async () => {
		await sandbox.control.addFault({ kind: '401', times: null });
		expect(Object.keys(await host.publish('w1', { mode: 'init' }))).toEqual(['Samora Trigger']);
	});

	it('keeps n8n from counting the trigger as registered, and the next publishing is right', async () => {
		await host.publish('w1');
		const { id } = await theOnly();
		node.parameters.events = ['CALL_FAILED'];
		host.save('w1', { nodes: [node] });
		await sandbox.control.addFault({ kind: '401', times: null });
		expect(Object.keys(await host.publish('w1'))).toEqual(['Samora Trigger']);
		// As long as it has this, n8n 2 thinks that there is nothing to register.
		expect(host.isListening(node)).toBe(false);
		await sandbox.control.clearFaults();
		expect(await host.publish('w1')).toEqual({});
		expect((await expectRegistered('w1', node, { events: ['CALL_FAILED'] })).id).toBe(id);
	});

	it('leaves the old webhook, rather than two, when it cannot be replaced', async () => {
		await host.publish('w1');
		const { id } = await theOnly();
		host.setStaticData('w1', {});
		await sandbox.control.addFault({ kind: '403', operationId: 'deleteWebhook', times: null });
		const refused = await host.publish('w1');
		expect(Object.keys(refused)).toEqual(['Samora Trigger']);
		expect((await theOnly()).id).toBe(id);
	});
});

describe('publishing sends nothing', () => {
	const refusalOf = async (parameters: INode['parameters']) => {
		node.parameters = parameters;
		host.save('w1', { nodes: [node] });
		const { 'Samora Trigger': refused } = await host.publish('w1', { attempts: 1 });
		expect(await requests()).not.toContain('createWebhook');
		return refused?.message;
	};

	it.each(['', 'my agent', '11111111-1111-4111-8111'])('with the agent ID "%s"', async (given) => {
		expect(await refusalOf({ agentId: given, events: ['CALL_FINISHED'] })).toMatch(/^Agent ID/);
	});

	it('without events', async () => {
		expect(await refusalOf({ agentId, events: [] })).toMatch(/^Events needs at least one/);
	});

	it('with an event that does not exist', async () => {
		expect(await refusalOf({ agentId, events: ['CALL_RATED'] })).toMatch(/^Events must be one of/);
	});

	it('with an address that Samora cannot reach, unless the API is on this machine too', async () => {
		host.credential.baseUrl = 'https://api.samora.invalid';
		const { 'Samora Trigger': refused } = await host.publish('w1', { attempts: 1 });
		expect(refused.message).toContain('only exists on this machine');
		expect(refused.message).toContain('WEBHOOK_URL');
		expect(refused.message).toContain('tunnel');
	});

	it('with a base URL that would send the key unencrypted', async () => {
		host.credential.baseUrl = 'http://api.samora.invalid';
		host.baseUrl = 'https://n8n.example.com';
		const { 'Samora Trigger': refused } = await host.publish('w1', { attempts: 1 });
		expect(refused.message).toContain('must start with https://');
	});
});
