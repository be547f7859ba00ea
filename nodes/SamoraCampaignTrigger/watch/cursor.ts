import { campaignIdIn } from '../../shared/campaign';
import {
	callIdIn,
	callOutcome,
	NOTHING_ENDED,
	shortKey,
	statsKey,
	statusOf,
	timeOf,
	type ApiRecord,
} from './record';

/**
 * What the trigger remembers of one campaign between two polls. Times are Samora's, in milliseconds since 1970.
 */
export interface CampaignState {
	/** The status that was reported last. */
	status: string;
	/** `statsKey` as of the last time its calls were read. */
	stats: string;
	/** Changes of calls up to here have been read. */
	mark?: number;
	/** Calls that ended before this have been reported. */
	floor?: number;
	/** Calls that ended since `floor` and have been reported, with the time of their end. */
	reported?: Record<string, number>;
	/** Its calls are read until they have been read after this, for some of their ends may yet be written. */
	readUntil?: number;
}

export interface TriggerState {
	/** Which campaigns are watched. */
	scope: string;
	/** When the watch began. */
	since: number;
	campaigns: Record<string, CampaignState>;
}

/** Calls are read from a little before the mark on: what is written at the same time becomes visible in any order. */
export const OVERLAP_MS = 60_000;
/**
 * How late the end of a call may be written and be reported all the same.
 *
 * ASSUMPTION: Samora writes it within ten minutes.
 */
export const LATE_MS = 10 * 60_000;
/** At most so many calls are remembered per campaign. When more end within `LATE_MS`, less lateness is tolerated. */
export const MOST_TOLD = 2000;
/** A call that ends again this long after its last end was called again; less is a correction of its time. */
const CORRECTION_MS = 30_000;

const NOT_STARTED = new Set(['DRAFT', 'SCHEDULED']);
const RUNNING = 'IN_PROGRESS';

export const campaignKey = (campaign: ApiRecord): string => shortKey(campaignIdIn(campaign));

export const stateOf = (
	{ campaigns }: TriggerState,
	campaign: ApiRecord,
): CampaignState | undefined => {
	const key = campaignKey(campaign);
	return Object.hasOwn(campaigns, key) ? campaigns[key] : undefined;
};

/** Whether calls of the campaign may have ended since they were read last. */
export function mayHaveNews(campaign: ApiRecord, known: CampaignState | undefined): boolean {
	const status = statusOf(campaign);
	if (status === RUNNING) return true;
	const stats = statsKey(campaign);
	if (stats !== (known?.stats ?? NOTHING_ENDED)) return true;
	if (NOT_STARTED.has(status)) return false;
	// Without figures, only its status says that calls may still be going on.
	return status !== known?.status || (stats === '' && status === 'PAUSED');
}

/** Whether calls of the campaign may be ending just now. */
export const mayBeActive = (campaign: ApiRecord, now: number): boolean =>
	statusOf(campaign) === RUNNING ||
	(!NOT_STARTED.has(statusOf(campaign)) && now - (timeOf(campaign.updated_at) ?? 0) < LATE_MS);

/** From when on changes of calls are read. */
export const readFrom = (known: CampaignState | undefined, since: number): number =>
	(known?.mark ?? since) - OVERLAP_MS;

export interface EndedCall {
	call: ApiRecord;
	key: string;
	/** When it ended. ASSUMPTION: a call that has ended without a time for it ended when it changed last. */
	end: number;
}

/** The calls among those read that have ended and were not reported yet. */
export function newlyEnded(
	calls: readonly ApiRecord[],
	known: CampaignState | undefined,
	{ since, now }: { since: number; now: number },
): EndedCall[] {
	return newest(calls)
		.flatMap((call): EndedCall[] => {
			if (callOutcome(call) === undefined) return [];
			const end = timeOf(call.ended_at) ?? timeOf(call.updated_at) ?? now;
			return [{ call, key: shortKey(callIdIn(call)), end }];
		})
		.filter(({ call, key, end }) => {
			const reported = known?.reported?.[key];
			if (reported === undefined) return end >= (known?.floor ?? since - OVERLAP_MS);
			const [ended, started] = [timeOf(call.ended_at) ?? 0, timeOf(call.started_at) ?? 0];
			return ended > reported + CORRECTION_MS || started > reported;
		});
}

/** A call that moves while the pages are read is on two of them. */
function newest(calls: readonly ApiRecord[]): ApiRecord[] {
	const byId = new Map<string, ApiRecord>();
	for (const call of calls) {
		const other = byId.get(callIdIn(call));
		if (!other || (timeOf(call.updated_at) ?? 0) >= (timeOf(other.updated_at) ?? 0)) {
			byId.set(callIdIn(call), call);
		}
	}
	return [...byId.values()];
}

export interface Progress {
	/** All calls that were read. */
	read: readonly ApiRecord[];
	/** Those that need not be reported any more. */
	reported: readonly EndedCall[];
	/** Those that are reported by a later poll, in the order of their ends. */
	deferred?: readonly EndedCall[];
	since: number;
	/** Samora's time, as far as it is known. */
	now: number;
}

/** What to remember of a campaign after its calls were read. */
export function advance(
	campaign: ApiRecord,
	known: CampaignState | undefined,
	{ read, reported: reportedNow, deferred = [], since, now }: Progress,
): CampaignState {
	const reported: Record<string, number> = { ...known?.reported };
	for (const { key, end } of reportedNow) reported[key] = end;
	const ends = Object.values(reported).sort((a, b) => b - a);
	// A time that lies ahead must not make what comes before it look old.
	const latest = Math.min(ends[0] ?? -Infinity, now);
	const floor = Math.min(
		Math.max(
			known?.floor ?? since - OVERLAP_MS,
			latest - LATE_MS,
			ends[MOST_TOLD - 1] ?? -Infinity,
		),
		...deferred.slice(0, 1).map(({ end }) => end),
	);
	const changes = read.map(({ updated_at }) => Math.min(timeOf(updated_at) ?? 0, now));
	const mark = changes.reduce((a, b) => Math.max(a, b), known?.mark ?? since);
	const [status, stats] = [statusOf(campaign), statsKey(campaign)];
	const isChanged = status !== known?.status || stats !== known.stats;
	const readUntil = isChanged ? now + LATE_MS : (known.readUntil ?? 0);
	return {
		status,
		// What is deferred has the campaign read again.
		stats: deferred.length > 0 ? 'deferred' : stats,
		mark: deferred.length > 0 ? (known?.mark ?? since) : mark,
		floor,
		reported: Object.fromEntries(Object.entries(reported).filter(([, end]) => end >= floor)),
		...(readUntil > now && { readUntil }),
	};
}

/** Forgets calls of a campaign in which nothing has happened for long: all but those that ended last. */
export function settled(known: CampaignState, now: number): CampaignState {
	const ends = Object.values(known.reported ?? {});
	const latest = ends.reduce((a, b) => Math.max(a, b), -Infinity);
	if (ends.every((end) => end === latest) || now - latest < LATE_MS) return known;
	return {
		...known,
		floor: Math.max(known.floor ?? latest, latest),
		reported: Object.fromEntries(
			Object.entries(known.reported ?? {}).filter(([, end]) => end === latest),
		),
	};
}
