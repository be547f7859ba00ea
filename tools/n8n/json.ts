export type JsonRecord = Record<string, unknown>;

export function isRecord(value: unknown): value is JsonRecord {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** JSON.parse without its `any`. */
export function parseJson(text: string): unknown {
	return JSON.parse(text);
}
