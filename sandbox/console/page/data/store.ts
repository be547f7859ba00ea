import type {
	CallView,
	CampaignView,
	ConsoleUpdate,
	DeliveryView,
	RequestView,
} from '../../update';
import type { Webhook } from '../../../state/apiShapes';
import type { Fault } from '../../../http/faults';
import type { Settings } from '../../../settings/settings';
import { takeSlots } from './phoneSlots';

/** How many entries of each list the page keeps. The control API has all of them. */
const KEPT = 500;
const TICK_MS = 500;

export interface Shown {
	connected: boolean;
	paused: boolean;
	/** Virtual milliseconds. */
	now: number;
	speed: number;
	counts: Record<string, number>;
	/** Newest first. */
	calls: readonly CallView[];
	/** One entry per place on the phone board, or null for an empty place. */
	phones: ReadonlyArray<CallView | null>;
	campaigns: readonly CampaignView[];
	webhooks: readonly Webhook[];
	deliveries: readonly DeliveryView[];
	requests: readonly RequestView[];
	faults: readonly Fault[];
	settings: Settings | null;
}

/** Collects the sandbox's updates into what the page shows. */
export class Store {
	shown: Shown = {
		connected: false,
		paused: false,
		now: Date.now(),
		speed: 1,
		counts: {},
		calls: [],
		phones: [],
		campaigns: [],
		webhooks: [],
		deliveries: [],
		requests: [],
		faults: [],
		settings: null,
	};

	readonly #listeners = new Set<() => void>();
	readonly #calls = new Map<string, CallView>();
	readonly #requests = new Map<number, RequestView>();
	#deliveries: DeliveryView[] = [];
	#sections: Pick<ConsoleUpdate, 'counts' | 'campaigns' | 'webhooks' | 'faults' | 'settings'> = {};
	#clock = { now: Date.now(), speed: 1, told: performance.now() };
	#paused = false;
	#connected = false;

	constructor() {
		const source = new EventSource('/_sandbox/console/events');
		source.onmessage = ({ data }) => {
			this.#connected = true;
			this.#take(JSON.parse(String(data)) as ConsoleUpdate);
			this.#show();
		};
		source.onerror = () => {
			this.#connected = false;
			this.#show();
		};
		// Durations count up even without updates.
		setInterval(() => this.#show(), TICK_MS);
	}

	listen = (listener: () => void) => {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	};

	/** Freezes what is shown, for example to read. Updates in the meantime show up afterward. */
	pause(paused: boolean) {
		this.#paused = paused;
		this.shown = { ...this.shown, paused };
		this.#show();
		this.#tell();
	}

	#take(update: ConsoleUpdate) {
		const { fresh, clock, calls, deliveries, requests, ...sections } = update;
		if (fresh) {
			this.#calls.clear();
			this.#requests.clear();
			this.#deliveries = [];
			this.#sections = {};
			calls.sort((a, b) => a.createdAt - b.createdAt || a.since - b.since);
		}
		this.#clock = { ...clock, told: performance.now() };
		Object.assign(this.#sections, sections);
		for (const call of calls) this.#calls.set(call.id, call);
		for (const request of requests) this.#requests.set(request.seq, request);
		this.#deliveries = [...this.#deliveries, ...deliveries].slice(-KEPT);
		forgetOldest(this.#calls, (call) => call.endedAt !== null);
		forgetOldest(this.#requests, ({ underWay }) => !underWay);
	}

	#show() {
		if (this.#paused) return;
		const { speed, told } = this.#clock;
		const now = this.#clock.now + (performance.now() - told) * speed;
		const calls = [...this.#calls.values()].reverse();
		this.shown = {
			connected: this.#connected,
			paused: false,
			now,
			speed,
			calls,
			phones: takeSlots(this.shown.phones, calls, { now, speed }),
			requests: [...this.#requests.values()].reverse(),
			deliveries: [...this.#deliveries].reverse(),
			counts: this.#sections.counts ?? {},
			campaigns: this.#sections.campaigns ?? [],
			webhooks: this.#sections.webhooks ?? [],
			faults: this.#sections.faults ?? [],
			settings: this.#sections.settings ?? null,
		};
		this.#tell();
	}

	#tell() {
		for (const listener of this.#listeners) listener();
	}
}

function forgetOldest<K, V>(map: Map<K, V>, isOver: (value: V) => boolean) {
	let tooMany = map.size - KEPT;
	for (const [key, value] of map) {
		if (tooMany <= 0) return;
		if (!isOver(value)) continue;
		map.delete(key);
		tooMany -= 1;
	}
}
