import type { DeliveryAttempt } from '../../../sandbox';

/** What n8n shows of one execution. */
export interface SeenExecution {
	id: string;
	workflowId?: string;
	/** Undefined if n8n can't show it. */
	status?: string;
	/** What it was about, e.g. its event. Undefined if n8n stored nothing about that. */
	about?: string;
}

export interface EventAccount {
	/** Attempts to deliver: first deliveries, copies, and repetitions of what wasn't acknowledged. */
	deliveries: number;
	/** Events that n8n answered with success at least once. */
	acknowledged: number;
	/** Acknowledged events with an execution that succeeded. */
	executed: number;
	/** Acknowledged events that have executions, of which none succeeded. */
	brokenOff: number;
	/** Acknowledged events without an execution that's known to be theirs. */
	unmet: number;
	/** Those of them that n8n answered, with success, that it was starting up. */
	metByStartPage: number;
	/** Executions beyond the first of an event, however they ended. */
	doubled: number;
	/** Those of them that may come from a delivery that n8n stored, but was interrupted before it answered. */
	doubledUnanswered: number;
	/** Executions without what they were about. */
	empty: number;
	/** Executions of which n8n never stored how they ended. */
	endless: number;
}

export type Attempt = Pick<DeliveryAttempt, 'event' | 'call_id' | 'status' | 'answer'>;

export const ENDED = ['success', 'error', 'crashed', 'canceled'];

/** While it starts, n8n 2 answers every request like this, with status 200. */
const START_PAGE = 'n8n is starting up';

/** Events are told apart by what they are about. */
export const eventKey = (event: string, callId: unknown) => `${event} ${String(callId)}`;

export function isAcknowledged({ status }: Pick<Attempt, 'status'>): boolean {
	return status !== null && status >= 200 && status < 300;
}

export function acknowledgedIn(attempts: readonly Attempt[]): Set<string> {
	return new Set(
		attempts.filter(isAcknowledged).map(({ event, call_id }) => eventKey(event, call_id)),
	);
}

/** Compares what was delivered with what was executed. */
export function eventAccount(
	attempts: readonly Attempt[],
	executions: readonly SeenExecution[],
): EventAccount {
	const acknowledged = [...acknowledgedIn(attempts)];
	const met = countBy(executions, ({ about }) => about);
	const executed = new Set(
		executions.filter(({ status }) => status === 'success').map(({ about }) => about),
	);
	const unmet = acknowledged.filter((event) => !met.has(event));
	const unanswered = countBy(attempts.filter(mayBeStored), keyOf);
	const accepted = countBy(attempts.filter(isOfTrigger), keyOf);
	const excess = [...met].map(([event, count]) => {
		const doubled = count - 1;
		return { doubled, unanswered: Math.min(doubled, unanswered.get(event) ?? 0) };
	});
	return {
		deliveries: attempts.length,
		acknowledged: acknowledged.length,
		executed: acknowledged.filter((event) => executed.has(event)).length,
		brokenOff: acknowledged.filter((event) => met.has(event) && !executed.has(event)).length,
		unmet: unmet.length,
		metByStartPage: unmet.filter((event) => !accepted.has(event)).length,
		doubled: sum(excess.map(({ doubled }) => doubled)),
		doubledUnanswered: sum(excess.map((each) => each.unanswered)),
		empty: executions.filter(({ about }) => about === undefined).length,
		endless: executions.filter(({ status }) => status !== undefined && !ENDED.includes(status))
			.length,
	};
}

const keyOf = ({ event, call_id }: Attempt) => eventKey(event, call_id);

/** Whether n8n may have stored an execution although it didn't acknowledge the delivery. */
const mayBeStored = ({ status }: Attempt) => status === null || status >= 500;

const isOfTrigger = (attempt: Attempt) =>
	isAcknowledged(attempt) && !(attempt.answer ?? '').includes(START_PAGE);

/** How many there are of each key. What has no key isn't counted. */
export function countBy<T>(
	items: readonly T[],
	keyOf: (item: T) => string | undefined,
): Map<string, number> {
	const counts = new Map<string, number>();
	for (const item of items) {
		const key = keyOf(item);
		if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1);
	}
	return counts;
}

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
