import { RecentEvents } from './recentEvents';
import type { Registration } from './subscription';

/** More triggers than an n8n publishes. Beyond, the one that was met first is forgotten. */
const TRIGGERS = 1000;

/**
 * What one process of n8n knows of its triggers beside the static data, which is one text per workflow, written as a
 * whole: who read it earlier can write it later, and so bring back what was replaced in between. With every event
 * that is written this could be the registration; the process that made the newer one, or has seen it, knows better.
 */
class TriggerMemory {
	private readonly registrations = new Map<string, Registration>();

	private readonly events = new Map<string, RecentEvents>();

	private readonly unfinished = new Set<string>();

	private readonly published = new Map<string, Record<string, unknown>>();

	/** Notes that a registration is under way until `work` has succeeded. */
	async registering<Result>(trigger: string, work: () => Promise<Result>): Promise<Result> {
		this.unfinished.add(trigger);
		const result = await work();
		this.unfinished.delete(trigger);
		return result;
	}

	/** Whether the last registration did not succeed, so that n8n is only removing what may be left of it. */
	abandonsRegistration(trigger: string): boolean {
		return this.unfinished.delete(trigger);
	}

	/** @param trigger what tells triggers and their test listens apart */
	registered(trigger: string, registration: Registration): void {
		put(this.registrations, trigger, registration);
	}

	unregistered(trigger: string): void {
		this.registrations.delete(trigger);
	}

	/** The newer of what is stored and what is known here. */
	newest(trigger: string, stored: Registration | undefined): Registration | undefined {
		const known = this.registrations.get(trigger);
		if (known && (!stored || known.registeredAt > stored.registeredAt)) return known;
		if (stored) this.registered(trigger, stored);
		return stored;
	}

	recentEvents(webhookId: string): RecentEvents {
		const known = this.events.get(webhookId) ?? new RecentEvents();
		put(this.events, webhookId, known);
		return known;
	}

	/**
	 * @param staticData the trigger's part of the data that n8n holds as long as the workflow is published. A polling
	 * trigger in the same workflow has n8n write them as a whole, and so bring back what this trigger stored before
	 */
	publishes(trigger: string, staticData: Record<string, unknown>): void {
		put(this.published, trigger, staticData);
	}

	/** Has what was stored with a delivery outlive the polls of another trigger in the workflow. */
	stores(trigger: string, changes: Record<string, unknown>): void {
		Object.assign(this.published.get(trigger) ?? {}, changes);
	}

	/** As in a process that has just started. */
	startOver(): void {
		this.registrations.clear();
		this.events.clear();
		this.unfinished.clear();
		this.published.clear();
	}
}

/** One for all triggers of this process. */
export const triggerMemory = new TriggerMemory();

function put<Value>(map: Map<string, Value>, key: string, value: Value): void {
	map.set(key, value);
	if (map.size > TRIGGERS) {
		const [oldest] = map.keys();
		map.delete(oldest);
	}
}
