import { sleep } from 'n8n-workflow';

/** How much later than it is due the next batch may come, in milliseconds. */
const GRACE_MS = 30_000;

/** How often it is looked whether the next batch is still to be expected, in milliseconds. */
const LOOK_MS = 1000;

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

	/** No more items arrive. */
	private isOver = false;

	/** Resolved when something has become known. */
	private news = new Promise<void>(() => {});

	private tell = () => {};

	/**
	 * @param count how many items the engine goes through
	 * @param pacing how many it starts at a time, and the pause between in milliseconds; undefined for all at once
	 * @param skipsUnreadable whether it goes on to the next item after one it can't read
	 */
	constructor(
		private readonly count: number,
		private readonly pacing: { size: number; pause: number } | undefined,
		private readonly skipsUnreadable: boolean,
	) {
		this.awaitNews();
	}

	/** @returns false when the item belongs to another loop: it was here before, or this one is over */
	arrive(item: number): boolean {
		if (this.isOver || this.arrived.has(item)) return false;
		if (this.arrived.size === 0) void this.watch();
		this.arrived.add(item);
		this.last = item;
		this.lastArrival = Date.now();
		// Items of one batch arrive in the same turn of the event loop.
		void Promise.resolve().then(() => this.awaitNews());
		return true;
	}

	/** Ends when no more items arrive, and gives how many did. */
	async end(): Promise<number> {
		while (!this.isOver) await this.news;
		return this.arrived.size;
	}

	/**
	 * Waits until it is certain whether an item may be sent. To be asked in a later turn of the event loop than the item
	 * arrived in, and again right before sending.
	 *
	 * @returns false when the engine has given up, or an item of its loop has not come this far
	 */
	async mayProceed(): Promise<boolean> {
		while (!this.isGoing()) {
			if (this.isOver) return false;
			await this.news;
		}
		return true;
	}

	private isGoing(): boolean {
		if (this.skipsUnreadable || this.arrived.size === this.count) return true;
		if (!this.pacing) return false;
		const isBatchWhole = (this.last + 1) % this.pacing.size === 0;
		return isBatchWhole && Date.now() < this.lastArrival + this.pacing.pause;
	}

	private async watch(): Promise<void> {
		// Without pauses all items arrive in one turn of the event loop.
		await Promise.resolve();
		const { pause } = this.pacing ?? { pause: -Infinity };
		while (this.arrived.size < this.count && Date.now() < this.lastArrival + pause + GRACE_MS) {
			await Promise.race([this.news, sleep(LOOK_MS)]);
		}
		this.isOver = true;
		this.awaitNews();
	}

	private awaitNews(): void {
		this.tell();
		this.news = new Promise((tell) => (this.tell = tell));
	}
}
