import type { IDataObject } from 'n8n-workflow';

import { RecentEvents } from './recentEvents';
import type { Registration } from './registration';

/** More triggers than one n8n publishes. Beyond that, the oldest entry is forgotten. */
const MOST_TRIGGERS = 1000;

/** One of n8n's tries to register a webhook: look, create, and remove what is left if that did not succeed. */
export interface Attempt {
	/** Unix time in milliseconds at which it has to be over. */
	until: number;
	succeeded: boolean;
}

/** What one process of n8n knows about its triggers besides the static data. */
class ProcessMemory {
	/** By trigger and address. */
	readonly registrations = new BoundedMap<Registration>();

	/** By trigger and address. */
	readonly attempts = new BoundedMap<Attempt>();

	/** By webhook ID. */
	readonly recentEvents = new BoundedMap<RecentEvents>();

	/** IDs of webhooks whose signatures are not recognized, and about which the person has been told. */
	readonly hinted = new BoundedMap<true>();

	/** By the trigger's mark: the static data that polling triggers of the same workflow write. */
	readonly polledStaticData = new BoundedMap<IDataObject>();

	/** As in a process that has just started. */
	clear(): void {
		this.registrations.clear();
		this.attempts.clear();
		this.recentEvents.clear();
		this.hinted.clear();
		this.polledStaticData.clear();
	}
}

class BoundedMap<Value> extends Map<string, Value> {
	override set(key: string, value: Value): this {
		super.set(key, value);
		if (this.size > MOST_TRIGGERS) {
			const [oldest] = this.keys();
			this.delete(oldest);
		}
		return this;
	}
}

/** One for all triggers of this process. */
export const processMemory = new ProcessMemory();
