import type { JournalEntry } from '../http/journal';
import type { DeliveryAttempt } from '../deliveries/deliveries';
import { type CallRecord, durationOf } from '../state/calls';
import type { CampaignRecord } from '../state/campaignRecord';
import type { CallView, CampaignProgress, CampaignView, DeliveryView, RequestView } from './update';

export const callView = (call: CallRecord): CallView => ({
	id: call.id,
	number: call.to_number,
	name: nameIn(call.call_variables ?? {}),
	direction: call.direction,
	agentId: call.agent_id,
	campaignId: call.campaign_id,
	retry: call.retry,
	status: call.status,
	createdAt: call.created_at,
	since: call.updated_at,
	startedAt: call.started_at,
	endedAt: call.ended_at,
	duration: durationOf(call),
	filesAt: call.files_at,
	variables: call.call_variables,
});

/** The first variable whose key ends in "name": name, lead_name, first name. */
function nameIn(variables: Record<string, unknown>): string {
	const [, name] = Object.entries(variables).find(([key]) => /name$/i.test(key)) ?? [];
	return typeof name === 'string' ? name : '';
}

/** Without headers, body and response body: the page fetches them on demand. */
export const deliveryView = (attempt: DeliveryAttempt, n: number): DeliveryView => ({
	n,
	id: attempt.id,
	webhook_id: attempt.webhook_id,
	event: attempt.event,
	call_id: attempt.call_id,
	attempt: attempt.attempt,
	url: attempt.url,
	status: attempt.status,
	error: attempt.error,
	at: attempt.at,
});

export const requestView = (entry: JournalEntry, underWay: boolean): RequestView => ({
	seq: entry.seq,
	at: entry.at,
	method: entry.method,
	path: entry.path,
	operationId: entry.operationId,
	status: entry.status,
	accepted: entry.accepted,
	fault: entry.fault,
	violation: entry.violation,
	took: entry.took,
	underWay,
});

export const campaignView = (campaign: CampaignRecord, now: number): CampaignView => ({
	id: campaign.id,
	name: campaign.name,
	agentId: campaign.agent_id,
	status: campaign.status,
	retry: campaign.retry_config,
	counts: countsOf(campaign.calls),
	progress: progressOf(campaign.calls, now),
});

function countsOf(calls: readonly CallRecord[]): Record<string, number> {
	const counts: Record<string, number> = {};
	for (const { status } of calls) counts[status] = (counts[status] ?? 0) + 1;
	return counts;
}

const STEPS = 60;

/** From the first call to the last end, or to now while calls are ongoing. */
function progressOf(calls: readonly CallRecord[], now: number): CampaignProgress | null {
	let from = Infinity;
	let lastEnd = 0;
	let active = false;
	for (const call of calls) {
		if (call.status === 'PENDING') continue;
		from = Math.min(from, call.started_at ?? call.ended_at ?? call.updated_at);
		if (call.ended_at === null) active = true;
		else lastEnd = Math.max(lastEnd, call.ended_at);
	}
	if (from === Infinity) return null;
	const to = active ? Math.max(now, lastEnd) : lastEnd;
	const step = Math.max(1, to - from) / STEPS;
	const outcomes: Record<string, number[]> = {};
	for (const { ended_at, status } of calls) {
		if (ended_at === null) continue;
		const ended = (outcomes[status] ??= new Array<number>(STEPS + 1).fill(0));
		ended[Math.min(STEPS, Math.max(0, Math.ceil((ended_at - from) / step)))] += 1;
	}
	for (const ended of Object.values(outcomes)) {
		for (let n = 1; n <= STEPS; n += 1) ended[n] += ended[n - 1];
	}
	return { times: Array.from({ length: STEPS + 1 }, (_, n) => from + n * step), outcomes };
}
