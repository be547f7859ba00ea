import type { CallSortKey, CampaignCall, ListCallsQuery } from './apiShapes';
import { type CallRecord, campaignCall, durationOf } from './calls';

interface Listed {
	calls: CallRecord[];
	revision: number;
}

interface Ordered extends Pick<ListCallsQuery, 'sort_by' | 'sort_dir'> {
	revision: number;
	calls: CallRecord[];
}

/** The last order of each campaign, so that reading all pages of 100,000 calls doesn't sort them a thousand times. */
const lastOrdering = new WeakMap<Listed, Ordered>();

const SORT_VALUE: Record<CallSortKey, (call: CallRecord) => number | string | null> = {
	participant_id: (call) => call.participant,
	status: (call) => call.status,
	created_at: (call) => call.created_at,
	updated_at: (call) => call.updated_at,
	started_at: (call) => call.started_at,
	ended_at: (call) => call.ended_at,
	duration: durationOf,
};

/** One page of a campaign's calls, filtered and sorted. */
export function listCalls(
	campaign: Listed,
	query: ListCallsQuery,
): { calls: CampaignCall[]; total: number } {
	const { page = 1, page_size = 10, sort_by = 'created_at', sort_dir = 'desc' } = query;
	const accepts = filterOf(query);
	const ordered = orderedBy(campaign, sort_by, sort_dir);
	const matching = accepts ? ordered.filter(accepts) : ordered;
	const first = (page - 1) * page_size;
	return {
		calls: matching.slice(first, first + page_size).map(campaignCall),
		total: matching.length,
	};
}

function filterOf(query: ListCallsQuery): ((call: CallRecord) => boolean) | undefined {
	const { search, status, duration_min, duration_max } = query;
	if (!search && !status && duration_min === undefined && duration_max === undefined)
		return undefined;
	return (call) => {
		if (search && !call.to_number.includes(search)) return false;
		if (status && call.status !== status) return false;
		if (duration_min === undefined && duration_max === undefined) return true;
		const duration = durationOf(call);
		return (
			duration !== null && duration >= (duration_min ?? 0) && duration <= (duration_max ?? Infinity)
		);
	};
}

function orderedBy(
	campaign: Listed,
	sort_by: CallSortKey,
	sort_dir: 'asc' | 'desc',
): readonly CallRecord[] {
	const last = lastOrdering.get(campaign);
	// Calls stay in the order of their creation, even if they change later.
	const revision = sort_by === 'created_at' ? campaign.calls.length : campaign.revision;
	if (last?.revision === revision && last.sort_by === sort_by && last.sort_dir === sort_dir) {
		return last.calls;
	}
	const calls = [...campaign.calls];
	if (sort_by !== 'created_at') {
		const value = SORT_VALUE[sort_by];
		calls.sort((a, b) => compare(value(a), value(b)));
	}
	if (sort_dir === 'desc') calls.reverse();
	lastOrdering.set(campaign, { sort_by, sort_dir, revision, calls });
	return calls;
}

/** Missing values come first in ascending order and last in descending order. */
function compare(a: number | string | null, b: number | string | null): number {
	if (a === b) return 0;
	if (a === null) return -1;
	if (b === null) return 1;
	return a < b ? -1 : 1;
}
