import { randomUUID } from 'node:crypto';
import type { CallDetails, CallVariables, CampaignCall } from './apiShapes';
import type { Clock } from './clock';
import type { FileLinks } from './fileLinks';
import { type CallScript, magicOf, type TranscriptKind } from './magicNumbers';

export interface CallRecord {
	id: string;
	agent_id: string;
	/** The person's number, for inbound calls too. */
	to_number: string;
	direction: 'outbound' | 'inbound';
	call_variables: CallVariables | null;
	status: string;
	/** Virtual milliseconds, like all times here. */
	created_at: number;
	updated_at: number;
	started_at: number | null;
	ended_at: number | null;
	/** When recording and transcript become available. Null if they never do. */
	files_at: number | null;
	transcript: TranscriptKind;
	campaign_id: string | null;
	/** The index of the campaign's recipient. A retry has the same. */
	participant: number;
	/** 0 for the first call, n for the nth retry. */
	retry: number;
}

export type NewCall = Pick<CallRecord, 'agent_id' | 'to_number' | 'call_variables'> &
	Partial<Pick<CallRecord, 'direction' | 'campaign_id' | 'participant' | 'retry'>>;

export interface CallListener {
	/** The call is new, or its status has changed. */
	changed?(call: CallRecord): void;
	/** The phone rings. */
	dialled?(call: CallRecord, at: number): void;
	/** A person or voicemail picked up. */
	started?(call: CallRecord, at: number): void;
	ended?(call: CallRecord, at: number): void;
}

/** Statuses of calls that nobody picked up. */
const NOT_REACHED = new Set(['UNANSWERED', 'REJECTED', 'FAILED']);

export const wasReached = (call: CallRecord) => !NOT_REACHED.has(call.status);

export const iso = (time: number) => new Date(time).toISOString();
const isoOrNull = (time: number | null) => (time === null ? null : iso(time));

/** All calls, and how each progresses from PENDING to its end. */
export class Calls {
	readonly #records = new Map<string, CallRecord>();
	readonly #dialled = new Map<string, number>();
	readonly #counts: Record<string, number> = {};
	readonly #listeners = new Set<CallListener>();

	constructor(
		private readonly clock: Clock,
		private readonly links: FileLinks,
	) {}

	/** @returns a function that stops listening */
	listen(listener: CallListener): () => void {
		this.#listeners.add(listener);
		return () => void this.#listeners.delete(listener);
	}

	all(): Iterable<CallRecord> {
		return this.#records.values();
	}

	/** How many calls have each status. */
	counts(): Readonly<Record<string, number>> {
		return this.#counts;
	}

	find(id: string): CallRecord | undefined {
		return this.#records.get(id.toLowerCase());
	}

	create(call: NewCall, at: number): CallRecord {
		const record: CallRecord = {
			direction: 'outbound',
			campaign_id: null,
			participant: 0,
			retry: 0,
			...call,
			id: randomUUID(),
			status: '',
			created_at: at,
			updated_at: at,
			started_at: null,
			ended_at: null,
			files_at: null,
			transcript: 'text',
		};
		this.#records.set(record.id, record);
		this.#setStatus(record, 'PENDING', at);
		return record;
	}

	/** The number decides what happens, unless there is a script. */
	dial(call: CallRecord, at: number, script: CallScript = this.#scriptOf(call.to_number)) {
		const end = (ended: number) => {
			call.ended_at = ended;
			if (script.filesAfter !== null) call.files_at = ended + script.filesAfter * 1000;
			call.transcript = script.transcript;
			this.#setStatus(call, script.outcome, ended);
			for (const listener of this.#listeners) listener.ended?.(call, ended);
		};
		this.#after(script.pending, at, (dialled) => {
			this.#setStatus(call, 'TRIGGERED', dialled);
			for (const listener of this.#listeners) listener.dialled?.(call, dialled);
			this.#after(script.ringing, dialled, (answered) => {
				if (script.talking === null) return end(answered);
				call.started_at = answered;
				this.#setStatus(call, 'ONGOING', answered);
				for (const listener of this.#listeners) listener.started?.(call, answered);
				this.#after(script.talking, answered, end);
			});
		});
	}

	details(call: CallRecord): CallDetails {
		const files = this.filesOf(call, this.clock.now());
		return {
			agent_id: call.agent_id,
			created_at: iso(call.created_at),
			updated_at: iso(call.updated_at),
			started_at: isoOrNull(call.started_at),
			ended_at: isoOrNull(call.ended_at),
			transcript_url: files.transcript_url,
			recording_url: files.recording_url,
			status: call.status,
			call_variables: call.call_variables,
		};
	}

	/** Newly presigned URLs, or nulls if there are no files. */
	filesOf(call: CallRecord, at: number): Pick<CallDetails, 'transcript_url' | 'recording_url'> {
		if (call.files_at === null || call.files_at > at) {
			return { transcript_url: null, recording_url: null };
		}
		return {
			transcript_url: this.links.sign(call.id, 'transcript', at),
			recording_url: this.links.sign(call.id, 'recording', at),
		};
	}

	#after(seconds: number, at: number, then: (at: number) => void) {
		if (Number.isFinite(seconds)) this.clock.at(at + seconds * 1000, then);
	}

	#scriptOf(toNumber: string): CallScript {
		const attempt = (this.#dialled.get(toNumber) ?? 0) + 1;
		this.#dialled.set(toNumber, attempt);
		const script = magicOf(toNumber).script?.(attempt);
		if (!script) throw new Error(`${toNumber} is refused by the API and can't be called`);
		return script;
	}

	#setStatus(call: CallRecord, status: string, at: number) {
		if (call.status !== '') this.#counts[call.status] -= 1;
		this.#counts[status] = (this.#counts[status] ?? 0) + 1;
		call.status = status;
		call.updated_at = at;
		for (const listener of this.#listeners) listener.changed?.(call);
	}
}

/** In seconds. Null until the call has ended, 0 if nobody picked up. */
export function durationOf(call: CallRecord): number | null {
	if (call.ended_at === null) return null;
	return call.started_at === null ? 0 : (call.ended_at - call.started_at) / 1000;
}

export function campaignCall(call: CallRecord): CampaignCall {
	return {
		id: call.id,
		to_number: call.to_number,
		status: call.status,
		duration: durationOf(call),
		created_at: iso(call.created_at),
		updated_at: iso(call.updated_at),
		started_at: isoOrNull(call.started_at),
		ended_at: isoOrNull(call.ended_at),
	};
}
