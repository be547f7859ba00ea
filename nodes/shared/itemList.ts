import { THIS_ITEM, type Refusal } from './parameters';
import type { UserMessage } from './api/problems';

/** How many runs of items a list names before it only counts the others. */
const NAMED = 10;

/**
 * "item 3", or "items 0–4, 6 and 9": counted from 0, as n8n's editor does.
 *
 * @param most how many runs are named before the rest is only counted
 */
export function itemList(items: readonly number[], most = NAMED): string {
	const sorted = [...items].sort((a, b) => a - b);
	const ranges: Array<[number, number]> = [];
	for (const item of sorted) {
		const last = ranges[ranges.length - 1];
		if (last && item === last[1] + 1) last[1] = item;
		else ranges.push([item, item]);
	}
	const words = ranges
		.slice(0, most)
		.map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`));
	const more = ranges.slice(most).reduce((sum, [from, to]) => sum + to - from + 1, 0);
	return `${sorted.length === 1 ? 'item' : 'items'} ${listed(more > 0 ? [...words, `${more} more`] : words)}`;
}

/** "a, b and c" */
export function listed(words: readonly string[]): string {
	return words.length < 2
		? words.join('')
		: `${words.slice(0, -1).join(', ')} and ${words[words.length - 1]}`;
}

/** A row that is not sent. */
export interface RefusedRow {
	item: number;
	refusal: Refusal;
}

/** How long a message may be before the rows behind further reasons are only counted. */
const MESSAGE_LENGTH = 400;
/** How many runs of numbers a short list names. */
const NAMED_RUNS = 4;
/** A message that stands for itself may quote what was written; so much of it is enough. */
const QUOTED_LENGTH = 120;

/** "3", or "0–4, 6 and 2 more" */
export const shortList = (numbers: readonly number[]) =>
	itemList(numbers, NAMED_RUNS).replace(/^items? /, '');

const SINGULAR: Readonly<Record<string, string>> = { have: 'has', are: 'is', do: 'does' };

/** "18 rows have no country code (rows 0, 1 and 3–17): choose a Default Country" */
function groupOf(refusals: readonly RefusedRow[]): string {
	const items = refusals.map(({ item }) => item);
	const [{ refusal }] = refusals;
	const rows = `${items.length === 1 ? 'row' : 'rows'} ${shortList(items)}`;
	if (refusal.kind === undefined) return `${shortened(refusal.message)} (${rows})`;
	const { reason, advice } = refusal.kind;
	const said =
		items.length === 1
			? `1 row ${reason.replace(/^\w+/, (verb) => SINGULAR[verb] ?? verb)}`
			: `${items.length} rows ${reason}`;
	return `${said} (${rows})${advice === undefined ? '' : `: ${advice}`}`;
}

const shortened = (message: string) =>
	message.length > QUOTED_LENGTH ? `${message.slice(0, QUOTED_LENGTH - 1)}…` : message;

function byReason(refusals: readonly RefusedRow[]): RefusedRow[][] {
	const groups = new Map<string, RefusedRow[]>();
	for (const row of refusals) {
		const key = row.refusal.kind?.reason ?? row.refusal.message;
		const group = groups.get(key);
		if (group === undefined) groups.set(key, [row]);
		else group.push(row);
	}
	return [...groups.values()].sort((one, other) => other.length - one.length);
}

/**
 * The message for rows that were refused before anything was sent. Many rows are grouped by what they have in common,
 * the largest group first; however many there are, the message stays a few hundred characters long.
 *
 * @param total how many rows there are, good and bad
 * @param sentNothing what therefore did not happen, such as "nobody was called"
 */
export function refusedRows(
	refusals: readonly RefusedRow[],
	total: number,
	sentNothing = 'nothing was sent',
): UserMessage {
	if (refusals.length === 1) {
		const { message, label, kind } = refusals[0].refusal;
		const what = label === THIS_ITEM ? 'it' : label;
		const advice = kind?.adviceForOne ?? `Change ${what} and run the node again`;
		return {
			message,
			description: `Nothing was sent${total > 1 ? ` for any of the ${total} items` : ''}. ${advice}${total > 1 ? ", or set On Error to Continue in the node's settings to send the others" : ''}.`,
		};
	}
	const start = `${refusals.length} of ${total} rows can't be used, so ${sentNothing}: `;
	const [first, ...further] = byReason(refusals);
	const named = [groupOf(first)];
	let unnamed = 0;
	for (const group of further) {
		const words = groupOf(group);
		if (unnamed === 0 && [start, ...named, words].join('; ').length <= MESSAGE_LENGTH) {
			named.push(words);
		} else unnamed += group.length;
	}
	const more =
		unnamed === 0 ? [] : [unnamed === 1 ? '1 more row' : `${unnamed} more rows for other reasons`];
	return {
		message: `${start}${[...named, ...more].join('; ')}`,
		description:
			"Change these rows and run the node again, or set On Error to Continue in the node's settings to send the others.",
	};
}
