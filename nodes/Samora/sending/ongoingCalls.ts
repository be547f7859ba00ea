/** The calls of a run that have been placed and not ended. An account allows only so many at a time. */
export class OngoingCalls {
	/** They never reject. */
	private readonly ongoing = new Set<Promise<unknown>>();

	private ended = 0;

	/** @param call ends with the call; may reject */
	async add<Result>(call: Promise<Result>): Promise<Result> {
		const over = call.then(
			() => {},
			() => {},
		);
		this.ongoing.add(over);
		void over.then(() => {
			this.ongoing.delete(over);
			this.ended++;
		});
		return await call;
	}

	/**
	 * Counts from here which calls end.
	 *
	 * @returns waits until there is room for one more; false if no call of this run can make any
	 */
	watch(): () => Promise<boolean> {
		const before = this.ended;
		return async () => {
			if (this.ended > before) return true;
			if (this.ongoing.size === 0) return false;
			await Promise.race(this.ongoing);
			return true;
		};
	}
}
