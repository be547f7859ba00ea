import type { UserMessage } from '../../shared/api/problems';
import { itemList } from '../../shared/itemList';
import type { Accepted } from './memory/runMemory';

/** How many calls a description names. A retry gives out all of them. */
const NAMED_CALLS = 10;

/**
 * Adds to a message what was accepted beside the item that made the node stop: "3 calls were placed (items 0 and 2–3)".
 *
 * @param nouns what accepted items are called, one and several
 */
export function withAccepted(
	{ message, description }: UserMessage,
	accepted: ReadonlyMap<number, Accepted>,
	item: number,
	[one, several]: readonly [string, string] = ['item went through', 'items went through'],
): UserMessage {
	const others = [...accepted.keys()].filter((other) => other !== item);
	if (others.length === 0) return { message, description };
	const count = `${others.length} ${others.length === 1 ? one : several}`;
	return {
		message: `${message}. ${count} (${itemList(others)})`,
		description:
			`${description} Neither Retry On Fail nor a retry of this execution from the list of executions repeats that, but running the step again does.${callIds(others, accepted)}`.trim(),
	};
}

function callIds(items: readonly number[], accepted: ReadonlyMap<number, Accepted>): string {
	const ids = items.flatMap((item) => {
		const id = accepted.get(item)?.output[0]?.call_id;
		return typeof id === 'string' ? [`${id} (item ${item})`] : [];
	});
	if (ids.length === 0) return '';
	const more = ids.length - NAMED_CALLS;
	return ` Call IDs: ${ids.slice(0, NAMED_CALLS).join(', ')}${more > 0 ? ` and ${more} more` : ''}.`;
}
