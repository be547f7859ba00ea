import type { CallView } from '../update';

/** Real milliseconds for which an ended call keeps its place, so that its outcome is seen. */
const LINGERS_MS = 2_500;

/**
 * Which call stands where on the board of phones. A call keeps its place while it goes on, and a new one takes the first
 * that is free, or else that of an ended call: nothing jumps about when hundreds begin and end.
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
