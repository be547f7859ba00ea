import { setTimeout as pause } from 'node:timers/promises';

import pLimit from 'p-limit';

import { startSandbox, type DeliveryAttempt, type Sandbox } from '../../sandbox';
import { at } from '../../tools/n8n/client/answers';
import { N8nClient, type SavedWorkflow } from '../../tools/n8n/client/client';
import { eventAccount, eventKey, type EventAccount } from '../../tools/n8n/events/eventAccount';
import { ExecutionLog } from '../../tools/n8n/events/executionLog';
import { installProgressOn } from '../../tools/n8n/install/installProgress';
import { DEFAULT_N8N_VERSION } from '../../tools/n8n/install/recipes';
import { packThisPackage } from '../../tools/n8n/install/thisPackage';
import { startQueueMode } from '../../tools/n8n/run/queueMode';
import { waitFor } from '../../tools/waiting';
import { OWNER } from '../stage';
import { carryOut, slowCalls, type DoneStep } from './faults';
import { Fleet } from './fleet';
import { planOf } from './plan';
import { runAccount, type RunAccount } from './runAccount';
import { PATHS, Traffic } from './traffic';
import { suspects } from './suspects';
import { aboutOf, callsWorkflow, campaignsWorkflow, eventsWorkflow, SAMORA } from './workflows';

const MEMORY_EVERY_MS = 10_000;
const NOTE_EVERY_MS = 15_000;

/** For executions that are under way at the end. */
const SETTLING_MS = 3 * 60_000;

const UNPUBLISHED_WITHIN_MS = 60_000;

/** Virtual seconds, longer than Samora repeats a delivery. */
const ALL_REPETITIONS = 3 * 60 * 60;

/** n8n notices sooner that a worker is gone, as docs/queue-mode.md recommends. */
const ENV = {
	QUEUE_WORKER_LOCK_DURATION: '10000',
	QUEUE_WORKER_LOCK_RENEW_TIME: '3000',
	QUEUE_WORKER_STALLED_INTERVAL: '5000',
	// The account needs every execution.
	EXECUTIONS_DATA_PRUNE: 'false',
};

export interface SoakOptions {
	minutes: number;
	seed: number;
	callsPerMinute: number;
	signal: AbortSignal;
	say: (line: string) => void;
}

export interface SoakResult {
	sent: number;
	events: EventAccount;
	runs: RunAccount;
	/** Failed runs that somebody retried, and what was done twice because of that. */
	retried: number;
	retriedWell: number;
	afterRetry: Pick<RunAccount, 'calledTwice' | 'startedTwice' | 'dialedTwice'>;
	/** The most webhooks that the trigger had at Samora at any time, and those left after unpublishing. */
	mostWebhooks: number;
	webhooksLeft: number;
	steps: DoneStep[];
	endedByThemselves: Record<string, number>;
	memory: Fleet['memory'];
	/** What became of the events without an execution and of those with more than one. */
	suspects: string[];
}

/** Sends events and orders through n8n's queue mode while its processes, its services and Samora fail one after the other. */
export async function soak(options: SoakOptions): Promise<SoakResult> {
	const started: Array<() => Promise<unknown>> = [];
	try {
		return await soakWith(options, (stop) => started.push(stop));
	} finally {
		for (const stop of started.reverse()) await stop();
	}
}

