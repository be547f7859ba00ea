import { createHmac, randomUUID } from 'node:crypto';

import pLimit from 'p-limit';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Pool } from 'undici';

import { TRIGGER_HEADER } from '../../nodes/SamoraTrigger/authenticity/token';
import { chain, node, type Link } from '../../tools/n8n/client/chain';
import type { CredentialReference, N8nClient, SavedWorkflow } from '../../tools/n8n/client/client';
import { isRecord, type JsonRecord } from '../../tools/json';
import { waitFor } from '../../tools/waiting';
import { interleaved, type Contender } from '../measure';
import { cpuMs } from '../processes';
import type { WorkReport } from '../report';
import type { Stage } from '../stage';

const EVENTS = 200;
const CONNECTIONS = 8;

const SAMORA = 'Samora Trigger';
const WEBHOOK = 'Webhook node';
const HEADER_AUTH = 'Webhook node with Header Auth';
const PEER = 'peer-like trigger that checks a signature';

/** Where events are sent, and the headers that make them genuine. */
export interface Receiver {
	url: string;
	headersFor: (body: string) => Record<string, string>;
}

/** Sends events that each start an execution. */
export async function events(
	stage: Stage,
	rounds: number,
	say: (line: string) => void,
): Promise<WorkReport[]> {
	const { client } = stage;
	await stage.sandbox.control.reset();
	const samora = await samoraTrigger(stage);
	const secret = 'whsec_peer';
	const peer = await client.createCredential({
		name: 'Peer',
		type: 'peerApi',
		data: { webhookSecret: secret },
	});
	const contenders: Contender[] = [
		contender(stage, SAMORA, samora.workflow, samora.receiver),
		await webhookNode(stage, WEBHOOK),
		await webhookNode(stage, HEADER_AUTH, stage.header),
		await peerTrigger(stage, PEER, secret, {}, peer),
	];
	const results = await interleaved(contenders, { rounds, say });
	await client.unpublish(samora.workflow.id);
	return [
		{
			title: 'Events through the trigger',
			what: `${EVENTS} signed events over ${CONNECTIONS} connections. Each event starts an execution, which n8n saves. The time ends with the last execution.`,
			results,
			units: { perSecond: 'events/s', cpu: 'ms CPU of n8n per event' },
			comparisons: [
				{
					of: SAMORA,
					against: WEBHOOK,
					quantity: 'perSecond',
					reads: 'the events/s of n8n’s Webhook node, which checks nothing',
					aim: { atLeast: 0.95 },
				},
				{
					of: SAMORA,
					against: HEADER_AUTH,
					quantity: 'perSecond',
					reads: 'the events/s of the Webhook node with Header Auth, which checks a key',
					aim: { atLeast: 0.95 },
				},
				{
					of: SAMORA,
					against: PEER,
					quantity: 'perSecond',
					reads: 'the events/s of a peer-like trigger that checks a signature',
					aim: { atLeast: 1 },
				},
			],
			plotted: 'perSecond',
			notes: [
				'n8n 2.41 creates an isolate for expressions before it passes a request to a trigger, another one for the execution, and one more whenever a trigger reads its credential. Each isolate takes longer than everything else about an event. Only n8n’s own Webhook node is exempt from the first one, as long as it contains no expression (live-webhooks.js, webhookPhaseNeedsIsolate). So a Webhook node without authentication takes one isolate, and a Webhook node that checks a key takes two. This trigger also takes two, because its keys are in the workflow’s static data. Triggers of other packages that keep their secret in a credential take three.',
				'This trigger also remembers which events it received, and n8n stores that list with each event, so that no event starts the workflow twice.',
				'n8n sets the limit, because it starts and saves an execution for every event. What the trigger itself takes is under “The trigger’s own time per event”.',
			],
		},
	];
}

/** Publishes a Samora Trigger, and returns how to send it genuine events. */
export async function samoraTrigger(
	stage: Pick<Stage, 'client' | 'sandbox' | 'agentId' | 'samora'>,
	after: Link[] = [],
): Promise<{ workflow: SavedWorkflow; receiver: Receiver }> {
	const { client, sandbox, agentId, samora } = stage;
	const workflow = await client.createWorkflow(
		chain('Events by Samora Trigger', [
			node(
				'Trigger',
				'n8n-nodes-samora.samoraTrigger',
				{ agentId, events: ['CALL_FINISHED'], options: {} },
				samora,
			),
			...after,
		]),
	);
	await client.publish(workflow);
	const webhooks = await sandbox.control.webhooks();
	const webhook = webhooks.find(({ agent_id }) => agent_id === agentId);
	if (!webhook) throw new Error('The Samora Trigger registered no webhook');
	const signer = new StandardWebhook(webhook.secret);
	return {
		workflow,
		receiver: {
			url: webhook.url,
			headersFor: (body) => {
				const id = randomUUID();
				const now = new Date();
				return {
					[TRIGGER_HEADER]: webhook.custom_headers[TRIGGER_HEADER],
					'webhook-id': id,
					'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
					'webhook-signature': signer.sign(id, now, body),
				};
			},
		},
	};
}

