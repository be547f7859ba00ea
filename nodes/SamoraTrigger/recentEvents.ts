import { createHash } from 'crypto';

/** n8n's answer to a delivery, as far as it matters here. A node:http ServerResponse is one. */
export interface Answer {
	readonly statusCode: number;
	/** Whether n8n is through with it, also when the sender has hung up meanwhile. */
	readonly writableEnded: boolean;
	once(event: 'close', listener: () => void): unknown;
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

/** How many events of a webhook are known. */
export const REMEMBERED_EVENTS = 1000;

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

	/** Those that n8n has taken, as they are stored, until another one is. */
	private taken: string | undefined;

	/** The text that was read last. It is the same for as long as nobody else writes one. */
	private lastRead = '';

	constructor(private readonly capacity = REMEMBERED_EVENTS) {}

	/** Takes in what was stored before this process began, or by another one. */
	recall(stored: unknown): void {
		if (typeof stored !== 'string' || stored === this.lastRead) return;
		this.lastRead = stored;
		for (const print of stored.split(' ')) {
			if (print !== '' && !this.seen.has(print)) this.note(print, TAKEN);
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

	/** What is to be stored together with an event. */
	storedWith(event: string): string {
		this.taken ??= [...this.seen]
			.flatMap(([print, state]) => (state === TAKEN ? [print] : []))
			.slice(1 - this.capacity)
			.join(' ');
		return `${this.taken} ${fingerprint(event)}`.trim();
	}

	private expect(print: string, answer: Answer): void {
		const closed = new Promise<void>((resolve) => answer.once('close', resolve));
		const pending = { answer, closed };
		this.note(print, pending);
		void closed.then(() => {
			if (answer.writableEnded) this.settle(print, pending);
		});
	}

	private note(print: string, state: Pending | typeof TAKEN): void {
		this.seen.set(print, state);
		if (state === TAKEN) this.taken = undefined;
		if (this.seen.size > this.capacity) {
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

/** Eleven characters: a thousand of them are little enough to be written with every event. */
function fingerprint(event: string): string {
	return createHash('sha256').update(event).digest().subarray(0, 8).toString('base64url');
}
