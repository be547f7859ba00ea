import { createHash } from 'crypto';

import { parseJson } from '../../shared/api/json';
import { isRecord } from '../../shared/parameters';
import { EVENTS } from '../../shared/webhook';

/**
 * ASSUMPTION: Samora names its events but publishes no delivery. These are the places where each value is looked for.
 * The first one that has it counts. Correct them here.
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
	/** One of EVENTS, or the text in the event when it is none of them; null when there is none. */
	event: string | null;
	call_id: string | null;
	status: string | null;
}

/** n8n cannot store what is nested thousands of levels deep, and would answer 500 to every copy of such an event. */
const DEEPEST_LEVEL = 100;
const TOO_DEEP = `[left out: nested more than ${DEEPEST_LEVEL} levels deep]`;

/** @returns undefined when the body is not a JSON object */
export function parsePayload(rawBody: Buffer): Payload | undefined {
	try {
		const parsed = parseJson(rawBody.toString('utf8'));
		if (!isRecord(parsed)) return undefined;
		leaveOutTooDeep(parsed);
		return parsed;
	} catch {
		return undefined;
	}
}

/** Without recursion, which ends at a few thousand levels. */
function leaveOutTooDeep(payload: Payload): void {
	let level: object[] = [payload];
	for (let depth = 1; level.length > 0; depth++) {
		const next: object[] = [];
		for (const parent of level) {
			for (const [key, value] of Object.entries(parent)) {
				if (typeof value !== 'object' || value === null) continue;
				if (depth < DEEPEST_LEVEL) next.push(value as object);
				else Object.defineProperty(parent, key, { value: TOO_DEEP });
			}
		}
		level = next;
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

/** The event as it came, with `event`, `call_id` and `status` always at the top. */
export function outputOf(payload: Payload): Payload {
	const found = Object.entries(readCallEvent(payload));
	return {
		...Object.fromEntries(found),
		...payload,
		...Object.fromEntries(found.filter(([, value]) => value !== null)),
	};
}

/** Whether an event was asked for. An event that we do not know by name is passed on rather than lost. */
export function isWanted({ event }: CallEvent, chosen: readonly string[]): boolean {
	return event === null || knownEvent(event) === undefined || chosen.includes(event);
}

/**
 * A key that two deliveries of one event share, and two events do not. The time at which the call began or ended is part
 * of it, because a campaign may dial one recipient, and so perhaps one call, several times. Two events without a time, or
 * that we do not know by name, are the same only if all that they say is.
 *
 * @returns undefined when the payload does not say enough to tell events apart
 */
export function eventKey(payload: Payload): string | undefined {
	const { event, call_id } = readCallEvent(payload);
	if (event === null || call_id === null) return undefined;
	return JSON.stringify([event, call_id, occurrence(payload, event)]);
}

function occurrence(payload: Payload, event: string): string {
	const known = knownEvent(event);
	const time = known && find(payload, known === 'CALL_STARTED' ? 'started_at' : 'ended_at');
	return time ?? createHash('sha256').update(JSON.stringify(payload)).digest('hex');
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
			.reduce<unknown>((object, key) => (isRecord(object) ? object[key] : undefined), payload);
		if (typeof value === 'string' && value.trim() !== '') return value.trim();
		if (typeof value === 'number') return String(value);
	}
	return null;
}
