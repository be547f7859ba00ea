import type { DeliveryAttempt } from '../../../sandbox/deliveries/deliveries';
import { chain, node } from '../../../tools/n8n/client/chain';
import { N8nRefusal, type Execution, type SavedWorkflow } from '../../../tools/n8n/client/client';
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

const ENDED = ['success', 'error', 'crashed', 'canceled'];

/** Events are told apart by what they are about. */
export interface StreamFigures {
	/** Events that Samora had to tell. */
	sent: number;
	/** Attempts to deliver them: copies, and repetitions of what was not taken. */
	deliveries: number;
	/** Events that n8n answered with success at least once. */
	acknowledged: number;
	/** Acknowledged events with an execution that ended well. */
	executed: number;
	/** Acknowledged events with executions of which none ended well. */
	brokenOff: number;
	/** Acknowledged events without any execution. */
	lost: number;
	/** Executions beyond the first of an event, however they ended. */
	doubled: number;
	/** Broken-off events that n8n's own Retry made good. */
	retried: number;
	/** Executions that n8n noted without what they are about. */
	empty: number;
	/** Executions of which n8n never notes how they ended. */
	endless: number;
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

	/** By execution. */
	private readonly about = new Map<string, string>();

	/** Executions of events of which none ended well, and what they were about. */
	private readonly brokenOff = new Map<string, string>();

	/** @param workflow the only one that listens to these events */
	constructor(
		private readonly here: Grounds,
		private readonly workflow: SavedWorkflow,
	) {}

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
		const { client } = this.here;
		for (const { id, status } of await client.executions(this.workflow.id)) {
			if (ENDED.includes(status)) continue;
			const about = eventOf(await client.execution(id));
			if (about) this.about.set(id, about);
		}
	}

	/** Waits until nothing is delivered and, for so long, until nothing is under way any more, and counts. */
	async figures(settlingMs: number): Promise<Omit<StreamFigures, 'underWay' | 'retried'>> {
		// Resolves when every copy has been delivered, too.
		await this.here.sandbox.control.advance(1);
		const attempts = await this.attempts();
		const acknowledged = [...acknowledgedIn(attempts)];
		const executions = await this.executions(settlingMs);
		const met = new Set<string>();
		const executed = new Set<string>();
		let empty = 0;
		let endless = 0;
		for (const { id, execution } of executions) {
			const isEndless = execution !== undefined && !ENDED.includes(execution.status);
			if (isEndless) endless += 1;
			const event = this.about.get(id) ?? (execution && eventOf(execution));
			if (event) met.add(event);
			else empty += 1;
			if (event && execution?.status === 'success') executed.add(event);
			else if (event && !isEndless) this.brokenOff.set(id, event);
		}
		for (const [id, event] of this.brokenOff) if (executed.has(event)) this.brokenOff.delete(id);
		return {
			sent: this.placed * 2,
			deliveries: attempts.length,
			acknowledged: acknowledged.length,
			executed: acknowledged.filter((event) => executed.has(event)).length,
			brokenOff: acknowledged.filter((event) => met.has(event) && !executed.has(event)).length,
			lost: acknowledged.filter((event) => !met.has(event)).length,
			doubled: executions.length - empty - met.size,
			empty,
			endless,
		};
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
			return retried.status === 'success' && eventOf(retried) === event;
		});
		return (await Promise.all(retries)).filter(Boolean).length;
	}

	/** Killed at the wrong moment, n8n 1 has left executions of which it never notes the end: they are taken as they are. */
	private async ended(id: string, deadline: number): Promise<Execution | N8nRefusal> {
		const { client } = this.here;
		const left = Math.max(1000, deadline - Date.now());
		return await client
			.finished(id, left)
			.catch(async (fault: unknown) =>
				fault instanceof N8nRefusal ? fault : await client.execution(id).catch(refusal),
			);
	}

	private async attempts(): Promise<DeliveryAttempt[]> {
		return await this.here.sandbox.control.deliveries();
	}

	/** By number, one after the other: the pages of n8n's list can leave out what began at the same time. */
	private async executions(
		settlingMs: number,
	): Promise<Array<{ id: string; execution?: Execution }>> {
		const executions: Array<{ id: string; execution?: Execution }> = [];
		const newest = await newestExecution(this.here);
		const deadline = Date.now() + settlingMs;
		for (let number = 1; ; number++) {
			const id = String(number);
			const execution = await this.ended(id, deadline);
			const isThere = !(execution instanceof N8nRefusal) || execution.status !== 404;
			// The list can leave out what is just ending, and PostgreSQL leaves out numbers.
			if (!isThere && number > newest) return executions;
			if ('workflowId' in execution && execution.workflowId !== this.workflow.id) continue;
			// n8n 1 cannot show what it was killed in the middle of noting.
			if (isThere) executions.push(execution instanceof N8nRefusal ? { id } : { id, execution });
		}
	}
}

function refusal(fault: unknown): N8nRefusal {
	if (fault instanceof N8nRefusal) return fault;
	throw fault;
}

async function newestExecution({ client }: Grounds): Promise<number> {
	return Math.max(0, ...(await client.executions()).map(({ id }) => Number(id)));
}

export function streamLine(title: string, figures: StreamFigures): string {
	const { sent, deliveries, acknowledged, executed, brokenOff, retried, lost, doubled } = figures;
	const { underWay, empty, endless } = figures;
	return `${title}: ${sent} events sent in ${deliveries} deliveries, ${acknowledged} acknowledged, ${executed} executed, ${brokenOff} broken off (${retried} made good by Retry), ${lost} lost, ${doubled} doubled; ${underWay} executions under way at the kill, ${empty} noted without their event, ${endless} without their end\n`;
}

/** What an execution was about, if n8n still knows: what the trigger was still to give, or gave. */
function eventOf(execution: Execution): string | undefined {
	const items = [...execution.waitingItems(), ...execution.output(TRIGGER)];
	// n8n invents an item for a node whose output it did not live to note.
	const about = items.find(({ event }) => typeof event === 'string');
	return about && keyOf(String(about.event), about.call_id);
}

function acknowledgedIn(attempts: DeliveryAttempt[]): Set<string> {
	return new Set(
		attempts
			.filter(({ status }) => status !== null && status >= 200 && status < 300)
			.map(({ event, call_id }) => keyOf(event, call_id)),
	);
}

const keyOf = (event: string, callId: unknown) => `${event} ${String(callId)}`;
