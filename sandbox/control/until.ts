import { setTimeout as sleep } from 'node:timers/promises';

export interface UntilOptions {
	timeoutMs?: number;
	everyMs?: number;
	/** What is waited for, for the message when it does not come; the function's text when left out. */
	what?: string;
}

/** Waits until `fn` gives something truthy, and resolves to that. */
export async function until<T>(
	fn: () => T | Promise<T>,
	{ timeoutMs = 10_000, everyMs = 20, what = fn.toString() }: UntilOptions = {},
): Promise<NonNullable<T>> {
	const deadline = Date.now() + timeoutMs;
	for (;;) {
		const result = await fn();
		if (result) return result;
		if (Date.now() >= deadline) throw new Error(`Not within ${timeoutMs} ms: ${what}`);
		await sleep(everyMs);
	}
}
