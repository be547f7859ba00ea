/** A list with a limit. When it's full, the oldest tenth is dropped and counted. */
export class RecentList<T> {
	#items: T[] = [];
	#forgotten = 0;

	constructor(private readonly limit: number) {}

	get items(): readonly T[] {
		return this.#items;
	}

	get forgotten() {
		return this.#forgotten;
	}

	push(item: T) {
		if (this.#items.length >= this.limit) {
			this.#forgotten += this.#items.splice(0, Math.ceil(this.limit / 10)).length;
		}
		this.#items.push(item);
	}
}
