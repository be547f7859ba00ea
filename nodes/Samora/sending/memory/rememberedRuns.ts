import { createHash } from 'crypto';

import { attempt } from '../../../shared/parameters';
import type { RunState, RunTrace } from './runs';

/** How much a process remembers. What was remembered first is forgotten first. */
const MAX_RUNS = 200;
const MAX_ITEMS = 300_000;

interface RememberedRun {
	place: string;
	/** What a retry of it may be known by. */
	keys: string[];
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

	/**
	 * Remembers the run if its execution is stopped, and at once if it is a retry.
	 *
	 * @param state goes on changing: what is under way at a stop becomes known a moment later
	 */
	watch(trace: RunTrace, state: RunState, signal: AbortSignal | undefined): void {
		if (this.unwatchers.has(state)) return;
		const remember = () => this.remember(trace, state);
		signal?.addEventListener('abort', remember, { once: true });
		this.unwatchers.set(state, () => signal?.removeEventListener('abort', remember));
		if (trace.isRetry) remember();
	}

	/** The run has ended. */
	unwatch(state: RunState): void {
		this.unwatchers.get(state)?.();
	}

	/**
	 * The run that an execution retries, or the latest retry of it, as this process knows it.
	 *
	 * n8n 2 says which execution that is. On n8n 1 it is told by what n8n has saved of it; where that is nothing, it is the
	 * latest in the same place of the same workflow that was started by the same data: of two executions with identical
	 * data, the one that was stopped last.
	 */
	find(trace: RunTrace): RunState | undefined {
		return this.retriedBy(trace)?.state;
	}

	private retriedBy(trace: RunTrace): RememberedRun | undefined {
		const here = this.runs.filter(({ place }) => place === trace.place).reverse();
		if (here.length === 0) return undefined;
		const key = retryKey(trace);
		const known = here.find(({ keys }) => key !== undefined && keys.includes(key));
		// What n8n has saved at the end of a retry is what is known of that.
		return known ?? here.find(({ state }) => key !== undefined && savedKey(state) === key);
	}

	private remember(trace: RunTrace, state: RunState): void {
		const { place, executionId, retryOf, saved, trigger, isRetry } = trace;
		const own = [
			executionKey(executionId),
			executionKey(retryOf),
			savedKey(saved),
			triggerKey(trigger),
			// Whoever retries the first once more retries all that followed.
			...((isRetry ? this.retriedBy(trace)?.keys : undefined) ?? []),
		];
		const keys = [...new Set(own.filter((key) => key !== undefined))];
		this.runs.push({ place, keys, state });
		let items = 0;
		this.runs = this.runs
			.slice(-MAX_RUNS)
			.reverse()
			.filter((run) => (items += run.state.size) <= MAX_ITEMS || run.state === state)
			.reverse();
	}
}

const retryKey = ({ retryOf, saved, trigger }: RunTrace): string | undefined =>
	executionKey(retryOf) ?? (saved === undefined ? triggerKey(trigger) : savedKey(saved));

const executionKey = (id: string | undefined): string | undefined => id && `execution ${id}`;

const savedKey = (saved: unknown): string | undefined => fingerprint('saved', () => saved);

const triggerKey = (trigger: () => unknown): string | undefined => fingerprint('trigger', trigger);

/** @returns undefined where there is nothing, or what can't be written down */
function fingerprint(what: string, read: () => unknown): string | undefined {
	const text = attempt(() => JSON.stringify(read()) as string | undefined);
	if (typeof text !== 'string') return undefined;
	return `${what} ${createHash('sha256').update(text).digest('base64url')}`;
}