/** n8n's own Webhook node, which checks nothing or a key in a header. */
async function webhookNode(
	stage: Stage,
	name: string,
	header?: CredentialReference,
): Promise<Contender> {
	return await otherTrigger(
		stage,
		name,
		{
			...node(
				'Trigger',
				'n8n-nodes-base.webhook',
				{
					httpMethod: 'POST',
					path: randomUUID(),
					...(header && { authentication: 'headerAuth' }),
					options: {},
				},
				header,
			),
			typeVersion: 2,
		},
		({ parameters }) => `webhook/${String(parameters.path)}`,
		() => ({ ...(header && { 'X-API-KEY': stage.sandbox.apiKey }) }),
	);
}

/** A trigger like those of other packages, with its secret in a credential or in the node. */
const peerTrigger = async (
	stage: Stage,
	name: string,
	secret: string,
	parameters: JsonRecord,
	credential?: CredentialReference,
): Promise<Contender> =>
	await otherTrigger(
		stage,
		name,
		node('Trigger', 'CUSTOM.peerTrigger', parameters, credential),
		({ webhookId }) => `webhook/${webhookId}/webhook`,
		(body) => ({
			'x-signature': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
		}),
	);

async function otherTrigger(
	stage: Stage,
	name: string,
	trigger: Link,
	pathOf: (trigger: Link) => string,
	headersFor: Receiver['headersFor'],
): Promise<Contender> {
	const workflow = await stage.client.createWorkflow(chain(`Events by ${name}`, [trigger]));
	await stage.client.publish(workflow);
	return contender(stage, name, workflow, {
		url: `${stage.n8n.url}/${pathOf(trigger)}`,
		headersFor,
	});
}

function contender(
	{ client, n8n }: Stage,
	name: string,
	{ id }: SavedWorkflow,
	receiver: Receiver,
): Contender {
	return {
		name,
		run: async () => {
			const before = await cpuMs(n8n.pid);
			const took = await executed(client, id, receiver, EVENTS, CONNECTIONS);
			const cpu = (await cpuMs(n8n.pid)) - before;
			return { perSecond: EVENTS / (took / 1000), cpu: cpu / EVENTS };
		},
	};
}

/** Sends events and waits for that many executions. Returns the milliseconds until the last one ended. */
export async function executed(
	client: N8nClient,
	workflowId: string,
	receiver: Receiver,
	count: number,
	connections: number,
): Promise<number> {
	const earlier = (await endedOf(client, workflowId)).count;
	const began = Date.now();
	await send(receiver, count, connections);
	const { lastAt } = await waitFor(
		async () => {
			const ended = await endedOf(client, workflowId);
			return ended.count >= earlier + count ? ended : undefined;
		},
		// Counting is work for n8n too, so ask rarely. n8n stores when the last execution ended.
		{ what: `The end of ${count} executions`, timeoutMs: 10 * 60_000, everyMs: 1000 },
	);
	return lastAt - began;
}

async function send(receiver: Receiver, count: number, connections: number): Promise<void> {
	const { origin, pathname } = new URL(receiver.url);
	const pool = new Pool(origin, { connections });
	const gate = pLimit(connections);
	await Promise.all(
		Array.from({ length: count }, () =>
			gate(async () => {
				const body = JSON.stringify({
					event: 'CALL_FINISHED',
					call_id: randomUUID(),
					status: 'CALL_FINISHED',
					ended_at: new Date().toISOString(),
				});
				const { statusCode, body: answer } = await pool.request({
					method: 'POST',
					path: pathname,
					headers: { 'content-type': 'application/json', ...receiver.headersFor(body) },
					body,
				});
				const said = await answer.text();
				if (statusCode !== 200) throw new Error(`${receiver.url}: ${statusCode} ${said}`);
			}),
		),
	);
	await pool.close();
}

/** How many executions succeeded, and when the latest one ended. */
async function endedOf(
	client: N8nClient,
	workflowId: string,
): Promise<{ count: number; lastAt: number }> {
	const filter = encodeURIComponent(JSON.stringify({ workflowId, status: ['success'] }));
	const answer = await client.request('GET', `/rest/executions?filter=${filter}&limit=20`);
	if (!isRecord(answer) || !Array.isArray(answer.results)) return { count: 0, lastAt: 0 };
	const ends = answer.results
		.filter(isRecord)
		.map(({ stoppedAt }) => Date.parse(String(stoppedAt)));
	return { count: Number(answer.count), lastAt: Math.max(0, ...ends) };
}
