import { randomUUID } from 'node:crypto';

import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import pLimit from 'p-limit';

import { TRIGGER_HEADER } from '../../nodes/SamoraTrigger/authenticity/token';
import { startSandbox, type Sandbox } from '../../sandbox';
import { signatureHeaders } from '../../sandbox/deliveries/signatures';
import { defaultSettings } from '../../sandbox/settings/settings';
import { nodeTypes } from '../../test/support/engine';
import { N8nHost, triggerNode } from '../../test/trigger/support/n8nHost';
import { interleaved, type Contender } from '../measure';
import type { WorkReport } from '../report';

const REMEMBERED = 1000;
const MEASURED = 300;
const BYTES = 10_000;

/** The way of signing that the trigger tries last. */
const SLOWEST = { algorithm: 'sha512', signed: 'v0:time:body', key: 'decoded' } as const;

const UNSIGNED = 'not signed';
const UNKNOWN = 'signed in an unknown way: every way is tried';
const LEARNED = 'signed in the way that is tried last, learned';

/** Measures what the trigger's own code takes per event, in n8n-core without a server, a database or an execution. */
export async function delivery(rounds: number, say: (line: string) => void): Promise<WorkReport[]> {
	const sandbox = await startSandbox();
	const host = await N8nHost.start({ apiKey: sandbox.apiKey, baseUrl: sandbox.url });
	const clock = timeOwnCode();
	const contender = (name: string, scheme: 'none' | 'unknowable' | 'composed'): Contender => ({
		name,
		run: async () => {
			const send = await publishedTrigger(host, sandbox, scheme);
			const few = pLimit(20);
			await Promise.all(Array.from({ length: REMEMBERED }, () => few(send)));
			clock.ms = 0;
			for (let event = 0; event < MEASURED; event++) await send();
			return { ms: clock.ms / MEASURED };
		},
	});
	try {
		return [
			{
				title: 'The trigger’s own time per event',
				what: `${MEASURED} events of ${BYTES / 1000} kB, one after the other, from the request to the item: the token, the signature, and whether the event is one of the last ${REMEMBERED.toLocaleString('en')}. Without what n8n does for each event.`,
				results: await interleaved(
					[
						contender(UNSIGNED, 'none'),
						contender(UNKNOWN, 'unknowable'),
						contender(LEARNED, 'composed'),
					],
					{ rounds, say },
				),
				units: { ms: 'ms CPU per event' },
				comparisons: [],
				bounds: [UNSIGNED, UNKNOWN, LEARNED].map((of) => ({
					of,
					quantity: 'ms',
					unit: 'ms',
					atMost: 1,
				})),
				plotted: 'ms',
			},
		];
	} finally {
		clock.stop();
		await host.stop();
		await sandbox.stop();
	}
}

/** Adds up the CPU time that the trigger's `webhook` takes. Events come one after the other, so it's nobody else's. */
function timeOwnCode(): { ms: number; stop: () => void } {
	const type = nodeTypes.getByNameAndVersion('n8n-nodes-samora.samoraTrigger');
	const { webhook } = type;
	if (!webhook) throw new Error('The Samora Trigger has no webhook');
	const clock = {
		ms: 0,
		stop: () => {
			type.webhook = webhook;
		},
	};
	type.webhook = async function (this: IWebhookFunctions): Promise<IWebhookResponseData> {
		const began = process.cpuUsage();
		const response = await webhook.call(this);
		const { user, system } = process.cpuUsage(began);
		clock.ms += (user + system) / 1000;
		return response;
	};
	return clock;
}

/** @returns what sends it one more event */
async function publishedTrigger(
	host: N8nHost,
	sandbox: Sandbox,
	scheme: 'none' | 'unknowable' | 'composed',
): Promise<() => Promise<void>> {
	await sandbox.control.reset();
	host.reset();
	const node = triggerNode({ agentId: sandbox.agents[0].id, events: ['CALL_FINISHED'] });
	host.save('bench', { nodes: [node] });
	await host.publish('bench');
	const [{ secret, custom_headers: headers }] = await sandbox.control.webhooks();
	const settings = { ...defaultSettings().deliveries, scheme, signature: SLOWEST };
	return async () => {
		const id = randomUUID();
		const body = JSON.stringify({
			event: 'CALL_FINISHED',
			call_id: id,
			transcript: 'x'.repeat(BYTES),
		});
		const response = await fetch(host.webhookUrl(node), {
			method: 'POST',
			headers: {
				'content-type': 'application/json',
				[TRIGGER_HEADER]: headers[TRIGGER_HEADER],
				...signatureHeaders({ id, secret, body, now: new Date() }, settings),
			},
			body,
		});
		await response.arrayBuffer();
		if (!response.ok) throw new Error(`The trigger answered ${response.status}`);
	};
}
