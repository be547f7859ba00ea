import { campaignIdIn } from '../../shared/campaign';
import { callEvent, statusEvent, type TriggerEvent } from './events';
import type { CampaignsApi } from './samora';
import type { Watch } from './watch';
import { callIdIn, callOutcome, statusOf, timeOf, type ApiRecord } from './record';

/** Enough to build a workflow. */
const CAMPAIGNS = 3;
const CALLS = 5;

/** The latest events, to build a workflow with: the latest campaigns and a few of their calls. */
export async function recentEvents(api: CampaignsApi, watch: Watch): Promise<TriggerEvent[]> {
	const { campaigns } = await api.campaigns();
	const latest = newest(campaigns, 'updated_at').slice(0, CAMPAIGNS);
	const changes = latest
		.filter((campaign) => watch.statusChanges && fits(campaign, watch.statuses))
		.map((campaign) => statusEvent(campaign, null));
	if (!watch.callEnds) return changes;
	const ended: TriggerEvent[] = [];
	for (const campaign of latest) {
		const { elements } = await api.calls(campaignIdIn(campaign))(1);
		const calls = elements.filter(
			(call) => callOutcome(call) !== undefined && fits(call, watch.callStatuses),
		);
		ended.push(...calls.map((call) => callEvent(call, campaign)));
	}
	const calls = newest(ended, 'ended_at').slice(0, CALLS);
	if (!watch.includeDetails) return [...calls, ...changes];
	const detailed = calls.map(async (event) => {
		const callId = callIdIn(event);
		const details = await api.call(callId);
		return { ...event, ...details, event: event.event, call_id: callId };
	});
	return [...(await Promise.all(detailed)), ...changes];
}

const fits = (record: ApiRecord, statuses: ReadonlySet<string>): boolean =>
	statuses.size === 0 || statuses.has(statusOf(record));

const newest = <One extends ApiRecord>(records: One[], field: string): One[] =>
	[...records].sort((a, b) => (timeOf(b[field]) ?? 0) - (timeOf(a[field]) ?? 0));
