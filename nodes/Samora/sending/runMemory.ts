import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { isRecord } from '../../shared/parameters';
import type { Sentence } from '../../shared/api/problems';

/** An item that Samora took: what it was, and what came out of it. */
export interface Taken {
	identity: string;
	output: IDataObject[];
}

/** An item of which nobody can tell whether Samora took it. */
export interface InDoubt {
	identity: string;
	sentence: Sentence;
}

/**
 * What one run of a node has done, so that no try of it does it again.
 *
 * A try starts from nothing and n8n starts one for every Retry On Fail. Another run of the same node in the same
 * execution, as in a loop, is new work and has a memory of its own.
 */
export class RunMemory {
	private readonly taken = new Map<number, Taken>();

	private readonly inDoubt = new Map<number, InDoubt>();

	/** Requests of an earlier try that have not ended yet, by item. They never reject. */
	readonly underWay = new Map<number, Promise<unknown>>();

	/** Whether the items come from the memory of an earlier execution, which a person may have changed since. */
	private restored = false;

	/** @returns the output of an item that was taken before; undefined when it is still to be sent */
	outputOf(item: number, identity: string): IDataObject[] | undefined {
		return this.same(this.taken.get(item), identity)?.output;
	}

	/** @returns why an item must not be sent again although nobody knows that it was taken */
	doubtOf(item: number, identity: string): Sentence | undefined {
		return this.same(this.inDoubt.get(item), identity)?.sentence;
	}

	keep(item: number, taken: Taken): void {
		this.inDoubt.delete(item);
		this.taken.set(item, taken);
	}

	doubt(item: number, doubt: InDoubt): void {
		this.inDoubt.set(item, doubt);
	}

	/** The items that were taken, with what came out of them. */
	get takenItems(): ReadonlyMap<number, Taken> {
		return this.taken;
	}

	/**
	 * Within one execution the item is the same whatever its expressions give this time, such as the current time.
	 * In the retry of an execution a person may have corrected the number, and that is somebody else.
	 */
	private same<Kept extends { identity: string }>(
		kept: Kept | undefined,
		identity: string,
	): Kept | undefined {
		return this.restored && kept?.identity !== identity ? undefined : kept;
	}

	toJSON(): IDataObject {
		return {
			taken: [...this.taken].map(([item, kept]) => ({ item, ...kept })),
			inDoubt: [...this.inDoubt].map(([item, kept]) => ({ item, ...kept })),
		} as unknown as IDataObject;
	}

	static from(saved: unknown): RunMemory {
		const memory = new RunMemory();
		if (!isRecord(saved)) return memory;
		memory.restored = true;
		for (const kept of recordsIn(saved.taken)) {
			if (typeof kept.item === 'number' && Array.isArray(kept.output)) {
				memory.taken.set(kept.item, kept as unknown as Taken);
			}
		}
		for (const kept of recordsIn(saved.inDoubt)) {
			if (typeof kept.item === 'number' && isRecord(kept.sentence)) {
				memory.inDoubt.set(kept.item, kept as unknown as InDoubt);
			}
		}
		return memory;
	}
}

const recordsIn = (value: unknown): Array<Record<string, unknown>> =>
	Array.isArray(value) ? value.filter(isRecord) : [];

/** What a memory needs to know of where it is. */
export type Remembering = Pick<
	IExecuteFunctions,
	'getExecuteData' | 'evaluateExpression' | 'getContext'
>;

/** The memories of one kind, of all runs that are going on. */
export class RunMemories<Memory> {
	/**
	 * n8n keeps the execute data of a run through its tries and makes a new one for the next run; that is the run's
	 * identity, together with its index (an AI agent runs a node several times with the same data).
	 */
	private readonly known = new WeakMap<object, Map<number, Memory>>();

	/** @param restore makes a memory from what an earlier execution saved of it, or from undefined */
	constructor(private readonly restore: (saved: unknown) => Memory) {}

	/** The memory of the run that is going on. */
	of(context: Remembering): Memory {
		const key = context.getExecuteData();
		const byRun = this.known.get(key) ?? new Map<number, Memory>();
		this.known.set(key, byRun);
		const run = runIndexOf(context);
		const memory = byRun.get(run) ?? this.restore(savedRuns(context)[run]);
		byRun.set(run, memory);
		return memory;
	}
}

const memories = new RunMemories((saved) => RunMemory.from(saved));

/** The memory of the run that is going on, of what sends item by item. */
export const memoryOf = (context: Remembering): RunMemory => memories.of(context);

/**
 * Writes the memory into the execution. n8n saves a failed execution with its node contexts and hands them to the
 * retry that a person starts from the list of executions.
 */
export function saveMemory(context: Remembering, memory: { toJSON(): IDataObject }): void {
	const runs = { ...savedRuns(context), [runIndexOf(context)]: memory.toJSON() };
	context.getContext('node')[SAVED] = runs as IDataObject;
}

/** Takes the memory out of the execution again, once its items are in the output. */
export function forgetSaved(context: Remembering): void {
	delete savedRuns(context)[runIndexOf(context)];
}

/** Where the memory is in the node's context. */
const SAVED = 'samoraRuns';

function savedRuns(context: Remembering): Record<string, unknown> {
	const saved = context.getContext('node')[SAVED];
	return isRecord(saved) ? saved : {};
}

/** Which run of the node in its execution this is, from 0. */
export function runIndexOf(context: Remembering): number {
	// The engine's contexts have it at hand; asking by an expression costs more, and is for when they no longer do.
	const { runIndex } = context as { runIndex?: unknown };
	if (typeof runIndex === 'number') return runIndex;
	return Number(context.evaluateExpression('{{ $runIndex }}', 0));
}
