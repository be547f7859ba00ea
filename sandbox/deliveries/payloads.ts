import type { EventType } from '../state/apiShapes';
import { type CallRecord, durationOf, iso } from '../state/calls';
import type { DeliverySettings } from '../settings/deliverySettings';
import type { Settings } from '../settings/settings';
import { DIALECTS } from '../settings/dialects';
import { respelled } from '../settings/transformations';
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
	{ dialect, deliveries }: Settings,
): unknown {
	const { spell, callId = String } = DIALECTS[dialect];
	const payload = laidOut(event, callFields(event, webhook), callId(event.call.id), deliveries);
	return spell ? respelled(payload, spell) : payload;
}

const EVENT_NAMES: Record<DeliverySettings['eventNames'], (type: EventType) => string> = {
	documented: (type) => type,
	lowercase: (type) => type.toLowerCase(),
	dotted: (type) => type.toLowerCase().replace('_', '.'),
};

function laidOut(
	event: CallEvent,
	fields: Record<string, unknown>,
	callId: string | number,
	{ payload, eventNames }: DeliverySettings,
) {
	const name = EVENT_NAMES[eventNames](event.type);
	const created_at = iso(event.at);
	if (payload === 'typed') return { type: name, created_at, data: { id: callId, ...fields } };
	const data = { call_id: callId, ...fields };
	const envelope = { id: event.id, event: name, created_at };
	return payload === 'flat' ? { ...envelope, ...data } : { ...envelope, data };
}

function callFields(event: CallEvent, webhook: WebhookRecord): Record<string, unknown> {
	const { call } = event;
	return {
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
}

function filesFor(event: CallEvent, { data_options }: WebhookRecord) {
	if (event.type !== 'CALL_FINISHED') return {};
	return {
		...(data_options.include_transcript && { transcript_url: event.files.transcript_url }),
		...(data_options.include_recording_url && { recording_url: event.files.recording_url }),
	};
}
