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

/**
 * Which events n8n has taken. An event counts as taken once n8n has answered its delivery with success, and not
 * sooner: were it only noted on arrival, a copy would be acknowledged though n8n could not start the first one,
 * and the event would be lost.
 *
 * This memory is the process's own. It is bounded, starts empty, and is not shared between several webhook
 * processes. The workflow's static data would be no place for it: that is one JSON, written as a whole after each
 * delivery, and could bring back the secret of a webhook that was replaced in between.
 */
export class RecentEvents {
	private readonly seen = new Map<string, Pending | typeof TAKEN>();

	constructor(private readonly capacity = 5000) {}

	/** @param answer the answer to the delivery that brings the event, still unsent */
	async claim(key: string, answer: Answer): Promise<Verdict> {
		for (;;) {
			const earlier = this.seen.get(key);
			if (earlier === undefined) {
				this.remember(key, answer);
				return 'first';
			}
			if (earlier === TAKEN) return 'taken';
			await earlier.closed;
			if (!earlier.answer.writableEnded) return 'undecided';
			this.settle(key, earlier);
		}
	}

	private remember(key: string, answer: Answer): void {
		const closed = new Promise<void>((resolve) => answer.once('close', resolve));
		const pending = { answer, closed };
		this.seen.set(key, pending);
		void closed.then(() => {
			if (answer.writableEnded) this.settle(key, pending);
		});
		if (this.seen.size > this.capacity) {
			const [oldest] = this.seen.keys();
			this.seen.delete(oldest);
		}
	}

	private settle(key: string, pending: Pending): void {
		if (this.seen.get(key) !== pending) return;
		if (pending.answer.statusCode < 300) this.seen.set(key, TAKEN);
		else this.seen.delete(key);
	}
}
