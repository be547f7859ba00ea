import { PassingFault } from './passingFault';
import { callIdIn, timeOf, type ApiRecord } from './record';

export interface Page {
	elements: ApiRecord[];
	/** Whether there is a page after it, as far as it says. */
	goesOn: boolean;
}

/** @param number counted from 1 */
export type ReadPage = (number: number) => Promise<Page>;

/** Pages without a new call, after which there may be no end to them. */
const MOST_REPEATED = 10;
const REPEATED = 'Samora returned the same calls on several pages of the list';

/**
 * Reads calls, those that changed last first, down to those that did not change since a time.
 *
 * A call that changes meanwhile moves to the first page and pushes others to a later one. So one page is read after the
 * other, never side by side: then those that move are read again, and none is passed over. The call itself is found by
 * the next reading, for its change is newer than anything that was read.
 *
 * @param since milliseconds since 1970
 */
export async function callsSince(read: ReadPage, since: number): Promise<ApiRecord[]> {
	const calls: ApiRecord[] = [];
	const known = new Set<string>();
	let repeated = 0;
	for (let number = 1; ; number++) {
		const { elements, goesOn } = await read(number);
		const before = known.size;
		for (const call of elements) known.add(callIdIn(call));
		calls.push(...elements);
		if (!goesOn || reaches(elements, since)) return calls;
		repeated = known.size === before ? repeated + 1 : 0;
		if (repeated === MOST_REPEATED) throw new PassingFault(REPEATED, false);
	}
}

/** Whether all that comes after these is older. That is only known of pages that are sorted. */
function reaches(elements: ApiRecord[], since: number): boolean {
	const times = elements.map(({ updated_at }) => timeOf(updated_at) ?? NaN);
	const sorted = times.every((time, n) => n === 0 || time <= times[n - 1]);
	return sorted && times[times.length - 1] < since;
}
