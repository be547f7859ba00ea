import type { IExecuteFunctions } from 'n8n-workflow';

import { plainExpression, type PlainExpression } from './plainExpressions';

/** Gives the value of one item's parameter by its name, expressions evaluated. */
export type ReadParameter = (name: string) => unknown;

/** What rows with the same problem have in common, so that one message can cover all of them. */
export interface RefusalKind {
	/**
	 * Describes several rows, without their values: "have no country code". It starts with have, are, do, can or may.
	 */
	reason: string;
	/** What to do about it: "choose a Default Country". */
	advice?: string;
	/** The same to somebody whose only bad row it is: "choose a Default Country". Otherwise they are told to change the parameter. */
	adviceForOne?: string;
}

/** What to change if no single parameter can be named. */
export const THIS_ITEM = 'This item';

/** A parameter that the API would reject. The user sees the message, and nothing is sent. */
export class Refusal extends Error {
	/**
	 * @param label the parameter as the editor shows it
	 * @param kind for messages about many rows; without it, the sentence is used
	 */
	constructor(
		readonly label: string,
		message: string,
		readonly kind?: RefusalKind,
	) {
		super(message);
	}
}

/**
 * Returns a refusal instead of throwing it.
 *
 * @param what names what can't be read, if something other than a refusal is thrown
 */
export function attempt<Result>(
	look: () => Result,
	what: Refusal['label'] = THIS_ITEM,
): Result | Refusal {
	try {
		return look();
	} catch (thrown) {
		if (thrown instanceof Refusal) return thrown;
		return new Refusal(what, `${what} can't be read: ${reasonOf(thrown)}`);
	}
}

const reasonOf = (thrown: unknown): string =>
	thrown instanceof Error ? thrown.message : String(thrown);

/** Applies to the whole run and may be a list of 100,000 numbers, so it's only evaluated for the first item. */
const ASKED_ONCE = new Set(['doNotCall']);

/** What is needed to read the parameters of any item. */
type Readable = Pick<IExecuteFunctions, 'getNode' | 'evaluateExpression'>;

/**
 * Reads the parameters of any item, because all rows are checked before the first one is sent. Each expression is
 * evaluated once per item.
 *
 * @param items the input items, if there may be very many: expressions that only name their fields are read from them directly
 */
export function parameterReader(
	context: Readable,
	items: ReadonlyArray<{ json: Record<string, unknown> }> = [],
): (item: number) => ReadParameter {
	const { parameters } = context.getNode();
	const dynamic = new Set(Object.keys(parameters).filter((name) => isDynamic(parameters[name])));
	const plain = new Map<string, PlainExpression | undefined>();
	const expression = (text: string, item: number): unknown => {
		if (!plain.has(text)) plain.set(text, plainExpression(text));
		const json = items[item]?.json;
		const found = json && plain.get(text)?.(json);
		return found ? found.value : context.evaluateExpression(text, item);
	};
	const evaluate = (value: unknown, item: number): unknown => {
		if (typeof value === 'string') {
			return value.startsWith('=') ? expression(value.slice(1), item) : value;
		}
		if (Array.isArray(value)) return value.map((element) => evaluate(element, item));
		if (isRecord(value)) {
			return Object.fromEntries(
				Object.entries(value)
					.filter(([key]) => item === 0 || !ASKED_ONCE.has(key))
					.map(([key, element]) => [key, evaluate(element, item)]),
			);
		}
		return value;
	};
	return (item) => {
		const known = new Map<string, unknown>();
		return (name) => {
			if (!dynamic.has(name)) return parameters[name];
			if (!known.has(name)) {
				const what = `The expression in "${name}"`;
				known.set(
					name,
					attempt(() => evaluate(parameters[name], item), what),
				);
			}
			const value = known.get(name);
			if (value instanceof Refusal) throw value;
			return value;
		};
	};
}

const isDynamic = (value: unknown): boolean =>
	typeof value === 'string'
		? value.startsWith('=')
		: typeof value === 'object' && value !== null && Object.values(value).some(isDynamic);

/**
 * Evaluates all parameters of an item. n8n evaluates them too, needed or not, and stops the node between items if one
 * can't be evaluated. This finds out before anything is sent.
 *
 * @throws Refusal for the first parameter that can't be evaluated
 */
export function readAll(context: Readable, read: ReadParameter): void {
	for (const name of Object.keys(context.getNode().parameters)) read(name);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The fields of a collection; {} if it is empty. */
export const recordOf = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {});

/** A value for a message: short, on one line. */
export function shown(value: unknown): string {
	if (value === undefined || value === null || value === '') return 'empty';
	const text = typeof value === 'string' ? value : JSON.stringify(value);
	const line = text.replace(/\s+/g, ' ').trim();
	return `"${line.length > 60 ? `${line.slice(0, 57)}…` : line}"`;
}

