import { randomUUID } from 'node:crypto';
import { findAgent } from './account';
import type { Campaign, CampaignStatus, Recipient, RetryConfig } from './apiShapes';
import { type CallRecord, type Calls, iso } from './calls';
import { CampaignDialing, type CampaignPace } from './campaignDialing';
import type { CampaignRecord } from './campaignRecord';
import type { Clock } from './clock';
import type { Log } from './log';

/** All campaigns. */
export class Campaigns {
	readonly #records = new Map<string, CampaignRecord>();
	readonly #dialing: CampaignDialing;

	constructor(
		private readonly clock: Clock,
		calls: Calls,
		pace: CampaignPace,
		private readonly log: Log,
	) {
		this.#dialing = new CampaignDialing(clock, calls, pace, (campaign, at) =>
			this.setStatus(campaign, 'FINISHED', at),
		);
		calls.listen({
			started: (call) => this.#changed(call),
			ended: (call, at) => {
				const campaign = this.#changed(call);
				if (campaign) this.#dialing.ended(campaign, call, at);
			},
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
			dialed: 0,
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
			const call = this.#dialing.addCall(
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
		this.#dialing.dialNext(campaign, this.clock.now());
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

	/** Notes that a call has changed. @returns its campaign, if it has one */
	#changed(call: CallRecord): CampaignRecord | undefined {
		const campaign = call.campaign_id === null ? undefined : this.#records.get(call.campaign_id);
		if (campaign) campaign.revision += 1;
		return campaign;
	}
}
