import { jsonObject, keyValues, Refusal, type ReadParameter } from '../../../../shared/parameters';
import { pickedFields } from './pickedFields';

/** A row of a campaign, as the API takes it. */
export interface Recipient {
	to_number: string;
	call_variables?: Record<string, unknown>;
}

/** A recipient, and how many bytes of JSON it has in a request. */
export interface Measured {
	recipient: Recipient;
	bytes: number;
}

/** The limits of one request to add recipients, and of one recipient. Sizes in bytes of UTF-8 JSON. */
export const LIMITS = {
	recipients: 5000,
	requestBytes: 2 * 1024 * 1024,
	variablesBytes: 4 * 1024,
} as const;

const jsonBytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value), 'utf8');

const ENVELOPE_BYTES = jsonBytes({ phone_numbers: [] });
const NUMBER_BYTES = jsonBytes({ to_number: '' });
const VARIABLES_BYTES = jsonBytes({ to_number: '', call_variables: {} }) - NUMBER_BYTES - 2;

/**
 * @param to_number as the API takes it
 * @param row the input item's JSON
 * @throws Refusal
 */
export function recipientWith(
	to_number: string,
	read: ReadParameter,
	row: Record<string, unknown>,
): Measured {
	const bytes = NUMBER_BYTES + to_number.length;
	const variables = callVariables(read, row);
	return variables === undefined
		? { recipient: { to_number }, bytes }
		: {
				recipient: { to_number, call_variables: variables.values },
				bytes: bytes + VARIABLES_BYTES + variables.bytes,
			};
}

/**
 * The variables of one row, with their size; undefined for none.
 *
 * @param row the input item's JSON
 * @throws Refusal
 */
export function callVariables(
	read: ReadParameter,
	row: Record<string, unknown>,
): { values: Record<string, unknown>; bytes: number } | undefined {
	const values = chosenVariables(read, row);
	if (Object.keys(values).length === 0) return undefined;
	const bytes = jsonBytes(values);
	if (bytes > LIMITS.variablesBytes) {
		throw new Refusal(
			'Call Variables',
			`Call Variables can have up to ${LIMITS.variablesBytes} bytes of JSON per recipient, but these have ${bytes}`,
		);
	}
	return { values, bytes };
}

function chosenVariables(
	read: ReadParameter,
	row: Record<string, unknown>,
): Record<string, unknown> {
	switch (read('variablesMode')) {
		case 'allFields':
			return row;
		case 'selectedFields':
			return pickedFields(row, read('variableFields'));
		case 'keyValue':
			return keyValues(read('variables'), 'Variables');
		case 'json':
			return jsonObject(read('variablesJson'), 'Variables JSON');
		default:
			return {};
	}
}

/** Fills requests up to the API's limits, in order. */
export function inRequests<Row extends Pick<Measured, 'bytes'>>(rowsToSend: Row[]): Row[][] {
	const requests: Row[][] = [];
	let bytes = 0;
	for (const row of rowsToSend) {
		const current = requests[requests.length - 1];
		// With the comma that separates it from the one before.
		const size = row.bytes + 1;
		if (current && current.length < LIMITS.recipients && bytes + size <= LIMITS.requestBytes) {
			current.push(row);
			bytes += size;
		} else {
			requests.push([row]);
			bytes = ENVELOPE_BYTES + row.bytes;
		}
	}
	return requests;
}
