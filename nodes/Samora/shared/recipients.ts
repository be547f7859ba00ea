import { jsonObject, keyValues, Refusal, trimmed, type ReadParameter } from './parameters';

/** A row of a campaign, as the API takes it. */
export interface Recipient {
	to_number: string;
	call_variables?: Record<string, unknown>;
}

/** The limits of one request to add recipients, and of one recipient. Sizes in bytes of UTF-8 JSON. */
export const LIMITS = {
	recipients: 5000,
	requestBytes: 2 * 1024 * 1024,
	variablesBytes: 4 * 1024,
} as const;

const jsonBytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value), 'utf8');

/**
 * The variables of one row.
 *
 * @param row the input item's JSON
 * @throws Refusal
 */
export function callVariables(
	read: ReadParameter,
	row: Record<string, unknown>,
): Record<string, unknown> | undefined {
	const variables = chosenVariables(read, row);
	if (Object.keys(variables).length === 0) return undefined;
	const bytes = jsonBytes(variables);
	if (bytes > LIMITS.variablesBytes) {
		throw new Refusal(
			'Call Variables',
			`Call Variables can have up to ${LIMITS.variablesBytes} bytes of JSON per recipient, but these have ${bytes}`,
		);
	}
	return variables;
}

function chosenVariables(
	read: ReadParameter,
	row: Record<string, unknown>,
): Record<string, unknown> {
	switch (read('variablesMode')) {
		case 'allFields':
			return row;
		case 'selectedFields': {
			const names = fieldNames(read('variableFields'));
			return Object.fromEntries(
				names.filter((name) => row[name] !== undefined).map((name) => [name, row[name]]),
			);
		}
		case 'keyValue':
			return keyValues(read('variables'), 'Variables');
		case 'json':
			return jsonObject(read('variablesJson'), 'Variables JSON');
		default:
			return {};
	}
}

function fieldNames(value: unknown): string[] {
	const names = Array.isArray(value) ? value.map(trimmed) : trimmed(value).split(',');
	return names.map((name) => name.trim()).filter((name) => name !== '');
}

/** Fills requests up to the API's limits, in order. Each part keeps where its rows came from. */
export function inRequests<Row extends { recipient: Recipient }>(rowsToSend: Row[]): Row[][] {
	const envelope = jsonBytes({ phone_numbers: [] });
	const requests: Row[][] = [];
	let bytes = 0;
	for (const row of rowsToSend) {
		// With the comma that separates it from the one before.
		const size = jsonBytes(row.recipient) + 1;
		const current = requests[requests.length - 1];
		if (current && current.length < LIMITS.recipients && bytes + size <= LIMITS.requestBytes) {
			current.push(row);
			bytes += size;
		} else {
			requests.push([row]);
			// The first has no comma.
			bytes = envelope + size - 1;
		}
	}
	return requests;
}
