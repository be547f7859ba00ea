import { setTimeout as pause } from 'node:timers/promises';

export interface WaitOptions {
	/** The subject of "… did not happen within 30 s". */
	what: string;
	timeoutMs?: number;
	everyMs?: number;
	signal?: AbortSignal;
}

/**
 * Polls until the result isn't undefined, null or false, and returns it. If the function throws, polling stops and the
 * error is thrown.
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
