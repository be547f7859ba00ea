import { PassingFault } from './passingFault';
import { idOf, timeOf, type ApiRecord } from './record';

export interface Page {
	elements: ApiRecord[];
	/** Whether there is a page after it, as far as it tells. */
	goesOn: boolean;
}

/** @param number counted from 1 */
export type ReadPage = (number: number) => Promise<Page>;

/** Pages read side by side, after the first. */
const PAGES_AT_ONCE = 4;
/** Pages without a new call, after which there may be no end to them. */
const MOST_REPEATED = 10;
const REPEATED = 'Samora gave the same calls on one page of the list after the other';

/**
 * Reads calls, those that changed last first, down to those that did not change since a time.
 *
 * A call that changes meanwhile moves to the first page and pushes others to a later one, where they are read again.
 * It is itself found by the next reading, for its change is newer than anything that was read.
 *
 * @param since milliseconds since 1970
 */
export async function callsSince(read: ReadPage, since: number): Promise<ApiRecord[]> {
	const calls: ApiRecord[] = [];
	const known = new Set<string>();
	let repeated = 0;
	for (let next = 1; ;) {
		const count = next === 1 ? 1 : PAGES_AT_ONCE;
		const pages = await Promise.all(Array.from({ length: count }, (_, n) => read(next + n)));
		next += count;
		for (const { elements, goesOn } of pages) {
			const before = known.size;
			for (const call of elements) known.add(idOf(call));
			calls.push(...elements);
			if (!goesOn || reaches(elements, since)) return calls;
			repeated = known.size === before ? repeated + 1 : 0;
			if (repeated === MOST_REPEATED) throw new PassingFault(REPEATED, false);
		}
	}
}

/** Whether all that comes after these is older. That is only known of pages that are sorted. */
function reaches(elements: ApiRecord[], since: number): boolean {
	const times = elements.map(({ updated_at }) => timeOf(updated_at) ?? NaN);
	const sorted = times.every((time, n) => n === 0 || time <= times[n - 1]);
	return sorted && times[times.length - 1] < since;
}
