import type { EventType } from '../api/apiShapes';
import { type CallRecord, durationOf, iso } from '../state/calls';
import type { DeliverySettings } from '../control/settings';
import type { WebhookRecord } from '../state/webhooks';

export interface CallEvent {
	id: string;
	type: EventType;
	/** Virtual milliseconds. */
	at: number;
	call: CallRecord;
	files: { transcript_url: string | null; recording_url: string | null };
}

/**
 * The body of a delivery. **All of it is an assumption**, because Samora doesn't document it. It only documents that the URLs
 * of the files come with CALL_FINISHED, and only if the webhook's data options request them.
 */
export function payloadOf(
	event: CallEvent,
	webhook: WebhookRecord,
	layout: DeliverySettings['payload'],
) {
	const { call } = event;
	const data = {
		call_id: call.id,
		agent_id: call.agent_id,
		campaign_id: call.campaign_id,
		to_number: call.to_number,
		status: call.status,
		started_at: call.started_at === null ? null : iso(call.started_at),
		ended_at: call.ended_at === null ? null : iso(call.ended_at),
		duration: durationOf(call),
		call_variables: call.call_variables,
		...filesFor(event, webhook),
	};
	const envelope = { id: event.id, event: event.type, created_at: iso(event.at) };
	return layout === 'flat' ? { ...envelope, ...data } : { ...envelope, data };
}

function filesFor(event: CallEvent, { data_options }: WebhookRecord) {
	if (event.type !== 'CALL_FINISHED') return {};
	return {
		...(data_options.include_transcript && { transcript_url: event.files.transcript_url }),
		...(data_options.include_recording_url && { recording_url: event.files.recording_url }),
	};
}