/** Text without surrounding spaces; '' for no value. */
export function trimmed(value: unknown): string {
	return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * An ID of a call, campaign or webhook: a UUID. ASSUMPTION: if Samora ever uses numbers as IDs, they are accepted too.
 */
export function samoraId(value: unknown, label: string): string {
	// A resource locator carries its ID inside.
	const id = trimmed(isRecord(value) && '__rl' in value ? value.value : value);
	if (UUID.test(id) || /^\d{6,}$/.test(id)) return id;
	throw new Refusal(
		label,
		id === ''
			? `${label} is empty. Enter a UUID such as 123e4567-e89b-12d3-a456-426614174000`
			: `${label} must be a UUID such as 123e4567-e89b-12d3-a456-426614174000, but it is ${shown(id)}`,
	);
}

/** Text of `min` to `max` characters. */
export function text(
	value: unknown,
	label: string,
	{ min = 1, max }: { min?: number; max: number },
): string {
	const given = trimmed(value);
	// An emoji is one character to the API, and two units to JavaScript.
	const { length } = [...given];
	if (length < min) throw new Refusal(label, `${label} is empty`);
	if (length > max) {
		throw new Refusal(
			label,
			`${label} can have up to ${max} characters, but this one has ${length}`,
		);
	}
	return given;
}

/** A whole number within limits. Text is fine too, because expressions often return numbers as text. */
export function integer(
	value: unknown,
	label: string,
	{ min, max = Infinity }: { min: number; max?: number },
): number {
	const given = trimmed(value) === '' ? NaN : Number(value);
	if (Number.isInteger(given) && given >= min && given <= max) return given;
	const range = max === Infinity ? `of at least ${min}` : `from ${min} to ${max}`;
	throw new Refusal(label, `${label} must be a whole number ${range}, but it is ${shown(value)}`);
}

/** A number within limits, whole or not. */
export function quantity(
	value: unknown,
	label: string,
	{ min, max, unit }: { min: number; max: number; unit: string },
): number {
	const given = trimmed(value) === '' ? NaN : Number(value);
	if (given >= min && given <= max) return given;
	throw new Refusal(
		label,
		`${label} must be a number from ${min} to ${max} ${unit}, but it is ${shown(value)}`,
	);
}

/** One of the API's values. */
export function oneOf<Word extends string>(
	value: unknown,
	label: string,
	words: readonly Word[],
): Word {
	const word = words.find((known) => known === value);
	if (word !== undefined) return word;
	throw new Refusal(
		label,
		`${label} must be one of ${words.join(', ')}, but it is ${shown(value)}`,
	);
}

/** One or more of the API's values, without duplicates. */
export function someOf<Word extends string>(
	value: unknown,
	label: string,
	words: readonly Word[],
): Word[] {
	const list = typeof value === 'string' ? value.split(',').map((word) => word.trim()) : value;
	if (!Array.isArray(list) || list.length === 0) {
		throw new Refusal(label, `${label} needs at least one of ${words.join(', ')}`);
	}
	return [...new Set(list.map((word) => oneOf(word, label, words)))];
}

/** A JSON object, given as one or as text. */
export function jsonObject(value: unknown, label: string): Record<string, unknown> {
	if (typeof value === 'string' && value.trim() === '') return {};
	const parsed = typeof value === 'string' ? parseJson(value) : { value };
	if ('reason' in parsed) throw new Refusal(label, `${label} is not valid JSON: ${parsed.reason}`);
	if (isRecord(parsed.value)) return parsed.value;
	throw new Refusal(
		label,
		`${label} must be a JSON object such as {"first_name": "Ada"}, but it is ${shown(value)}`,
	);
}

function parseJson(text: string): { value: unknown } | { reason: string } {
	try {
		return { value: JSON.parse(text) };
	} catch (fault) {
		return { reason: reasonOf(fault) };
	}
}

/** The rows of a fixed collection's `values`; [] if it is empty. */
export function rows(value: unknown): Array<Record<string, unknown>> {
	if (!isRecord(value) || !Array.isArray(value.values)) return [];
	return value.values.filter(isRecord);
}

/** Key/value rows as an object. Empty rows are ignored; a value without a key is refused. */
export function keyValues(
	value: unknown,
	label: string,
	[keyName, valueName]: readonly [string, string] = ['key', 'value'],
): Record<string, unknown> {
	const pairs = new Map<string, unknown>();
	for (const row of rows(value)) {
		const key = trimmed(row[keyName]);
		const given = row[valueName];
		if (key === '' && trimmed(given) === '') continue;
		if (key === '') throw new Refusal(label, `${label} has a row without a name: ${shown(given)}`);
		if (pairs.has(key)) throw new Refusal(label, `${label} has ${shown(key)} twice`);
		pairs.set(key, given);
	}
	return Object.fromEntries(pairs);
}
