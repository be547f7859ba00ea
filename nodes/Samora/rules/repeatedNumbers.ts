import type { INodeProperties } from 'n8n-workflow';

import { oneOf, trimmed } from '../../shared/parameters';

const LABEL = 'Repeated Numbers';
const WAYS = ['call', 'skip', 'refuse'] as const;

/** What to do with an item whose number an earlier item of the run already has. */
export type OnRepeat = (typeof WAYS)[number];

/** A list that has somebody twice is usually an accident. */
const DEFAULT: OnRepeat = 'skip';

export const repeatedNumbersField: INodeProperties = {
	displayName: LABEL,
	name: 'repeatedNumbers',
	type: 'options',
	options: [
		{ name: 'Call Each', value: 'call', description: 'The person is called once for every item' },
		{
			name: 'Refuse Repeats',
			value: 'refuse',
			description: 'Each item that repeats an earlier number counts as a bad row',
		},
		{
			name: 'Skip Repeats',
			value: 'skip',
			description:
				'Only the first item is called. The others come out as skipped, with the reason.',
		},
	],
	default: 'skip',
	description: 'What to do when several items of one run have the same number',
};

export const onRepeat = (value: unknown): OnRepeat => oneOf(trimmed(value) || DEFAULT, LABEL, WAYS);

/**
 * Which items repeat a number, and the latest item before that has it.
 *
 * @param numbers the number of each item as it would be dialed; undefined for items that are not
 */
export function repeats(numbers: ReadonlyArray<string | undefined>): Map<number, number> {
	const latestWith = new Map<string, number>();
	const repeating = new Map<number, number>();
	numbers.forEach((number, item) => {
		if (number === undefined) return;
		const before = latestWith.get(number);
		if (before !== undefined) repeating.set(item, before);
		latestWith.set(number, item);
	});
	return repeating;
}
