import type { IDataObject } from 'n8n-workflow';

/** How a call ended, in words that stay the same whatever Samora calls it. */
export type Outcome = 'finished' | 'unanswered' | 'rejected' | 'voicemail' | 'failed' | 'ended';

const OUTCOMES: Readonly<Record<string, Outcome>> = {
	CALL_FINISHED: 'finished',
	UNANSWERED: 'unanswered',
	REJECTED: 'rejected',
	VOICEMAIL: 'voicemail',
	FAILED: 'failed',
};

const GOING_ON = new Set(['PENDING', 'TRIGGERED', 'ONGOING']);

/**
 * ASSUMPTION: Samora documents how a call ends only in part. A status of no document ends a call, as `ended`, once
 * there is an end time beside it.
 *
 * @param details what Samora answers about the call
 * @returns undefined while it is going on
 */
export function outcomeOf({ status, ended_at }: IDataObject): Outcome | undefined {
	const word = wordOf(status);
	if (Object.hasOwn(OUTCOMES, word)) return OUTCOMES[word];
	return !GOING_ON.has(word) && ended_at ? 'ended' : undefined;
}

/**
 * Whether somebody, or a voicemail, was spoken to, so that there is something to hear or to read. Where the status does
 * not tell, as of a call that failed, its start does.
 */
export function wasPickedUp({ status, started_at }: IDataObject): boolean {
	const word = wordOf(status);
	if (word === 'CALL_FINISHED') return true;
	return word !== 'UNANSWERED' && word !== 'REJECTED' && Boolean(started_at);
}

/** Samora's words are compared without regard to case. */
const wordOf = (status: unknown): string => String(status).trim().toUpperCase();
