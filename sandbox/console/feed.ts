import type { ServerResponse } from 'node:http';
import type { JournalEntry } from '../http/journal';
import type { CallRecord } from '../state/calls';
import type { World } from '../world';
import type { CampaignView, ConsoleUpdate } from './update';
import { callView, campaignView, deliveryView, requestView } from './views';

/** Looks live, and stays cheap with hundreds of ongoing calls. */
const EVERY_MS = 250;
/** After how many intervals without changes the clock is sent. */
const QUIET_TICKS = 8;
/** How many entries of each list are sent. The control API returns all of them. */
const SHOWN = 300;
const SHOWN_GOING_ON = 1_000;
/** With more changes than this in one interval, everything is sent again. */
const MOST_CHANGES = 2_000;
/** A page with more unread data than this is disconnected. Its browser reconnects and starts over. */
const MOST_UNREAD_BYTES = 8 * 1024 * 1024;

/** Sends changes to all open console pages as server-sent events. Does nothing while no page is open. */
export class Feed {
	readonly #pages = new Set<ServerResponse>();
	#watched: WatchedWorld | undefined;
	#timer: NodeJS.Timeout | undefined;
	#quietTicks = 0;

	/** `world` returns the current world, because a reset creates a new one. */
	constructor(private readonly world: () => World) {}

	/** Sends everything to a new page, and then changes until it closes. */
	open(res: ServerResponse) {
		res.writeHead(200, {
			'content-type': 'text/event-stream; charset=utf-8',
			'cache-control': 'no-store',
		});
		res.write('retry: 1000\n\n');
		// Send pending changes to the other pages first: what follows marks everything as sent.
		this.#tick();
		this.#pages.add(res);
		this.#timer ??= setInterval(() => this.#tick(), EVERY_MS).unref();
		this.#send([res], this.#current().everything());
		res.once('close', () => {
			this.#pages.delete(res);
			if (this.#pages.size > 0) return;
			clearInterval(this.#timer);
			this.#timer = undefined;
			this.#watched?.stop();
			this.#watched = undefined;
		});
	}

	#current(): WatchedWorld {
		const world = this.world();
		if (this.#watched?.world !== world) {
			this.#watched?.stop();
			this.#watched = new WatchedWorld(world);
		}
		return this.#watched;
	}

	#tick() {
		if (this.#pages.size === 0) return;
		const before = this.#watched;
		const watched = this.#current();
		const update = watched === before ? watched.changes() : watched.everything();
		this.#quietTicks = update === null ? this.#quietTicks + 1 : 0;
		if (update === null && this.#quietTicks % QUIET_TICKS !== 0) return;
		this.#send(this.#pages, update ?? watched.nothing());
	}

	#send(pages: Iterable<ServerResponse>, update: ConsoleUpdate) {
		const message = `data: ${JSON.stringify(update)}\n\n`;
		for (const page of pages) {
			if (page.writableLength > MOST_UNREAD_BYTES) page.destroy();
			else page.write(message);
		}
	}
}

type Section = 'counts' | 'campaigns' | 'webhooks' | 'faults' | 'settings';

/** A world, and what has been sent about it. */
class WatchedWorld {
	readonly #changedCalls = new Set<CallRecord>();
	readonly #underWay = new Set<JournalEntry>();
	readonly #campaigns = new Map<string, { version: string; view: CampaignView }>();
	readonly #told = new Map<Section, string>();
	#deliveries = 0;
	#requests = 0;
	readonly #stopListening: () => void;

