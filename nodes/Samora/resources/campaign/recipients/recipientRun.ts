import type { IDataObject } from 'n8n-workflow';

import { isRecord } from '../../../../shared/parameters';
import { RunMemory } from '../../../sending/memory/runMemory';
import type { Reached } from '../../../sending/memory/runs';
import type { PlannedRows } from './recipientRows';

/** How far a campaign of this run has come. */
export interface Launch {
	/** Once it is known to be there. */
	campaign_id?: string;
	/** Drafts of it that are left behind, because numbers in them were corrected. */
	left_drafts?: string[];
	/** A request to start it went out, and Samora did not refuse it. */
	start_asked?: boolean;
	/** The campaign as Samora described it once it was started. */
	started?: IDataObject;
}

/** What one run of a node does with campaigns, through all of its tries. */
export class RecipientRun<Target> {
	/** What this run set out to do. Its later tries do that, whatever expressions such as the time give then. */
	planned?: PlannedRows<Target>;

	/** How far the campaigns that this run launches have come, by the campaign's key. */
	readonly launches = new Map<string, Launch>();

	/** Who was added. */
	readonly memory: RunMemory;

	constructor(saved: IDataObject = {}) {
		this.memory = RunMemory.restore(saved);
		const launches = Array.isArray(saved.launches) ? saved.launches.filter(isRecord) : [];
		for (const { key, launch } of launches) {
			if (isRecord(launch)) this.launches.set(String(key), launch);
		}
	}

	launchOf(key: string): Launch {
		const launch = this.launches.get(key) ?? {};
		this.launches.set(key, launch);
		return launch;
	}

	/** Who is called because of this run, or may be, by person key. A draft that was not started calls nobody. */
	reached(): Map<string, Reached> {
		const found = new Map<string, Reached>();
		for (const { key, rows, personKey } of this.planned?.groups ?? []) {
			const launch = this.launches.get(key);
			if (launch && !launch.start_asked) continue;
			for (const { item, recipient } of rows) {
				const entry = this.memory.entryOf(item);
				if (entry) found.set(personKey(recipient.to_number), entry.kind);
			}
		}
		return found;
	}

	get size(): number {
		return this.memory.size;
	}

	toJSON(): IDataObject {
		return {
			...this.memory.toJSON(),
			launches: [...this.launches].map(([key, launch]) => ({ key, launch: { ...launch } })),
		} as IDataObject;
	}
}
