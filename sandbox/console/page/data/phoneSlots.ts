import type { CallView } from '../../update';

/** How long an ended call keeps its place, in real milliseconds, so that you can see its outcome. */
const LINGERS_MS = 2_500;

/**
 * Assigns calls to places on the phone board. A call keeps its place while it lasts. A new call takes the first free place, or
 * that of an ended call. Phones therefore don't move when hundreds of calls start and end.
 */
export function takeSlots(
	before: ReadonlyArray<CallView | null>,
	calls: readonly CallView[],
	{ now, speed }: { now: number; speed: number },
): Array<CallView | null> {
	const isSeen = ({ endedAt }: CallView) => endedAt === null || now - endedAt < LINGERS_MS * speed;
	const present = new Map(calls.filter((call) => isSeen(call)).map((call) => [call.id, call]));
	const slots = before.map((call) => {
		const same = call && present.get(call.id);
		if (same) present.delete(same.id);
		return same ?? null;
	});
	const free = slots.flatMap((call, place) => (call === null ? [place] : []));
	const ended = slots.flatMap((call, place) => (call && call.endedAt !== null ? [place] : []));
	const places = [...free, ...ended];
	// The newest stand first among the calls.
	for (const call of [...present.values()].reverse()) {
		const place = places.shift();
		if (place !== undefined) slots[place] = call;
		else if (call.endedAt === null) slots.push(call);
	}
	while (slots.at(-1) === null) slots.pop();
	return slots;
}
