import { createHash } from 'crypto';

import { EVENTS } from '../shared/webhook';

/**
 * ASSUMPTION: Samora names its events but publishes no delivery. These are the places where each thing is looked
 * for, the first one that is there wins. Correct them here.
 */
const PLACES = {
	event: ['event', 'event_type', 'type'],
	call_id: ['call_id', 'data.call_id', 'data.id', 'id'],
	status: ['status', 'data.status'],
	started_at: ['started_at', 'data.started_at'],
	ended_at: ['ended_at', 'data.ended_at'],
	recording_url: ['recording_url', 'data.recording_url'],
	transcript_url: ['transcript_url', 'data.transcript_url'],
} as const;

export type Payload = Record<string, unknown>;

export interface CallEvent {
	/** One of EVENTS, or what Samora wrote when it is none of them; null when it wrote nothing. */
	event: string | null;
	call_id: string | null;
	status: string | null;
}

/** @returns undefined when the body is not a JSON object */
export function parsePayload(rawBody: Buffer): Payload | undefined {
	try {
		const parsed: unknown = JSON.parse(rawBody.toString('utf8').replace(/^\uFEFF/, ''));
		return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
			? (parsed as Payload)
			: undefined;
	} catch {
		return undefined;
	}
}

export function readCallEvent(payload: Payload): CallEvent {
	const event = find(payload, 'event');
	return {
		event: event === null ? null : (knownEvent(event) ?? event),
		call_id: find(payload, 'call_id'),
		status: find(payload, 'status'),
	};
}

/** The event as it came, with what the next node always needs in a place that never changes. */
export function outputOf(payload: Payload): Payload {
	const found = Object.entries(readCallEvent(payload));
	return {
		...Object.fromEntries(found),
		...payload,
		...Object.fromEntries(found.filter(([, value]) => value !== null)),
	};
}

/** Whether an event was asked for. What we do not know by name is passed on rather than lost. */
export function isWanted({ event }: CallEvent, chosen: readonly string[]): boolean {
	return event === null || knownEvent(event) === undefined || chosen.includes(event);
}

/**
 * What two deliveries of one event have in common, and deliveries of two events have not. When the call began or
 * ended is part of it, for a campaign may dial one recipient, and so perhaps one call, several times. Of an event
 * we do not know by name, only the very same text counts as the same.
 *
 * @returns undefined when the payload does not say enough to tell events apart
 */
export function eventKey(payload: Payload): string | undefined {
	const { event, call_id } = readCallEvent(payload);
	if (event === null || call_id === null) return undefined;
	return JSON.stringify([event, call_id, occurrence(payload, event)]);
}

function occurrence(payload: Payload, event: string): string | null {
	if (knownEvent(event) === undefined) {
		return createHash('sha256').update(JSON.stringify(payload)).digest('hex');
	}
	return find(payload, event === 'CALL_STARTED' ? 'started_at' : 'ended_at');
}

export function fileUrl(payload: Payload, file: 'recording' | 'transcript'): string | null {
	return find(payload, `${file}_url`);
}

function knownEvent(name: string): string | undefined {
	const word = name
		.trim()
		.toUpperCase()
		.replace(/[^A-Z]+/g, '_');
	return EVENTS.find((known) => known === word);
}

function find(payload: Payload, what: keyof typeof PLACES): string | null {
	for (const place of PLACES[what]) {
		const value = place
			.split('.')
			.reduce<unknown>(
				(object, key) =>
					typeof object === 'object' && object !== null
						? (object as Record<string, unknown>)[key]
						: undefined,
				payload,
			);
		if (typeof value === 'string' && value.trim() !== '') return value.trim();
		if (typeof value === 'number') return String(value);
	}
	return null;
}
