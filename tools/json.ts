export type JsonRecord = Record<string, unknown>;

export function isRecord(value: unknown): value is JsonRecord {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** JSON.parse that returns `unknown` instead of `any`. */
export function parseJson(text: string): unknown {
	return JSON.parse(text);
}
