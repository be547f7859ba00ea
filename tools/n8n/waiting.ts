import { setTimeout as pause } from 'node:timers/promises';

export interface WaitOptions {
	/** What is waited for, as it reads in "… did not happen within 30 s". */
	what: string;
	timeoutMs?: number;
	everyMs?: number;
	signal?: AbortSignal;
}

/**
 * Asks again and again until there is an answer (anything but undefined, null and false) and gives that back.
 * A question that throws ends the waiting: only "not yet" is asked again.
 */
export async function waitFor<T>(
	question: () => Promise<T | undefined | null | false>,
	{ what, timeoutMs = 60_000, everyMs = 200, signal }: WaitOptions,
): Promise<T> {
	const deadline = Date.now() + timeoutMs;
	for (;;) {
		signal?.throwIfAborted();
		const answer = await question();
		if (answer !== undefined && answer !== null && answer !== false) return answer;
		if (Date.now() > deadline)
			throw new Error(`${what} did not happen within ${timeoutMs / 1000} s`);
		await pause(everyMs, undefined, { signal });
	}
}
