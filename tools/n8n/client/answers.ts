import { isRecord, type JsonRecord } from '../../json';

/** The value under these keys, each within the one before; undefined if there is none. */
export function at(value: unknown, ...keys: string[]): unknown {
	return keys.reduce<unknown>((inner, key) => (isRecord(inner) ? inner[key] : undefined), value);
}

/** Throws if n8n answered with something other than an object. */
export function record(value: unknown): JsonRecord {
	if (isRecord(value)) return value;
	throw new Error(`Expected an object from n8n, but got ${JSON.stringify(value)}`);
}

/** The answer itself as a list of objects, or the list under a key. */
export function list(value: unknown, key?: string): JsonRecord[] {
	const items = key === undefined ? value : record(value)[key];
	if (Array.isArray(items)) return items.map(record);
	throw new Error(`Expected a list from n8n, but got ${JSON.stringify(value)}`);
}

/** The text or number under a key, as text. */
export function text(value: unknown, key: string): string {
	const found = record(value)[key];
	if (typeof found === 'string' || typeof found === 'number') return String(found);
	throw new Error(`n8n's response has no "${key}": ${JSON.stringify(value)}`);
}

export function optionalText(value: unknown): string | undefined {
	return typeof value === 'string' ? value : undefined;
}
