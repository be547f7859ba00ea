import { randomUUID } from 'node:crypto';
import { findAgent } from './account';
import type {
	Campaign,
	CampaignCall,
	CampaignStatus,
	ListCallsQuery,
	Recipient,
	RetryConfig,
} from '../api/apiShapes';
import { listCalls } from './callListing';
import { type CallRecord, type Calls, durationOf, iso } from './calls';
import type { Clock } from './clock';
import type { Log } from '../control/log';
import type { Settings } from '../control/settings';

export interface CampaignRecord {
	id: string;
	name: string;
	agent_id: string;
	status: CampaignStatus;
	retry_config: RetryConfig | null;
	created_at: number;
	updated_at: number;
	/** All calls including retries, in the order of creation. */
	calls: CallRecord[];
	/** Increases with every change to a call, so that sorted lists know when they're outdated. */
	revision: number;
	/** Calls that are waiting to be dialed. */
	queue: CallRecord[];
	/** How many calls of the queue have been dialed. Shifting a long array each time would be slow. */
	taken: number;
	active: number;
	retriesToCome: number;
	recipients: number;
	stats: { finished: number; unanswered: number; failed: number; milliseconds: number };
}

export type CampaignAction = 'addRecipients' | 'start' | 'stop' | 'cancel';

const OPEN: readonly CampaignStatus[] = ['DRAFT', 'SCHEDULED', 'IN_PROGRESS', 'PAUSED'];

const ALLOWED_FROM: Record<CampaignAction, readonly CampaignStatus[]> = {
	addRecipients: ['DRAFT', 'PAUSED'],
	start: ['DRAFT', 'PAUSED'],
	stop: ['IN_PROGRESS'],
	cancel: OPEN,
};

export const isAllowed = (action: CampaignAction, campaign: CampaignRecord) =>
	ALLOWED_FROM[action].includes(campaign.status);

/** How long a campaign stays IN_PROGRESS after its last call. */
const WINDING_UP_MS = 1000;

/** All campaigns, and how a started campaign calls its recipients. */
export class Campaigns {
	readonly #records = new Map<string, CampaignRecord>();

	constructor(
		private readonly clock: Clock,
		private readonly calls: Calls,
		private readonly settings: Settings,
		private readonly log: Log,
	) {
		calls.listen({
			started: (call) => this.#touched(call),
			ended: (call, at) => this.#ended(call, at),
		});
	}

	all(): CampaignRecord[] {
		return [...this.#records.values()];
	}

	find(agentId: string, id: string): CampaignRecord | undefined {
		const campaign = this.#records.get(id.toLowerCase());
		return campaign?.agent_id === agentId.toLowerCase() ? campaign : undefined;
	}

	findById(id: string): CampaignRecord | undefined {
		return this.#records.get(id);
	}

	/** Newest first. */
	of(agentId: string): CampaignRecord[] {
		return this.all()
			.filter((campaign) => campaign.agent_id === agentId.toLowerCase())
			.reverse();
	}

	create(agentId: string, name: string, retryConfig: RetryConfig | null): CampaignRecord {
		const now = this.clock.now();
		const campaign: CampaignRecord = {
			id: randomUUID(),
			name,
			agent_id: agentId,
			status: 'DRAFT',
			retry_config: retryConfig,
			created_at: now,
			updated_at: now,
			calls: [],
			revision: 0,
			queue: [],
			taken: 0,
			active: 0,
			retriesToCome: 0,
			recipients: 0,
			stats: { finished: 0, unanswered: 0, failed: 0, milliseconds: 0 },
		};
		this.#records.set(campaign.id, campaign);
		return campaign;
	}

	update(campaign: CampaignRecord, change: { name?: string; retry_config?: RetryConfig }) {
		Object.assign(campaign, change);
		campaign.updated_at = this.clock.now();
	}

	addRecipients(campaign: CampaignRecord, recipients: Recipient[]): string[] {
		const now = this.clock.now();
		campaign.updated_at = now;
		return recipients.map(({ to_number, call_variables }) => {
			const call = this.#addCall(
				campaign,
				{ to_number, call_variables: call_variables ?? null, participant: campaign.recipients++ },
				now,
			);
			campaign.queue.push(call);
			return call.id;
		});
	}

