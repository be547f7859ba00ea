import type { Refusal } from './parameters';
import type { UserMessage } from './api/problems';

/** How many rows a message names before it only counts them. */
const NAMED = 10;

/** "item 3", or "items 0–4, 6 and 9": counted from 0, as n8n's editor does. */
export function itemList(items: readonly number[]): string {
	const sorted = [...items].sort((a, b) => a - b);
	const ranges: Array<[number, number]> = [];
	for (const item of sorted) {
		const last = ranges[ranges.length - 1];
		if (last && item === last[1] + 1) last[1] = item;
		else ranges.push([item, item]);
	}
	const words = ranges
		.slice(0, NAMED)
		.map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`));
	const more = ranges.slice(NAMED).reduce((sum, [from, to]) => sum + to - from + 1, 0);
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

/** The sentence for rows that were refused before anything was sent. */
export function refusedRows(refusals: readonly RefusedRow[], total: number): UserMessage {
	if (refusals.length === 1) {
		return {
			message: refusals[0].refusal.message,
			description: `Nothing was sent${total > 1 ? ` for any of the ${total} items` : ''}. Change it and run the node again${total > 1 ? ', or set On Error to continue in the settings of the node to send the others' : ''}.`,
		};
	}
	const named = refusals
		.slice(0, NAMED)
		.map(({ item, refusal }) => `[item ${item}] ${refusal.message}`);
	const more = refusals.length - named.length;
	return {
		message: `${refusals.length} of ${total} items cannot be sent, so nothing was sent: ${[...named, ...(more > 0 ? [`and ${more} more`] : [])].join('; ')}`,
		description:
			'Change these items and run the node again, or set On Error to continue in the settings of the node to send the others.',
	};
}
