import { countBy, ENDED, type SeenExecution } from '../../tools/n8n/events/eventAccount';
import type { Order } from './workflows';

/** An order that was given to n8n, and whether n8n answered that it started. */
export interface GivenOrder extends Order {
	kind: 'calls' | 'campaign';
	taken: boolean;
}

/** What the sandbox carried out. */
export interface CarriedOut {
	/** The number of every call that was placed one by one. */
	called: string[];
	/** Every campaign that was started, with the name of its run, as often as it was started. */
	started: Array<{ campaignId: string; run: string }>;
	/** The number of everybody whom a campaign called, without the campaign's own retries. */
	dialed: Array<{ run: string; number: string }>;
}

export interface RunAccount {
	/** Runs that n8n acknowledged. */
	runs: number;
	/** Those that succeeded. */
	succeeded: number;
	/** Those that failed, and n8n shows why. */
	failed: number;
	/** Acknowledged runs without any execution that's known to be theirs. */
	unmet: number;
	/** Calls asked for in acknowledged runs. */
	asked: number;
	/** Numbers that were called. */
	called: number;
	/** Calls to a number beyond its first. Every number is asked for once. */
	calledTwice: number;
	/** Campaigns that were started. */
	campaigns: number;
	/** Starts beyond the first, of a campaign or of all campaigns of a run. */
	startedTwice: number;
	/** Calls of campaigns to a number beyond its first, in the campaigns of a run. */
	dialedTwice: number;
}

/** Compares what n8n was told to do with what the sandbox carried out. */
export function runAccount(
	orders: readonly GivenOrder[],
	executions: readonly SeenExecution[],
	{ called, started, dialed }: CarriedOut,
): RunAccount {
	const taken = orders.filter((order) => order.taken);
	const byRun = new Map<string, SeenExecution[]>();
	for (const execution of executions) {
		if (execution.about === undefined) continue;
		byRun.set(execution.about, [...(byRun.get(execution.about) ?? []), execution]);
	}
	const endedAs = (isSo: (status: string) => boolean) => (order: GivenOrder) =>
		(byRun.get(order.run) ?? []).some(({ status }) => status !== undefined && isSo(status));
	const succeeded = taken.filter(endedAs((status) => status === 'success'));
	const failed = taken.filter(
		(order) =>
			!succeeded.includes(order) &&
			endedAs((status) => status !== 'success' && ENDED.includes(status))(order),
	);
	return {
		runs: taken.length,
		succeeded: succeeded.length,
		failed: failed.length,
		unmet: taken.filter(({ run }) => !byRun.has(run)).length,
		asked: taken
			.filter(({ kind }) => kind === 'calls')
			.reduce((total, { numbers }) => total + numbers.length, 0),
		called: new Set(called).size,
		calledTwice: beyondFirst(called, (number) => number),
		campaigns: new Set(started.map(({ campaignId }) => campaignId)).size,
		startedTwice: beyondFirst(started, ({ run }) => run),
		dialedTwice: beyondFirst(dialed, ({ run, number }) => `${run} ${number}`),
	};
}

function beyondFirst<T>(items: readonly T[], keyOf: (item: T) => string): number {
	return items.length - countBy(items, keyOf).size;
}
