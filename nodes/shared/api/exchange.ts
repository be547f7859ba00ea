import { sleep } from 'n8n-workflow';

import { fateOfAnswer, readFault, retryAfter, type Answer, type Fate, type Fault } from './answers';

/** How a request ended: an answer or a fault, and what that means for it. */
export type Exchange = { fate: Fate; answer: Answer } | { fate: Fate; fault: Fault };

export interface Patience {
	/** Sending it twice changes nothing: GET, PUT, DELETE. Then it may be repeated though its fate is unknown. */
	harmless: boolean;
	/** Repeat it though its fate is unknown and doing it twice is not harmless: the person said so. */
	evenIfUnknown?: boolean;
	/** Whether the body of a success is what it should be. What is not may come from something else than Samora. */
	whole?: (body: unknown) => boolean;
	/** A 404 after an attempt of unknown fate means that attempt did it: DELETE. */
	goneIsDone?: boolean;
	/** Attempts after the first; a few unless it says otherwise. */
	repeats?: number;
	/** When Samora asks to wait longer than this, in milliseconds, the person is told instead; a minute by default. */
	longestPause?: number;
	/** Aborted when the person stops the execution. */
	signal?: AbortSignal;
}

/** Attempts after the first. With the pauses below that is about 4 seconds, within a person's patience. */
const REPEATS = 3;
const FIRST_PAUSE_MS = 500;
/** When Samora asks to wait longer than this, the person is told instead of kept waiting. */
const LONGEST_PAUSE_MS = 60_000;

/**
 * Sends a request, and sends it again while that can help and cannot harm: what never reached Samora, what it
 * turned away for its rate (429), and, where repeating is harmless, what has an unknown fate.
 *
 * @param request sends once; rejects where there was no answer
 */
export async function exchange(
	request: () => Promise<Answer>,
	{
		harmless,
		evenIfUnknown = false,
		whole,
		goneIsDone = false,
		repeats = REPEATS,
		longestPause = LONGEST_PAUSE_MS,
		signal,
	}: Patience,
): Promise<Exchange> {
	let perhapsDone = false;
	for (let repeat = 0; ; repeat++) {
		if (signal?.aborted && repeat === 0) return STOPPED;
		const ended = await once(request, whole);
		if (goneIsDone && perhapsDone && 'answer' in ended && ended.answer.statusCode === 404) {
			return { ...ended, fate: 'done' };
		}
		perhapsDone ||= ended.fate === 'unknown';
		const pause = pauseBefore(repeat, ended);
		if (
			worthRepeating(ended, harmless || evenIfUnknown) &&
			repeat < repeats &&
			pause <= longestPause
		) {
			await pauseUnlessAborted(pause, signal);
			if (!signal?.aborted) continue;
		}
		// Being turned away this time does not undo what an earlier attempt may have done. What may be repeated
		// has its answer now.
		const answered = ended.fate === 'done' || (harmless && ended.fate === 'refused');
		return perhapsDone && !answered ? { ...ended, fate: 'unknown' } : ended;
	}
}

function worthRepeating(ended: Exchange, evenIfUnknown: boolean): boolean {
	switch (ended.fate) {
		case 'busy':
			return true;
		case 'unreached':
			// What was kept back on purpose is kept back the next time too.
			return 'fault' in ended && ended.fault.words === undefined;
		case 'unknown':
			return evenIfUnknown;
		default:
			return false;
	}
}

const STOPPED: Exchange = {
	fate: 'cancelled',
	fault: { code: '', fate: 'cancelled' },
};

async function once(
	request: () => Promise<Answer>,
	whole?: (body: unknown) => boolean,
): Promise<Exchange> {
	let answer: Answer;
	try {
		answer = await request();
	} catch (thrown) {
		const fault = readFault(thrown);
		return { fate: fault.fate, fault };
	}
	return { fate: fateOfAnswer(answer, whole), answer };
}

/** Doubling, and spread over half of itself so that several workflows do not come back in step. */
function pauseBefore(repeat: number, ended: Exchange): number {
	const asked = 'answer' in ended ? retryAfter(ended.answer.headers, Date.now()) : undefined;
	return asked ?? FIRST_PAUSE_MS * 2 ** repeat * (0.5 + Math.random() / 2);
}

/** n8n's sleep cannot be broken off; in slices it leaves no timer behind for longer than this. */
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