async function soakWith(
	{ minutes, seed, callsPerMinute, signal, say }: SoakOptions,
	atEnd: (stop: () => Promise<unknown>) => void,
): Promise<SoakResult> {
	const packed = await packThisPackage();
	atEnd(packed.remove);
	const sandbox = await startSandbox();
	atEnd(() => sandbox.stop());
	say('Starting PostgreSQL, Redis and the processes of n8n');
	const n8n = await startQueueMode({
		workers: 2,
		webhookProcesses: 2,
		keepsQueue: true,
		packageTarball: packed.tarball,
		onProgress: installProgressOn(process.stderr),
		env: ENV,
		signal,
	});
	atEnd(() => n8n.stop());
	const watching = new AbortController();
	const fleet = new Fleet(n8n, AbortSignal.any([signal, watching.signal]), say);
	atEnd(async () => {
		watching.abort();
		await fleet.settled();
	});

	const client = new N8nClient(n8n.main.url, DEFAULT_N8N_VERSION);
	await client.setUpOwner(OWNER);
	const trigger = await publishAll(client, sandbox);
	await slowCalls(sandbox);

	const log = new ExecutionLog(client, aboutOf);
	const attempts: DeliveryAttempt[] = [];
	let mostWebhooks = 0;
	const oneAtATime = pLimit(1);
	const note = async () =>
		await oneAtATime(async () => {
			attempts.push(...(await sandbox.control.deliveries(attempts.length)));
			mostWebhooks = Math.max(mostWebhooks, (await sandbox.control.webhooks()).length);
			await log.note();
		});
	const began = Date.now();
	const elapsed = () => Date.now() - began;
	const ending = new AbortController();
	const flowing = AbortSignal.any([signal, ending.signal]);
	let isAway = false;
	const traffic = new Traffic(sandbox, n8n.webhookUrl, () => isAway);
	const background = Promise.all([
		traffic.flow(callsPerMinute, flowing),
		repeatedly(MEMORY_EVERY_MS, flowing, () => fleet.noteMemory(elapsed() / 60_000)),
		// n8n can't be asked while its main process or its database is down.
		repeatedly(NOTE_EVERY_MS, flowing, () => note().catch(() => undefined)),
	]);

	const steps: DoneStep[] = [];
	for (const step of planOf(seed, minutes)) {
		await pause(Math.max(0, step.atMs - elapsed()), undefined, { signal });
		const fromSeconds = Math.round(elapsed() / 1000);
		say(`${fromSeconds} s: ${step.kind}`);
		isAway = step.kind === 'Samora away';
		const what = await carryOut(step, { sandbox, n8n, fleet, traffic, note });
		isAway = false;
		steps.push({ what, fromSeconds, toSeconds: Math.round(elapsed() / 1000) });
		await note().catch(() => undefined);
	}
	await pause(Math.max(0, minutes * 60_000 - elapsed()), undefined, { signal });
	ending.abort();
	await background;

	say('Waiting for what is still under way');
	await sandbox.control.setDeliveries({ duplicate: false });
	await log.settled(SETTLING_MS);
	// Brings the last calls to their ends, and everything that Samora still repeats.
	await sandbox.control.advance(ALL_REPETITIONS);
	const executions = await log.settled(SETTLING_MS);
	await note();
	const ofEvents = executions.filter(({ workflowId }) => workflowId === trigger.id);
	const events = eventAccount(attempts, ofEvents);
	const runs = runAccount(traffic.orders, executions, await traffic.carriedOut());

	const failed = executions.filter(({ id, status, workflowId }) => {
		const execution = workflowId === trigger.id ? undefined : log.find(id);
		// What a person would retry: n8n shows what the node did.
		return status === 'error' && at(execution?.data, 'resultData', 'runData', SAMORA) !== undefined;
	});
	say(`Retrying ${failed.length} failed runs`);
	let retriedWell = 0;
	for (const { id } of failed) {
		const again = await client.finished(await client.retry(id), SETTLING_MS);
		if (again.status === 'success') retriedWell += 1;
	}
	await sandbox.control.advance(ALL_REPETITIONS);
	const { calledTwice, startedTwice, dialedTwice } = runAccount(
		traffic.orders,
		executions,
		await traffic.carriedOut(),
	);

	await client.unpublish(trigger.id);
	await waitFor(async () => (await sandbox.control.webhooks()).length === 0, {
		what: 'The removal of the webhook',
		timeoutMs: UNPUBLISHED_WITHIN_MS,
	}).catch(() => undefined);

	return {
		sent: new Set(attempts.map(({ event, call_id }) => eventKey(event, call_id))).size,
		events,
		runs,
		retried: failed.length,
		retriedWell,
		afterRetry: { calledTwice, startedTwice, dialedTwice },
		mostWebhooks,
		webhooksLeft: (await sandbox.control.webhooks()).length,
		steps,
		endedByThemselves: Object.fromEntries(fleet.endedByThemselves),
		memory: fleet.memory,
		suspects: suspects(attempts, ofEvents),
	};
}

async function publishAll(client: N8nClient, sandbox: Sandbox): Promise<SavedWorkflow> {
	const credential = await client.createCredential({
		name: 'Samora',
		type: 'samoraApi',
		data: { apiKey: sandbox.apiKey, baseUrl: sandbox.url },
	});
	const account = { agentId: sandbox.agents[0].id, credential };
	const [trigger] = await Promise.all(
		[
			eventsWorkflow(account),
			callsWorkflow(PATHS.continue, account, { onError: 'continueErrorOutput' }),
			callsWorkflow(PATHS.retry, account, { retryOnFail: true }),
			campaignsWorkflow(PATHS.campaign, account),
		].map(async (workflow) => {
			const saved = await client.createWorkflow(workflow);
			await client.publish(saved);
			return saved;
		}),
	);
	return trigger;
}

async function repeatedly(ms: number, signal: AbortSignal, act: () => Promise<unknown>) {
	while (!signal.aborted) {
		await act();
		await pause(ms, undefined, { signal }).catch(() => undefined);
	}
}
