import { sleep } from 'n8n-workflow';

import {
	fateOfAnswer,
	proxyFault,
	readFault,
	retryAfter,
	type Answer,
	type Fault,
	type Undone,
} from './answers';

/** How a request ended, with all its repetitions: an answer or a fault, and what that means for it. */
export type Exchange = Succeeded | TurnedDown | Unanswered;

interface Succeeded {
	fate: 'done';
	answer: Answer;
	fault?: undefined;
}

interface TurnedDown {
	fate: Undone;
	answer: Answer;
	fault?: undefined;
}

interface Unanswered {
	fate: Undone;
	fault: Fault;
	answer?: undefined;
}

/** Whether Samora did what was asked. */
export const succeeded = (result: Exchange): result is Succeeded => result.fate === 'done';

export interface RetryPolicy {
	/** Sending it twice changes nothing (GET, PUT, DELETE), so it may be repeated when its fate is unknown. */
	idempotent: boolean;
	/** Repeat it when its fate is unknown although it isn't idempotent: the user chose that. */
	retryUnknown?: boolean;
	/** Whether the body of a success is what it should be. Anything else may not come from Samora. */
	isValidBody?: (body: unknown) => boolean;
	/**
	 * Asked of a refusal after an attempt of unknown fate: the answer to go on with, if that attempt did it, and this one
	 * is refused only for that.
	 */
	doneBefore?: (refusal: Answer) => Promise<Answer | undefined>;
	/** Attempts after the first. */
	maxRetries?: number;
	/** Asked before each further attempt: a rule may have come to forbid it. */
	mayRetry?: () => boolean;
	/** When Samora asks to wait longer than this, in milliseconds, the user is told instead; a minute by default. */
	longestPause?: number;
	/** Aborted when the user stops the execution. */
	signal?: AbortSignal;
}

/** What an earlier attempt deleted is not found. */
export const deletedBefore = async (refusal: Answer): Promise<Answer | undefined> =>
	refusal.statusCode === 404 ? refusal : undefined;

/** With the pauses below, three retries take about 4 seconds. */
const MAX_RETRIES = 3;
const FIRST_PAUSE_MS = 500;
/** When Samora asks to wait longer than this, the user is told instead of kept waiting. */
const LONGEST_PAUSE_MS = 60_000;

/**
 * Sends a request, and sends it again while that can help and can't do anything twice: when it never reached Samora,
 * when Samora turned it away (429), and, if it is idempotent, when its fate is unknown.
 *
 * @param request sends once; rejects if there was no answer
 */
export async function exchange(
	request: () => Promise<Answer>,
	{
		idempotent,
		retryUnknown = false,
		isValidBody,
		doneBefore,
		maxRetries = MAX_RETRIES,
		mayRetry = () => true,
		longestPause = LONGEST_PAUSE_MS,
		signal,
	}: RetryPolicy,
): Promise<Exchange> {
	let perhapsDone = false;
	for (let retry = 0; ; retry++) {
		if (signal?.aborted && retry === 0) return STOPPED;
		const result = await sendOnce(request, { idempotent, isValidBody, signal });
		const { answer } = result;
		if (perhapsDone && answer && result.fate === 'refused') {
			const done = await doneBefore?.(answer);
			if (done) return { fate: 'done', answer: done };
		}
		perhapsDone ||= result.fate === 'unknown';
		const pause = pauseBefore(retry, result);
		if (
			isWorthRetrying(result, idempotent || retryUnknown) &&
			retry < maxRetries &&
			pause <= longestPause
		) {
			await pauseUnlessAborted(pause, signal);
			if (!signal?.aborted && mayRetry()) continue;
		}
		// An earlier attempt may have done it, even if this one was turned away. Only an idempotent request that was
		// answered at last has a known fate.
		const isKnown = result.fate === 'done' || (idempotent && result.fate === 'refused');
		return perhapsDone && !isKnown ? { ...result, fate: 'unknown' } : result;
	}
}

function isWorthRetrying({ fate, fault }: Exchange, retryUnknown: boolean): boolean {
	if (fault?.isFinal) return false;
	switch (fate) {
		case 'busy':
		case 'unreached':
			return true;
		case 'unknown':
			return retryUnknown;
		default:
			return false;
	}
}

const STOPPED: Exchange = { fate: 'cancelled', fault: { code: '', fate: 'cancelled' } };

async function sendOnce(
	request: () => Promise<Answer>,
	{ idempotent, isValidBody, signal }: RetryPolicy,
): Promise<Exchange> {
	let answer: Answer;
	try {
		answer = await request();
	} catch (thrown) {
		const fault = readFault(thrown);
		// The credential ends a request at its deadline, and n8n when the user stops the execution.
		if (fault.code === 'ERR_CANCELED' && !signal?.aborted) fault.code = 'ETIMEDOUT';
		return { fate: fault.fate, fault };
	}
	const proxied = proxyFault(answer);
	if (proxied) return { fate: proxied.fate, fault: proxied };
	// It matters whether a redirect tells of what was done only where that must not be done again.
	if (idempotent && answer.statusCode === 303) return { fate: 'refused', answer };
	return { fate: fateOfAnswer(answer, isValidBody), answer };
}

/** Doubles each time, spread over half of itself so that several workflows don't come back in step. */
function pauseBefore(retry: number, { answer }: Exchange): number {
	const asked = (answer && retryAfter(answer.headers, Date.now())) ?? 0;
	return Math.max(asked, FIRST_PAUSE_MS * 2 ** retry * (0.5 + Math.random() / 2));
}

/** n8n's sleep can't be interrupted. In slices it leaves no timer behind for longer than this. */
const SLICE_MS = 1000;

/** Ends at once when the signal is aborted, and never rejects. */
export async function pauseUnlessAborted(
	milliseconds: number,
	signal?: AbortSignal,
): Promise<void> {
	let stop = () => {};
	const stopped = new Promise<void>((resolve) => (stop = resolve));
	signal?.addEventListener('abort', stop, { once: true });
	const until = Date.now() + milliseconds;
	for (let left = milliseconds; left > 0 && !signal?.aborted; left = until - Date.now()) {
		await Promise.race([sleep(Math.ceil(Math.min(left, SLICE_MS))), stopped]);
	}
	signal?.removeEventListener('abort', stop);
}
