import { lock } from 'proper-lockfile';

/** The lock of a killed process expires on its own. */
export async function lockFolder(
	folder: string,
	{ onHeld, signal }: { onHeld: () => void; signal?: AbortSignal },
): Promise<() => Promise<void>> {
	for (let held = false; ;) {
		signal?.throwIfAborted();
		try {
			const retries = held ? { retries: 2, minTimeout: 1_000 } : 0;
			return await lock(folder, { stale: 20_000, retries });
		} catch (error) {
			if (!(error instanceof Error && 'code' in error && error.code === 'ELOCKED')) throw error;
			if (!held) onHeld();
			held = true;
		}
	}
}