	start(campaign: CampaignRecord) {
		this.setStatus(campaign, 'IN_PROGRESS');
		this.#dialNext(campaign, this.clock.now());
	}

	stop(campaign: CampaignRecord) {
		this.setStatus(campaign, 'PAUSED');
	}

	cancel(campaign: CampaignRecord) {
		this.setStatus(campaign, 'CANCELLED');
	}

	setStatus(campaign: CampaignRecord, status: CampaignStatus, at = this.clock.now()) {
		campaign.status = status;
		this.log(`campaign "${campaign.name}" is ${status}`);
		campaign.updated_at = at;
	}

	present(campaign: CampaignRecord): Campaign {
		const { finished, unanswered, failed, milliseconds } = campaign.stats;
		const total = campaign.calls.length;
		return {
			id: campaign.id,
			name: campaign.name,
			agent_id: campaign.agent_id,
			agent_name: findAgent(campaign.agent_id)?.name ?? '',
			status: campaign.status,
			retry_config: campaign.retry_config,
			call_stats: {
				total,
				finished,
				pending: total - finished - unanswered - failed,
				unanswered,
				failed,
				total_duration: String(Math.round(milliseconds / 1000)),
			},
			created_at: iso(campaign.created_at),
			updated_at: iso(campaign.updated_at),
		};
	}

	listCalls(
		campaign: CampaignRecord,
		query: ListCallsQuery,
	): { calls: CampaignCall[]; total: number } {
		return listCalls(campaign, query);
	}

	#addCall(
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

	#dialNext(campaign: CampaignRecord, at: number) {
		if (campaign.status !== 'IN_PROGRESS') return;
		while (
			campaign.active < this.settings.campaignConcurrency &&
			campaign.taken < campaign.queue.length
		) {
			campaign.active += 1;
			this.calls.dial(campaign.queue[campaign.taken++], at);
		}
		if (isIdle(campaign)) {
			this.clock.at(at + WINDING_UP_MS, (later) => {
				if (campaign.status === 'IN_PROGRESS' && isIdle(campaign)) {
					this.setStatus(campaign, 'FINISHED', later);
				}
			});
		}
	}

	#touched(call: CallRecord): CampaignRecord | undefined {
		const campaign = call.campaign_id === null ? undefined : this.#records.get(call.campaign_id);
		if (campaign) campaign.revision += 1;
		return campaign;
	}

	#ended(call: CallRecord, at: number) {
		const campaign = this.#touched(call);
		if (!campaign) return;
		campaign.active -= 1;
		campaign.stats[statOf(call)] += 1;
		campaign.stats.milliseconds += (durationOf(call) ?? 0) * 1000;
		this.#retry(campaign, call, at);
		this.#dialNext(campaign, at);
	}

	/** A retry is a separate call. It's PENDING until the delay is over, and then queued like any other. */
	#retry(campaign: CampaignRecord, call: CallRecord, at: number) {
		const retry = campaign.retry_config;
		if (!retry || call.retry >= retry.max_retries || !OPEN.includes(campaign.status)) return;
		if (!retry.retry_on.some((reason) => reason === call.status)) return;
		const again = this.#addCall(
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
			this.#dialNext(campaign, due);
		});
	}
}

const isIdle = (campaign: CampaignRecord) =>
	campaign.active === 0 && campaign.retriesToCome === 0 && campaign.taken === campaign.queue.length;

function statOf(call: CallRecord): 'finished' | 'unanswered' | 'failed' {
	if (call.status === 'UNANSWERED') return 'unanswered';
	if (call.status === 'FAILED' || call.status === 'REJECTED') return 'failed';
	return 'finished';
}
