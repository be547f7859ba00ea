import type { DeliveryAttempt } from '../../../sandbox/deliveries/deliveries';
import { chain, node } from '../../../tools/n8n/client/chain';
import { N8nRefusal, type SavedWorkflow } from '../../../tools/n8n/client/client';
import {
	acknowledgedIn,
	ENDED,
	eventAccount,
	type EventAccount,
} from '../../../tools/n8n/events/eventAccount';
import { eventOf, ExecutionLog } from '../../../tools/n8n/events/executionLog';
import { waitFor } from '../../../tools/waiting';
import { ApiClient, ordinary } from '../../sandbox/support/apiClient';
import type { Grounds } from './installedN8n';
import { TRIGGER } from './workflows';

/** For a test with such a stream. */
export const STREAM_MS = 20 * 60_000;

/** Ample, for four processes of n8n that share a busy machine. */
const TAKEN_WITHIN_MS = 3 * 60_000;

/** For the executions that are under way when the last event has been acknowledged, besides the time they take. */
const SETTLING_MS = 60_000;

/** Virtual seconds. Samora's patience is not known; the sandbox has as much as n8n needs to be there again. */
const RETRY_SECONDS = Array<number>(200).fill(20);

/** Events are told apart by what they are about. */
export interface StreamFigures extends Omit<EventAccount, 'unmet'> {
	/** Events that Samora had to tell. */
	sent: number;
	/** Acknowledged events without any execution. */
	lost: number;
	/** Broken-off events that n8n's own Retry made good. */
	retried: number;
	/** Executions that were under way just before the interruption. */
	underWay: number;
}

interface Interruption {
	/** How many calls before and how many after; each is good for two events. */
	calls: number;
	/** How long an execution takes, in seconds. */
	executionSeconds: number;
	/** How many executions are under way, at least, when it happens. */
	underWay: number;
	happens: () => Promise<unknown>;
}

/**
 * Sends a stream of events through n8n, with a copy of each, and has something happen in the middle of it. Half of
 * the copies come together with the first delivery, half after it was acknowledged.
 */
export async function interruptedStream(
	here: Grounds,
	{ calls, executionSeconds, underWay: wanted, happens }: Interruption,
): Promise<StreamFigures> {
	const workflow = await here.client.createWorkflow(
		chain('Outcomes', [
			node(
				TRIGGER,
				'n8n-nodes-samora.samoraTrigger',
				{ agentId: here.agentId, events: ['CALL_STARTED', 'CALL_FINISHED'], options: {} },
				here.credential,
			),
			// So that some of it is under way at any time.
			node('A while', 'n8n-nodes-base.wait', {
				resume: 'timeInterval',
				amount: executionSeconds,
				unit: 'seconds',
			}),
		]),
	);
	await here.client.publish(workflow);
	const stream = new EventStream(here, workflow);
	await here.sandbox.control.setDeliveries({ retry: RETRY_SECONDS, duplicate: 'at-once' });
	await stream.place(calls);
	await stream.acknowledged(calls);
	const underWay = await stream.underWay(wanted);
	await happens();
	await stream.noteUnderWay();
	await here.sandbox.control.setDeliveries({ duplicate: true });
	await stream.place(calls);
	await stream.acknowledged();
	// Several rounds of as many as can be under way at a time.
	const figures = await stream.figures(SETTLING_MS + executionSeconds * 6000);
	return { ...figures, retried: await stream.retryBrokenOff(), underWay };
}

/** Calls placed at the sandbox, one after the other, and the two events that each is good for. */
class EventStream {
	private placed = 0;

	private readonly log: ExecutionLog;

	/** Executions of events of which none ended well, and what they were about. */
	private readonly brokenOff = new Map<string, string>();

	/** @param workflow the only one that listens to these events */
	constructor(
		private readonly here: Grounds,
		private readonly workflow: SavedWorkflow,
	) {
		this.log = new ExecutionLog(here.client, (execution) => eventOf(execution, TRIGGER));
	}

	async place(calls: number): Promise<void> {
		const api = new ApiClient(this.here.sandbox);
		for (let call = 0; call < calls; call++) {
			await api.trigger(ordinary(this.placed));
			this.placed += 1;
		}
	}

	/** Waits until n8n has acknowledged this many events. */
	async acknowledged(count = this.placed * 2): Promise<void> {
		await waitFor(async () => acknowledgedIn(await this.attempts()).size >= count, {
			what: `The acknowledgement of ${count} events`,
			timeoutMs: TAKEN_WITHIN_MS,
		});
	}

	/** Waits until this many executions are under way at once, and gives how many it are. */
	async underWay(count: number): Promise<number> {
		return await waitFor(
			async () => {
				const executions = await this.here.client.executions(this.workflow.id);
				const running = executions.filter(({ status }) => status === 'running').length;
				return running >= count && running;
			},
			{ what: `${count} executions under way at once` },
		);
	}

	/** Remembers what the executions are about that have not ended: of those it breaks off n8n 2 keeps no data. */
	async noteUnderWay(): Promise<void> {
		await this.log.note();
	}

	/** Waits until nothing is delivered and, for so long, until nothing is under way any more, and counts. */
	async figures(settlingMs: number): Promise<Omit<StreamFigures, 'underWay' | 'retried'>> {
		// Resolves when every copy has been delivered, too.
		await this.here.sandbox.control.advance(1);
		const executions = (await this.log.settled(settlingMs)).filter(
			({ workflowId }) => workflowId === undefined || workflowId === this.workflow.id,
		);
		const { unmet, ...account } = eventAccount(await this.attempts(), executions);
		const executed = new Set(
			executions.filter(({ status }) => status === 'success').map(({ about }) => about),
		);
		for (const { id, about, status } of executions) {
			const isBrokenOff = status !== undefined && ENDED.includes(status) && !executed.has(about);
			if (about && isBrokenOff) this.brokenOff.set(id, about);
		}
		return { sent: this.placed * 2, ...account, lost: unmet };
	}

	/** Presses Retry for each broken-off execution, and gives how many events that made good. */
	async retryBrokenOff(): Promise<number> {
		const { client } = this.here;
		const retries = [...this.brokenOff].map(async ([id, event]) => {
			const retried = await client
				.retry(id)
				.then((newId) => client.finished(newId))
				.catch(refusal);
			if (retried instanceof N8nRefusal) return false;
			return retried.status === 'success' && eventOf(retried, TRIGGER) === event;
		});
		return (await Promise.all(retries)).filter(Boolean).length;
	}

	private async attempts(): Promise<DeliveryAttempt[]> {
		return await this.here.sandbox.control.deliveries();
	}
}

function refusal(fault: unknown): N8nRefusal {
	if (fault instanceof N8nRefusal) return fault;
	throw fault;
}

export function streamLine(title: string, figures: StreamFigures): string {
	const { sent, deliveries, acknowledged, executed, brokenOff, retried, lost, doubled } = figures;
	const { underWay, empty, endless } = figures;
	return `${title}: ${sent} events sent in ${deliveries} deliveries, ${acknowledged} acknowledged, ${executed} executed, ${brokenOff} broken off (${retried} made good by Retry), ${lost} lost, ${doubled} doubled; ${underWay} executions under way at the kill, ${empty} noted without their event, ${endless} without their end\n`;
}
