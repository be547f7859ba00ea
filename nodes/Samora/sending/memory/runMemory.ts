import type { IDataObject } from 'n8n-workflow';

import type { UserMessage } from '../../../shared/api/problems';

/** What became of an item that went out. `identity` is what makes it the same one in a retry of the execution. */
export type Entry = Accepted | InDoubt;

export interface Accepted {
	kind: 'accepted';
	identity: string;
	output: IDataObject[];
}

/** Nobody can tell whether Samora accepted it. */
export interface InDoubt {
	kind: 'inDoubt';
	identity: string;
	message: UserMessage;
}

/**
 * What one run of a node has done, so that no try of it does it again.
 *
 * n8n starts a new try for every Retry On Fail, and a new execution when a person retries one from the list of
 * executions. Another run of the same node in the same execution, as in a loop, is new work with a memory of its own.
 */
export class RunMemory {
	private readonly byItem = new Map<number, Entry>();

	/** Entries of an earlier execution, with the items they were about then. */
	private earlier: Array<[number, Entry]> = [];

	/** Requests of an earlier try that have not ended yet, by item. They never reject. */
	readonly underWay = new Map<number, Promise<unknown>>();

	/** What became of an item before; undefined when it may be sent. */
	entryOf(item: number): Entry | undefined {
		return this.byItem.get(item);
	}

	acceptedOf(item: number): Accepted | undefined {
		const entry = this.byItem.get(item);
		return entry?.kind === 'accepted' ? entry : undefined;
	}

	doubtOf(item: number): UserMessage | undefined {
		const entry = this.byItem.get(item);
		return entry?.kind === 'inDoubt' ? entry.message : undefined;
	}

	accept(item: number, identity: string, output: IDataObject[]): void {
		this.byItem.set(item, { kind: 'accepted', identity, output });
	}

	doubt(item: number, identity: string, message: UserMessage): void {
		this.byItem.set(item, { kind: 'inDoubt', identity, message });
	}

	/** It is certain that Samora did not accept the item. */
	clear(item: number): void {
		this.byItem.delete(item);
	}

	/** The accepted items. */
	accepted(): ReadonlyMap<number, Accepted> {
		return new Map(
			[...this.byItem].flatMap(([item, entry]) =>
				entry.kind === 'accepted' ? [[item, entry] as const] : [],
			),
		);
	}

	/**
	 * Gives what an earlier execution did to the items that are the same ones now. Rows may have been added, removed
	 * or corrected since, so the identity decides; each entry goes to one item, the same row first.
	 *
	 * Within one execution an item stays the same whatever its expressions give this time.
	 *
	 * @param identities of each item; undefined for one that can't be read
	 */
	claim(identities: ReadonlyArray<string | undefined>): void {
		if (this.earlier.length === 0) return;
		const claimed = new Set<Entry>();
		const give = (item: number, entry: Entry) => {
			this.byItem.set(item, entry);
			claimed.add(entry);
		};
		for (const [item, entry] of this.earlier) {
			if (identities[item] === entry.identity && !this.byItem.has(item)) give(item, entry);
		}
		const left = new Map<string, Entry[]>();
		for (const [, entry] of this.earlier) {
			if (claimed.has(entry)) continue;
			left.set(entry.identity, [...(left.get(entry.identity) ?? []), entry]);
		}
		identities.forEach((identity, item) => {
			if (identity === undefined || this.byItem.has(item)) return;
			const entry = left.get(identity)?.shift();
			if (entry) give(item, entry);
		});
		this.earlier = this.earlier.filter(([, entry]) => !claimed.has(entry));
	}

	/** What became of everybody who was sent or may have been, by identity. */
	byIdentity(): Map<string, Entry['kind']> {
		return new Map([...this.byItem.values()].map(({ identity, kind }) => [identity, kind]));
	}

	get size(): number {
		return this.byItem.size + this.earlier.length;
	}

	/** Who was sent by an earlier execution and is no item of this one. */
	unclaimed(): string[] {
		return this.earlier.map(([, { identity }]) => identity);
	}

	/** Lets go of what an earlier execution did to these. */
	disclaim(identities: ReadonlySet<string>): void {
		this.earlier = this.earlier.filter(([, { identity }]) => !identities.has(identity));
	}

	/** One line of text per item: a hundred thousand of them may be saved with the execution. */
	toJSON(): IDataObject {
		const entries = [...this.earlier, ...this.byItem];
		return { items: entries.map(([item, entry]) => JSON.stringify([item, entry])).join('\n') };
	}

	static restore(saved: IDataObject = {}): RunMemory {
		const memory = new RunMemory();
		const lines = typeof saved.items === 'string' ? saved.items.split('\n') : [];
		memory.earlier = lines
			.filter((line) => line !== '')
			.map((line) => JSON.parse(line) as [number, Entry]);
		return memory;
	}
}
