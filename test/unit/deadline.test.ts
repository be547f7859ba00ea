import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { abortedAfter } from '../../nodes/shared/api/deadline';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const aborted = async (signal: AbortSignal): Promise<void> =>
	await new Promise((resolve) => signal.addEventListener('abort', () => resolve()));

describe('abortedAfter', () => {
	it.each([
		['alone', undefined],
		['beside the signal of the execution', new AbortController().signal],
	])('aborts in time although nobody holds it while garbage is collected: %s', async (_, other) => {
		const ends = Array.from({ length: 20 }, async () => await aborted(abortedAfter(200, other)));
		// What is still in use in this turn of the event loop is no garbage yet.
		await new Promise(setImmediate);
		collectGarbage();
		await Promise.all(ends);
	});

	it('aborts with the other signal', async () => {
		const stop = new AbortController();
		const end = aborted(abortedAfter(60_000, stop.signal));
		stop.abort();
		await end;
	});
});
