import { createHash } from 'crypto';

/** n8n's answer to a delivery, as far as it matters here. A node:http ServerResponse is one. */
export interface Answer {
	readonly statusCode: number;
	/** Whether n8n is through with it, also when the sender has hung up meanwhile. */
	readonly writableEnded: boolean;
	/** Missing where the node is driven without a server: then there is nothing to wait for. */
	once?(event: 'close', listener: () => void): unknown;
}

/**
 * - `first`: nobody has seen this event yet
 * - `taken`: n8n has it, another copy may be acknowledged
 * - `undecided`: another copy is on its way and its sender hung up; whether n8n takes it will be known later
 */
export type Verdict = 'first' | 'taken' | 'undecided';

interface Pending {
	answer: Answer;
	/** When the answer has gone out, or can no longer go out. */
	closed: Promise<void>;
}

const TAKEN = 'taken';

/** How many events of a webhook are stored; twice as many are known while the process lives. */
export const REMEMBERED_EVENTS = 1000;
/** About as many as there are deliveries at a moment. */
const KNOWN_TEXTS = 16;
/** Characters of an event's fingerprint: a thousand of them are little enough to be written with every event. */
const PRINT_LENGTH = 11;

/**
 * Which events of one webhook n8n has taken. An event counts as taken once n8n has answered its delivery with
 * success, and not sooner: were it only noted on arrival, a copy would be acknowledged though n8n could not start
 * the first one, and the event would be lost.
 *
 * The events themselves live in this process. What outlives it is a text of their fingerprints in the static data:
 * n8n 2 writes that when it has taken a delivery and before it answers. Every text tells of all that this process
 * knows to be taken, so what a delivery at the same moment overwrote comes back with the next one.
 */
export class RecentEvents {
	private readonly seen = new Map<string, Pending | typeof TAKEN>();

	/** Those that n8n has taken, as they are stored, each with a space behind it. */
	private taken = '';

	/** The latest texts that were read or given to be stored: what is in them is known. */
	private readonly knownTexts: string[] = [];

	/** How long the text of them may become. */
	private readonly room: number;

	constructor(private readonly capacity = REMEMBERED_EVENTS) {
		this.room = capacity * (PRINT_LENGTH + 1);
	}

	/** Takes in what was stored before this process began, or by another one. */
	recall(stored: unknown): void {
		if (typeof stored !== 'string' || this.knownTexts.includes(stored)) return;
		this.knowText(stored);
		for (const print of stored.split(' ')) {
			if (print.length === PRINT_LENGTH && !this.seen.has(print)) this.note(print, TAKEN);
		}
	}

	/** @param answer the answer to the delivery that brings the event, still unsent */
	async claim(event: string, answer: Answer): Promise<Verdict> {
		const print = fingerprint(event);
		for (;;) {
			const earlier = this.seen.get(print);
			if (earlier === undefined) {
				this.expect(print, answer);
				return 'first';
			}
			if (earlier === TAKEN) return 'taken';
			await earlier.closed;
			if (!earlier.answer.writableEnded) return 'undecided';
			this.settle(print, earlier);
		}
	}

	/** @returns what is to be stored together with an event, by what is known when it is called */
	storedWith(event: string): () => string {
		const print = fingerprint(event);
		let taken: string | undefined;
		let text = '';
		return () => {
			if (taken === this.taken) return text;
			taken = this.taken;
			text = (taken + print).slice(1 - this.room);
			this.knowText(text);
			return text;
		};
	}

	private knowText(text: string): void {
		this.knownTexts.push(text);
		if (this.knownTexts.length > KNOWN_TEXTS) this.knownTexts.shift();
	}

	private expect(print: string, answer: Answer): void {
		if (!answer.once) {
			this.note(print, TAKEN);
			return;
		}
		const closed = new Promise<void>((resolve) => answer.once?.('close', resolve));
		const pending = { answer, closed };
		this.note(print, pending);
		void closed.then(() => {
			if (answer.writableEnded) this.settle(print, pending);
		});
	}

	private note(print: string, state: Pending | typeof TAKEN): void {
		this.seen.set(print, state);
		if (state === TAKEN) this.taken = `${this.taken}${print} `.slice(-this.room);
		// Twice as many, so that what is read again was not forgotten meanwhile.
		if (this.seen.size > 2 * this.capacity) {
			const [oldest] = this.seen.keys();
			this.seen.delete(oldest);
		}
	}

	private settle(print: string, pending: Pending): void {
		if (this.seen.get(print) !== pending) return;
		if (pending.answer.statusCode < 300) this.note(print, TAKEN);
		else this.seen.delete(print);
	}
}

function fingerprint(event: string): string {
	return createHash('sha256').update(event).digest().subarray(0, 8).toString('base64url');
}
