import { createHash } from 'crypto';

import type { RunState, RunTrace } from './runs';

/** How much a process remembers. What was remembered first is forgotten first. */
const MAX_RUNS = 200;
const MAX_ITEMS = 300_000;

interface RememberedRun {
	place: string;
	/** The execution that a retry of it names. */
	executionId: string | undefined;
	/** Fingerprints of what n8n had saved of it when a retry took it up, and of what started the execution. */
	saved: string | undefined;
	trigger: string | undefined;
	state: RunState;
}

/**
 * What this process remembers of runs that may be retried although n8n has not saved what they did: those that a person
 * stopped, of which n8n saves nothing, and retries, for the same execution may be retried once more.
 *
 * It does not outlive the process. In queue mode a retry may come to another worker, which knows nothing.
 */
export class RememberedRuns {
	private runs: RememberedRun[] = [];

	private readonly unwatchers = new WeakMap<RunState, () => void>();

	/** Remembers the run if its execution is stopped. */
	watch(trace: RunTrace, state: RunState, signal: AbortSignal | undefined): void {
		if (!signal || this.unwatchers.has(state)) return;
		const remember = () => this.remember(trace, trace.executionId, state);
		signal.addEventListener('abort', remember, { once: true });
		this.unwatchers.set(state, () => signal.removeEventListener('abort', remember));
	}

	unwatch(state: RunState): void {
		this.unwatchers.get(state)?.();
		this.unwatchers.delete(state);
	}

	/** @param state goes on changing: what is under way at a stop becomes known a moment later */
	remember(trace: RunTrace, executionId: string | undefined, state: RunState): void {
		const { place, saved, trigger } = trace;
		this.runs.push({
			place,
			executionId,
			saved: fingerprint(saved),
			trigger: fingerprint(trigger()),
			state,
		});
		let items = 0;
		this.runs = this.runs
			.slice(-MAX_RUNS)
			.reverse()
			.filter((run) => (items += run.state.size) <= MAX_ITEMS || run.state === state)
			.reverse();
	}

	/**
	 * The run that an execution retries, as this process knows it.
	 *
	 * n8n 2 says which execution that is. On n8n 1 it is told by what n8n has saved of it; where that is nothing, it is the
	 * latest in the same place of the same workflow that was started by the same data: of two executions with identical
	 * data, the one that was stopped last.
	 */
	find({ place, retryOf, saved, trigger }: RunTrace): RunState | undefined {
		const here = this.runs.filter((run) => run.place === place).reverse();
		if (here.length === 0) return undefined;
		if (retryOf !== undefined) {
			return here.find(({ executionId }) => executionId === retryOf)?.state;
		}
		const what = saved === undefined ? 'trigger' : 'saved';
		const print = fingerprint(saved ?? trigger());
		return here.find((run) => print !== undefined && run[what] === print)?.state;
	}
}

function fingerprint(data: unknown): string | undefined {
	if (data === undefined) return undefined;
	return createHash('sha256').update(JSON.stringify(data)).digest('base64url');
}
