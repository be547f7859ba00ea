import { type CallRecord, type Calls, durationOf } from './calls';
import { type CampaignRecord, OPEN_STATUSES } from './campaignRecord';
import type { Clock } from './clock';

/** How long a campaign stays IN_PROGRESS after its last call. */
const FINISHED_AFTER_MS = 1000;

export interface CampaignPace {
	/** How many recipients of one campaign are called at the same time. */
	campaignConcurrency: number;
}

/** Calls the recipients of started campaigns, several at a time, and calls again as their `retry_config` says. */
export class CampaignDialing {
	constructor(
		private readonly clock: Clock,
		private readonly calls: Calls,
		private readonly settings: CampaignPace,
		private readonly finish: (campaign: CampaignRecord, at: number) => void,
	) {}

	addCall(
		campaign: CampaignRecord,
		call: Pick<CallRecord, 'to_number' | 'call_variables' | 'participant'> & { retry?: number },
		at: number,
	): CallRecord {
		const record = this.calls.create(
			{ ...call, agent_id: campaign.agent_id, campaign_id: campaign.id },
			at,
		);
		campaign.calls.push(record);
		campaign.revision += 1;
		return record;
	}

	dialNext(campaign: CampaignRecord, at: number) {
		if (campaign.status !== 'IN_PROGRESS') return;
		while (
			campaign.active < this.settings.campaignConcurrency &&
			campaign.dialed < campaign.queue.length
		) {
			campaign.active += 1;
			this.calls.dial(campaign.queue[campaign.dialed++], at);
		}
		if (isIdle(campaign)) {
			this.clock.at(at + FINISHED_AFTER_MS, (later) => {
				if (campaign.status === 'IN_PROGRESS' && isIdle(campaign)) this.finish(campaign, later);
			});
		}
	}

	ended(campaign: CampaignRecord, call: CallRecord, at: number) {
		campaign.active -= 1;
		campaign.stats[statOf(call)] += 1;
		campaign.stats.milliseconds += (durationOf(call) ?? 0) * 1000;
		this.#retry(campaign, call, at);
		this.dialNext(campaign, at);
	}

	/** A retry is a call of its own: it waits as PENDING until the delay is over, then queues like any other. */
	#retry(campaign: CampaignRecord, call: CallRecord, at: number) {
		const retry = campaign.retry_config;
		if (!retry || call.retry >= retry.max_retries || !OPEN_STATUSES.includes(campaign.status))
			return;
		if (!retry.retry_on.some((reason) => reason === call.status)) return;
		const again = this.addCall(
			campaign,
			{
				to_number: call.to_number,
				call_variables: call.call_variables,
				participant: call.participant,
				retry: call.retry + 1,
			},
			at,
		);
		campaign.retriesToCome += 1;
		this.clock.at(at + retry.retry_delay_minutes * 60_000, (due) => {
			campaign.retriesToCome -= 1;
			campaign.queue.push(again);
			this.dialNext(campaign, due);
		});
	}
}

const isIdle = (campaign: CampaignRecord) =>
	campaign.active === 0 &&
	campaign.retriesToCome === 0 &&
	campaign.dialed === campaign.queue.length;

function statOf(call: CallRecord): 'finished' | 'unanswered' | 'failed' {
	if (call.status === 'UNANSWERED') return 'unanswered';
	if (call.status === 'FAILED' || call.status === 'REJECTED') return 'failed';
	return 'finished';
}
