import { setTimeout as sleep } from 'node:timers/promises';

export interface UntilOptions {
	timeoutMs?: number;
	everyMs?: number;
	/** What the error message says if it times out. Default: the function's source. */
	what?: string;
}

/** Waits until `fn` returns something truthy, and resolves to it. */
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
