import { N8nRefusal, type Execution, type N8nClient } from '../client/client';
import { hasEnded } from '../client/executions';
import { waitFor } from '../../waiting';
import { eventKey, type SeenExecution } from './eventAccount';

/** Remembers what the executions of an n8n were about, also of those whose data n8n doesn't keep. */
export class ExecutionLog {
	private readonly seen = new Map<string, SeenExecution>();

	/** By ID, of executions that ended. */
	private readonly ended = new Map<string, Execution>();

	constructor(
		private readonly client: N8nClient,
		private readonly aboutOf: (execution: Execution) => string | undefined,
	) {}

	/**
	 * Reads the executions that haven't ended as far as is known. n8n 2 keeps no data of executions that a killed worker
	 * was running, so call this after the worker is killed and before n8n notices.
	 *
	 * By number, one after the other: the pages of n8n's list can leave out what began at the same time.
	 */
	async note(): Promise<void> {
		const newest = await this.newest();
		for (let number = 1; ; number++) {
			const id = String(number);
			if (this.ended.has(id)) continue;
			const execution = await this.client.execution(id).catch(refusal);
			const isThere = !(execution instanceof N8nRefusal) || execution.status !== 404;
			// The list can leave out what is just ending, and PostgreSQL leaves out numbers.
			if (!isThere && number > newest) return;
			// n8n 1 can't show what it was killed in the middle of storing.
			if (isThere) this.see(id, execution instanceof N8nRefusal ? undefined : execution);
		}
	}

	/** Waits until every execution has ended, but no longer than this, and returns all. */
	async settled(timeoutMs: number): Promise<SeenExecution[]> {
		const deadline = Date.now() + timeoutMs;
		await waitFor(
			async () => {
				await this.note();
				return this.ended.size === this.seen.size || Date.now() > deadline;
			},
			{ what: 'The end of all executions', timeoutMs: 2 * timeoutMs, everyMs: 1000 },
		);
		return [...this.seen.values()];
	}

	/** The whole execution, if it has ended. */
	find(id: string): Execution | undefined {
		return this.ended.get(id);
	}

	private see(id: string, execution: Execution | undefined): void {
		const about = (execution && this.aboutOf(execution)) ?? this.seen.get(id)?.about;
		const { workflowId, status } = execution ?? {};
		this.seen.set(id, { id, workflowId, status, about });
		if (execution && hasEnded(execution)) this.ended.set(id, execution);
	}

	private async newest(): Promise<number> {
		return Math.max(0, ...(await this.client.executions()).map(({ id }) => Number(id)));
	}
}

function refusal(fault: unknown): N8nRefusal {
	if (fault instanceof N8nRefusal) return fault;
	throw fault;
}

/** The event that an execution of a Samora Trigger is about, if n8n still knows: what the trigger was to return, or returned. */
export function eventOf(execution: Execution, trigger: string): string | undefined {
	const items = [...execution.waitingItems(), ...execution.output(trigger)];
	// n8n invents an item for a node whose output it didn't store.
	const about = items.find(({ event }) => typeof event === 'string');
	return about && eventKey(String(about.event), about.call_id);
}
