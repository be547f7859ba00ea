import type { JsonRecord } from '../tools/json';
import type { Stage } from './stage';
import { CALLS_TABLE } from './workflows';

/** A row of the data table that the workflow "Log call outcomes" fills: one per call. */
export interface LoggedCall {
	name: string;
	phone: string;
	status: string;
	seconds: number | null;
	recordingUrl: string;
	callId: string;
}

export async function loggedCalls({ client, tables }: Stage): Promise<LoggedCall[]> {
	return (await client.dataTableRows(tables[CALLS_TABLE])).map(asLoggedCall);
}

export function describe({ name, phone, status, seconds, recordingUrl }: LoggedCall): string {
	const details = [
		status,
		...(seconds === null ? [] : [`${seconds} s`]),
		...(recordingUrl ? ['recorded'] : []),
	];
	return `${name} (${phone}): ${details.join(', ')}`;
}

function asLoggedCall(row: JsonRecord): LoggedCall {
	const text = (column: string) => (typeof row[column] === 'string' ? row[column] : '');
	return {
		name: text('name'),
		phone: text('phone'),
		status: text('status'),
		seconds: typeof row.seconds === 'number' ? row.seconds : null,
		recordingUrl: text('recording_url'),
		callId: text('call_id'),
	};
}
