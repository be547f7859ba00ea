import pLimit from 'p-limit';

import { campaignIdIn } from '../../shared/campaign';
import {
	advance,
	campaignKey,
	LATE_MS,
	mayBeActive,
	mayHaveNews,
	newlyEnded,
	OVERLAP_MS,
	readFrom,
	settled,
	stateOf,
	type CampaignState,
	type EndedCall,
	type TriggerState,
} from './cursor';
import { detailedEvent } from './details';
import { callEvent, statusEvent, type TriggerEvent } from './events';
import { passing, PassingFault } from './passingFault';
import { callsSince } from './reading';
import { statsKey, statusOf, timeOf, type ApiRecord } from './record';
import type { CampaignsApi } from './samora';

export interface Watch {
	scope: string;
	statusChanges: boolean;
	callEnds: boolean;
	/** Only changes to these, in capitals; all when empty. */
	statuses: ReadonlySet<string>;
	/** Only calls that ended in these, in capitals; all when empty. */
	callStatuses: ReadonlySet<string>;
	includeDetails: boolean;
	/** Whether what remains is to be left to the next poll. */
	isOutOfTime: () => boolean;
}

export interface PollOutcome {
	state: TriggerState;
	events: TriggerEvent[];
	/** What the next poll makes up for. */
	faults: string[];
}

const REQUESTS_AT_ONCE = 5;
/** So many calls get their details in any case, so that every poll gets on. */
const FEWEST_DETAILS = 25;
/** The status of a campaign of which nothing was reported yet. */
const UNREPORTED = '';

/** The beginning of a watch: notes how things are, and reports nothing. */
export async function beginWatch(api: CampaignsApi, watch: Watch): Promise<TriggerState> {
	const { campaigns, now } = await api.campaigns();
	const limit = pLimit(REQUESTS_AT_ONCE);
	const entries = campaigns.map((campaign) =>
		limit(async (): Promise<[string, CampaignState]> => {
			const key = campaignKey(campaign);
			if (!watch.callEnds || !mayBeActive(campaign, now)) return [key, seen(campaign)];
			// What ended lately is remembered one by one, for some of it may yet be written.
			const known = {
				...seen(campaign),
				mark: now,
				floor: now - LATE_MS,
				readUntil: now + LATE_MS,
			};
			const read = await callsSince(api.calls(campaignIdIn(campaign)), known.floor);
			const reported = newlyEnded(read, known, { since: now, now });
			return [key, advance(campaign, known, { read, reported, since: now, now })];
		}),
	);
	return {
		scope: watch.scope,
		since: now,
		campaigns: Object.fromEntries(await Promise.all(entries)),
	};
}

const seen = (campaign: ApiRecord, known?: CampaignState): CampaignState => ({
	...known,
	status: statusOf(campaign),
	stats: statsKey(campaign),
});

/** One campaign as this poll found it. */
interface Finding {
	campaign: ApiRecord;
	known: CampaignState | undefined;
	read?: ApiRecord[];
	ended: EndedCall[];
}

/** An event, and what telling it settles. */
interface Candidate {
	finding: Finding;
	time: number;
	ended?: EndedCall;
	event: TriggerEvent;
}

/** What has happened since the last poll, in the order of its times. */
export async function eventsSince(
	api: CampaignsApi,
	watch: Watch,
	state: TriggerState,
): Promise<PollOutcome> {
	const faults: string[] = [];
	let listed: Awaited<ReturnType<CampaignsApi['campaigns']>>;
	try {
		listed = await api.campaigns();
	} catch (thrown) {
		return { state, events: [], faults: [passing(thrown).message] };
	}
	const { campaigns, now } = listed;
	const found = await readNews(api, watch, state, { campaigns, now, faults });
	const candidates = found
		.flatMap((finding) => candidatesOf(finding, watch, state, now))
		.sort((a, b) => a.time - b.time || rank(a) - rank(b));
	const reported = watch.includeDetails
		? await withDetails(api, candidates, watch, faults)
		: candidates;
	return {
		state: afterwards(state, found, { candidates, reported: reported.length, now }),
		events: reported.map(({ event }) => event),
		faults,
	};
}

