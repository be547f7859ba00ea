import type { INodeProperties } from 'n8n-workflow';

import { shortList } from '../../shared/itemList';
import { attempt, Refusal, type RefusalKind } from '../../shared/parameters';
import { readNumber, type NumberOptions } from '../../shared/phone/phoneNumber';

const LABEL = 'Do Not Call';

export const doNotCallField: INodeProperties = {
	displayName: LABEL,
	name: 'doNotCall',
	type: 'string',
	typeOptions: { rows: 4 },
	default: '',
	placeholder: 'e.g. +14155550100, +442079460018',
	description:
		"Numbers that must not be called: one per line, separated by commas, or an expression that returns a list. They are read like To Number. If an entry can't be read, nobody is called.",
};

/** How the numbers of the rows are read: each way once. */
type Ways = readonly NumberOptions[];

/**
 * The numbers that are not called, in E.164. The list is the same for the whole run: read it once.
 *
 * @param options the values of the options; without doNotCall in them there is no list
 * @param ways how the rows read numbers. Where they differ, as with a Default Country of each row's own, nobody can
 * tell what a number without a country code in the list means, and it is refused
 * @throws Refusal for entries that can't be read: the people they stand for might be called
 */
export function doNotCallList(options: Record<string, unknown>, ways: Ways): ReadonlySet<string> {
	if (!Object.hasOwn(options, 'doNotCall')) return new Set();
	const entries = entriesOf(options.doNotCall);
	const differs = ways.length > 1;
	const [way = {}] = differs ? [] : ways;
	const numbers = new Set<string>();
	const unread: Array<[position: number, refusal: Refusal]> = [];
	entries.forEach((entry, index) => {
		if (isBlank(entry)) return;
		const label = `${LABEL} entry ${index + 1}`;
		const number = attempt(() => readNumber(entry, { ...way, label }), label);
		if (number instanceof Refusal) unread.push([index + 1, number]);
		else numbers.add(number);
	});
	if (unread.length > 0) throw aboutUnread(unread, differs);
	if (numbers.size === 0 && !isEmpty(entries)) throw withoutNumbers(entries.length);
	return numbers;
}

/** For messages about many rows. */
const kind: RefusalKind = {
	reason: "have a Do Not Call list that can't be read",
	advice: 'correct the list',
};

function aboutUnread(unread: Array<[number, Refusal]>, differs: boolean): Refusal {
	const [[, first], ...others] = unread;
	const because = differs ? " (Default Country isn't the same for all rows)" : '';
	const more =
		others.length === 0
			? ''
			: `; ${others.length} more ${others.length === 1 ? 'entry' : 'entries'} can't be read: ${shortList(others.map(([position]) => position))}`;
	return new Refusal(LABEL, `${first.message}${because}${more}`, kind);
}

/** The list of a column that doesn't exist has as many entries as rows, and nothing in them. */
const withoutNumbers = (count: number): Refusal =>
	new Refusal(
		LABEL,
		`${LABEL} has ${count === 1 ? 'one entry, which is' : `${count} entries, which are all`} empty. If the list comes from a column, check the column's name`,
		kind,
	);

/** Whether the list says that nobody is on it. An empty text is split into one empty entry. */
const isEmpty = (entries: readonly unknown[]): boolean =>
	entries.length === 0 || (entries.length === 1 && typeof entries[0] === 'string');

/** As text, the entries are lines, or parts between commas or semicolons. */
function entriesOf(value: unknown): unknown[] {
	if (typeof value === 'string') return value.split(/\r\n|[\n\r,;]/);
	if (Array.isArray(value)) return value;
	if (typeof value === 'number') return [value];
	throw new Refusal(
		LABEL,
		value === undefined || value === null
			? `${LABEL} is an expression that returns nothing. It must return a list of numbers, which can be empty`
			: `${LABEL} must be text or a list of numbers, such as {{ $('Sheet').all().map((row) => row.json.phone) }}`,
		kind,
	);
}

const isBlank = (entry: unknown) =>
	entry === undefined || entry === null || (typeof entry === 'string' && entry.trim() === '');

/** Why a number is not called. */
export const onDoNotCall = (number: string): string => `${number} is on the Do Not Call list`;
