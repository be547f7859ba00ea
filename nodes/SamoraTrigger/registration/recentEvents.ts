import { createHash } from 'crypto';

/** n8n's answer to a delivery: the part of a node:http ServerResponse that is needed here. */
export interface Answer {
	readonly statusCode: number;
	/** Whether n8n has finished it, also when the sender has hung up meanwhile. */
	readonly writableEnded: boolean;
	once(event: 'close', listener: () => void): unknown;
}

/**
 * - `first`: no copy of this event has come before
 * - `accepted`: n8n has accepted the event, so this copy may be acknowledged
 * - `undecided`: another copy is on its way and its sender hung up; whether n8n accepts it will be known later
 */
export type Verdict = 'first' | 'accepted' | 'undecided';

interface Pending {
	answer: Answer;
	/** Resolves when the answer has been sent, or can no longer be sent. */
	closed: Promise<void>;
}

const ACCEPTED = 'accepted';

/** How many events of a webhook are stored. The process knows twice as many. */
const REMEMBERED_EVENTS = 1000;
/** About as many as there are deliveries at a moment. */
const KNOWN_TEXTS = 16;
/** Characters of an event's fingerprint. A thousand of them are short enough to be written with every event. */
const PRINT_LENGTH = 11;

/**
 * The events of one webhook that n8n has accepted. An event counts as accepted when n8n has answered its delivery with
 * success, and no sooner: if it counted on arrival, a copy would be acknowledged although n8n could not start the first,
 * and the event would be lost.
 *
 * The events themselves live in this process. A text of their fingerprints in the static data outlives it: n8n 2 writes
 * that when it has accepted a delivery and before it answers. Each text has all that this process knows, so what a
 * delivery at the same moment overwrote comes back with the next one.
 */
export class RecentEvents {
	private readonly seen = new Map<string, Pending | typeof ACCEPTED>();

	/** The fingerprints of accepted events as they are stored, each with a space behind it. */
	private accepted = '';

	/** The latest texts that were read, or given to be stored. There is nothing new in them. */
	private readonly knownTexts: string[] = [];

	/** How long the text of fingerprints may become. */
	private readonly room: number;

	constructor(private readonly capacity = REMEMBERED_EVENTS) {
		this.room = capacity * (PRINT_LENGTH + 1);
	}

	/** Reads what was stored before this process began, or by another one. */
	recall(stored: unknown): void {
		if (typeof stored !== 'string' || this.knownTexts.includes(stored)) return;
		this.knowText(stored);
		for (const print of stored.split(' ')) {
			if (print.length === PRINT_LENGTH && !this.seen.has(print)) this.note(print, ACCEPTED);
		}
	}

	/** @param answer the answer to the delivery that brings the event; it has not been sent yet */
	async claim(event: string, answer: Answer): Promise<Verdict> {
		const print = fingerprint(event);
		for (;;) {
			const earlier = this.seen.get(print);
			if (earlier === undefined) {
				this.expect(print, answer);
				return 'first';
			}
			if (earlier === ACCEPTED) return 'accepted';
			await earlier.closed;
			if (!earlier.answer.writableEnded) return 'undecided';
			this.settle(print, earlier);
		}
	}

	/** @returns a function that gives the text to store with an event: each time by what is known then */
	storedWith(event: string): () => string {
		const print = fingerprint(event);
		let accepted: string | undefined;
		let text = '';
		return () => {
			if (accepted === this.accepted) return text;
			accepted = this.accepted;
			text = (accepted + print).slice(1 - this.room);
			this.knowText(text);
			return text;
		};
	}

	private knowText(text: string): void {
		this.knownTexts.push(text);
		if (this.knownTexts.length > KNOWN_TEXTS) this.knownTexts.shift();
	}

	private expect(print: string, answer: Answer): void {
		const closed = new Promise<void>((resolve) => answer.once('close', resolve));
		const pending = { answer, closed };
		this.note(print, pending);
		void closed.then(() => {
			if (answer.writableEnded) this.settle(print, pending);
		});
	}

	private note(print: string, state: Pending | typeof ACCEPTED): void {
		this.seen.set(print, state);
		if (state === ACCEPTED) this.accepted = `${this.accepted}${print} `.slice(-this.room);
		// Twice as many as are stored, so that none is forgotten and then read again as new.
		if (this.seen.size > 2 * this.capacity) {
			const [oldest] = this.seen.keys();
			this.seen.delete(oldest);
		}
	}

	private settle(print: string, pending: Pending): void {
		if (this.seen.get(print) !== pending) return;
		if (pending.answer.statusCode < 300) this.note(print, ACCEPTED);
		else this.seen.delete(print);
	}
}

function fingerprint(event: string): string {
	return createHash('sha256').update(event).digest().subarray(0, 8).toString('base64url');
}
