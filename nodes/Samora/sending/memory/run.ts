import type { IDataObject, IExecutePaginationFunctions } from 'n8n-workflow';

import type { OutputItem } from '../route';
import { RunMemory } from './runMemory';
import { Runs, type Reached } from './runs';
import type { Sender } from '../request';

/** One run of a node that sends item by item, through all of its tries. */
export class Run {
	/** The latest try. */
	current?: CurrentTry;

	constructor(readonly memory: RunMemory) {}

	get size(): number {
		return this.memory.size;
	}

	toJSON(): IDataObject {
		return this.memory.toJSON();
	}

	reached(): Map<string, Reached> {
		return this.memory.byIdentity();
	}
}

interface CurrentTry {
	arrive(item: number): boolean;
	take(item: number, engine: Engine): Promise<OutputItem[]>;
}

/** What an item's turn needs of n8n. */
export interface Engine extends Pick<Sender, 'requestData'> {
	context: IExecutePaginationFunctions;
}

/** The runs that are going on. */
export const runs = new Runs((saved) => new Run(RunMemory.restore(saved)));