	constructor(readonly world: World) {
		this.#stopListening = world.calls.listen({
			changed: (call) => {
				if (isShown(call)) this.#changedCalls.add(call);
				if (call.campaign_id) this.#campaigns.delete(call.campaign_id);
			},
		});
	}

	stop() {
		this.#stopListening();
	}

	everything(): ConsoleUpdate {
		this.#deliveries = 0;
		this.#requests = 0;
		this.#underWay.clear();
		this.#changedCalls.clear();
		return {
			...this.nothing(),
			fresh: true,
			...this.#sections(() => true),
			calls: shownCalls(this.world).map(callView),
			...this.#lists(),
		};
	}

	/** Null if nothing has changed. */
	changes(): ConsoleUpdate | null {
		if (this.#changedCalls.size > MOST_CHANGES) return this.everything();
		const calls = Array.from(this.#changedCalls, callView);
		this.#changedCalls.clear();
		const lists = this.#lists();
		const sections = this.#sections((name, text) => this.#told.get(name) !== text);
		if (calls.length + lists.deliveries.length + lists.requests.length === 0) {
			if (Object.keys(sections).length === 0) return null;
		}
		return { ...this.nothing(), ...sections, calls, ...lists };
	}

	nothing(): ConsoleUpdate {
		const { clock } = this.world;
		return {
			fresh: false,
			clock: { now: clock.now(), speed: clock.speed },
			calls: [],
			deliveries: [],
			requests: [],
		};
	}

	#lists(): Pick<ConsoleUpdate, 'deliveries' | 'requests'> {
		const { deliveries, journal } = this.world;
		const { attempts, forgotten } = deliveries.page();
		const made = forgotten + attempts.length;
		const from = Math.max(this.#deliveries, forgotten, made - SHOWN);
		this.#deliveries = made;

		const answered = [...this.#underWay].filter((entry) => !journal.isUnderWay(entry));
		const arrived = journal.since(this.#requests, SHOWN);
		const entries = [...answered, ...arrived];
		this.#requests = arrived.at(-1)?.seq ?? this.#requests;
		for (const entry of answered) this.#underWay.delete(entry);
		for (const entry of entries) if (journal.isUnderWay(entry)) this.#underWay.add(entry);
		return {
			deliveries: attempts.slice(from - forgotten).map((one, n) => deliveryView(one, from + n)),
			requests: entries.map((entry) => requestView(entry, journal.isUnderWay(entry))),
		};
	}

	#sections(isWanted: (name: Section, text: string) => boolean): Pick<ConsoleUpdate, Section> {
		const { calls, webhooks, faults, settings } = this.world;
		const sections: Required<Pick<ConsoleUpdate, Section>> = {
			counts: calls.counts(),
			campaigns: this.#campaignViews(),
			webhooks: webhooks.all().map((webhook) => webhooks.present(webhook)),
			faults: faults.all(),
			settings,
		};
		const wanted = Object.entries(sections).filter(([name, section]) => {
			const text = JSON.stringify(section);
			const is = isWanted(name as Section, text);
			this.#told.set(name as Section, text);
			return is;
		});
		return Object.fromEntries(wanted);
	}

	/** Newest first. Only counts a campaign's calls again if it has changed. */
	#campaignViews(): CampaignView[] {
		const campaigns = this.world.campaigns.all().slice(-SHOWN).reverse();
		return campaigns.map((campaign) => {
			const { status, name, retry_config, updated_at } = campaign;
			const version = JSON.stringify([status, name, retry_config, updated_at]);
			const known = this.#campaigns.get(campaign.id);
			if (known?.version === version) return known.view;
			const view = campaignView(campaign, this.world.clock.now());
			this.#campaigns.set(campaign.id, { version, view });
			return view;
		});
	}
}

/** Waiting calls of campaigns are only counted. There can be very many. */
const isShown = ({ status, campaign_id }: CallRecord) =>
	status !== 'PENDING' || campaign_id === null;

/** Ongoing calls, and those that ended most recently. */
function shownCalls({ calls }: World): CallRecord[] {
	const shown = Array.from(calls.all()).filter(isShown);
	const ended = shown.filter((call) => call.ended_at !== null);
	ended.sort((a, b) => (b.ended_at ?? 0) - (a.ended_at ?? 0));
	const goingOn = shown.filter((call) => call.ended_at === null);
	return [...goingOn.slice(-SHOWN_GOING_ON), ...ended.slice(0, SHOWN)];
}