/** Reads the calls of those campaigns in which some may have ended. What cannot be read is left out. */
async function readNews(
	api: CampaignsApi,
	watch: Watch,
	state: TriggerState,
	{ campaigns, now, faults }: { campaigns: ApiRecord[]; now: number; faults: string[] },
): Promise<Finding[]> {
	const { since } = state;
	const limit = pLimit(REQUESTS_AT_ONCE);
	let stopped = false;
	const byTurn = campaigns
		.map((campaign) => {
			const known = stateOf(state, campaign);
			return { campaign, known, isNews: mayHaveNews(campaign, known) };
		})
		// Those with news come first, and of them those read longest ago, should there not be time for all.
		.sort(
			(a, b) =>
				Number(b.isNews) - Number(a.isNews) || (a.known?.mark ?? since) - (b.known?.mark ?? since),
		);
	const findings = byTurn.map(({ campaign, known, isNews }, place) => {
		if (!watch.callEnds || !(isNews || known?.readUntil !== undefined)) {
			return [{ campaign, known, ended: [] }];
		}
		return limit(async (): Promise<Finding[]> => {
			if (stopped || (place >= REQUESTS_AT_ONCE && watch.isOutOfTime())) return [];
			try {
				const read = await callsSince(api.calls(campaignIdIn(campaign)), readFrom(known, since));
				return [{ campaign, known, read, ended: newlyEnded(read, known, { since, now }) }];
			} catch (thrown) {
				stopped ||= !(thrown instanceof PassingFault) || thrown.concernsAll;
				faults.push(passing(thrown).message);
				return [];
			}
		});
	});
	return (await Promise.all(findings)).flat();
}

function candidatesOf(
	finding: Finding,
	watch: Watch,
	{ since }: TriggerState,
	now: number,
): Candidate[] {
	const { campaign, known, ended } = finding;
	const calls = ended
		.filter(({ call }) => watch.callStatuses.size === 0 || watch.callStatuses.has(statusOf(call)))
		.map((one) => ({ finding, time: one.end, ended: one, event: callEvent(one.call, campaign) }));
	const status = statusOf(campaign);
	const isChange = known
		? known.status !== status
		: // One that is as old as the watch was overlooked as it began.
			(timeOf(campaign.created_at) ?? now) >= since - OVERLAP_MS;
	if (!watch.statusChanges || !isChange) return calls;
	if (watch.statuses.size > 0 && !watch.statuses.has(status)) return calls;
	const changed = timeOf(campaign.updated_at) ?? now;
	const last = calls.reduce((latest, { time }) => Math.max(latest, time), changed);
	return [
		...calls,
		{
			finding,
			// A campaign is finished after its calls.
			time: status === 'FINISHED' ? last : changed,
			event: statusEvent(campaign, known?.status || null),
		},
	];
}

/** At the same time: a campaign starts, its calls end, it is finished. */
function rank({ ended, event }: Candidate): number {
	if (ended) return 1;
	return statusOf(event) === 'FINISHED' ? 2 : 0;
}

/** Adds the details of calls, as far as there is time: what comes after that is reported by the next poll. */
async function withDetails(
	api: CampaignsApi,
	candidates: Candidate[],
	watch: Watch,
	faults: string[],
): Promise<Candidate[]> {
	const limit = pLimit(REQUESTS_AT_ONCE);
	let stopped = false;
	const detailed = candidates.map((candidate, place) =>
		limit(async (): Promise<Candidate | undefined> => {
			if (!candidate.ended) return candidate;
			if (stopped || (place >= FEWEST_DETAILS && watch.isOutOfTime())) return undefined;
			try {
				return {
					...candidate,
					event: await detailedEvent(api, candidate.ended.call, candidate.event),
				};
			} catch (thrown) {
				stopped = true;
				faults.push(passing(thrown).message);
				return undefined;
			}
		}),
	);
	const all = await Promise.all(detailed);
	const end = all.indexOf(undefined);
	return all.slice(0, end < 0 ? undefined : end).flatMap((one) => one ?? []);
}

/** What to remember once the first of the candidates are reported. */
function afterwards(
	state: TriggerState,
	found: Finding[],
	{ candidates, reported, now }: { candidates: Candidate[]; reported: number; now: number },
): TriggerState {
	const { since } = state;
	const deferred = new Map<Finding, Candidate[]>();
	for (const candidate of candidates.slice(reported)) {
		const others = deferred.get(candidate.finding);
		if (others) others.push(candidate);
		else deferred.set(candidate.finding, [candidate]);
	}
	const campaigns = { ...state.campaigns };
	for (const finding of found) {
		const { campaign, known, read, ended } = finding;
		const later = deferred.get(finding) ?? [];
		const laterCalls = later.flatMap((candidate) => candidate.ended ?? []);
		const key = campaignKey(campaign);
		if (read) {
			const isLater = new Set(laterCalls);
			campaigns[key] = advance(campaign, known, {
				read,
				reported: ended.filter((one) => !isLater.has(one)),
				deferred: laterCalls,
				since,
				now,
			});
		} else {
			campaigns[key] = seen(campaign, known && settled(known, now));
		}
		if (later.some(({ ended }) => !ended)) {
			campaigns[key] = { ...campaigns[key], status: known?.status ?? UNREPORTED };
		}
	}
	return { ...state, campaigns };
}
