/**
 * What can be known of n8n's loop over the items, from the items that arrive.
 *
 * The engine starts one item after the other, at once, or with Batching in Request Options so many at a time with a
 * pause in between. When it can't read an item's parameters it gives up in the middle: the node has failed, nobody
 * listens any more, and a retry starts from what is saved by then. So an item may only be sent while it is certain that
 * the engine has not given up: after the last item has arrived, or until the next batch is due.
 */
export class EngineLoop {
	private readonly arrived = new Set<number>();

	private last = -1;

	private lastArrival = 0;

	private waiting: Array<() => void> = [];

	/**
	 * @param count how many items the engine goes through
	 * @param pacing how many it starts at a time, and the pause between in milliseconds; undefined for all at once
	 * @param skipsUnreadable whether it goes on to the next item after one it can't read
	 */
	constructor(
		private readonly count: number,
		private readonly pacing: { size: number; pause: number } | undefined,
		private readonly skipsUnreadable: boolean,
	) {}

	has(item: number): boolean {
		return this.arrived.has(item);
	}

	arrive(item: number): void {
		this.arrived.add(item);
		this.last = item;
		this.lastArrival = Date.now();
		const { waiting } = this;
		this.waiting = [];
		// Items of one batch arrive in the same turn of the event loop.
		void Promise.resolve().then(() => waiting.forEach((go) => go()));
	}

	/** How many items are to be expected, once those that start together have arrived. */
	get expected(): number {
		return this.pacing ? this.count : this.arrived.size;
	}

	/**
	 * Waits until an item may be sent. Never ends when the engine has given up. To be asked in a later turn of the event
	 * loop than the item arrived in, and again right before sending.
	 */
	async mayProceed(): Promise<void> {
		while (!this.isGoing()) {
			await new Promise<void>((go) => this.waiting.push(go));
		}
	}

	private isGoing(): boolean {
		if (this.skipsUnreadable || this.arrived.size === this.count) return true;
		if (!this.pacing) return false;
		const isBatchWhole = (this.last + 1) % this.pacing.size === 0;
		return isBatchWhole && Date.now() < this.lastArrival + this.pacing.pause;
	}
}
