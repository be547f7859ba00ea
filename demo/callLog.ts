import type { JsonRecord } from '../tools/n8n/json';
import type { Stage } from './stage';

/** A row of the data table that the workflow "Log call outcomes" fills. */
export interface LoggedEvent {
	event: string;
	lead: string;
	phone: string;
	status: string;
	seconds: number | null;
	recordingUrl: string;
	callId: string;
}

export async function loggedEvents({ client, callsTableId }: Stage): Promise<LoggedEvent[]> {
	return (await client.dataTableRows(callsTableId)).map(asLoggedEvent);
}

export function describe({
	event,
	lead,
	phone,
	status,
	seconds,
	recordingUrl,
}: LoggedEvent): string {
	const details = [
		status,
		...(seconds === null ? [] : [`${seconds} s`]),
		...(recordingUrl ? ['recorded'] : []),
	];
	return `${event.padEnd(13)} ${lead} (${phone}): ${details.join(', ')}`;
}

function asLoggedEvent(row: JsonRecord): LoggedEvent {
	const text = (column: string) => (typeof row[column] === 'string' ? row[column] : '');
	return {
		event: text('event'),
		lead: text('lead'),
		phone: text('phone'),
		status: text('status'),
		seconds: typeof row.seconds === 'number' ? row.seconds : null,
		recordingUrl: text('recording_url'),
		callId: text('call_id'),
	};
}
