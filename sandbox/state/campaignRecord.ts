import type { CampaignStatus, RetryConfig } from './apiShapes';
import type { CallRecord } from './calls';

export interface CampaignRecord {
	id: string;
	name: string;
	agent_id: string;
	status: CampaignStatus;
	retry_config: RetryConfig | null;
	created_at: number;
	updated_at: number;
	/** One per attempt, in the order they were created. */
	calls: CallRecord[];
	/** Grows with every change to a call, so that a sorted list knows when it is out of date. */
	revision: number;
	/** Calls to dial, in order. */
	queue: CallRecord[];
	/** How many calls of the queue have been dialed. Counting is faster than shifting a long array. */
	dialed: number;
	/** Calls that have been dialed and have not ended. */
	active: number;
	/** Retries whose delay is not over. */
	retriesToCome: number;
	recipients: number;
	stats: { finished: number; unanswered: number; failed: number; milliseconds: number };
}

export type CampaignAction = 'addRecipients' | 'start' | 'stop' | 'cancel';

export const OPEN_STATUSES: readonly CampaignStatus[] = [
	'DRAFT',
	'SCHEDULED',
	'IN_PROGRESS',
	'PAUSED',
];

const ALLOWED_FROM: Record<CampaignAction, readonly CampaignStatus[]> = {
	addRecipients: ['DRAFT', 'PAUSED'],
	start: ['DRAFT', 'PAUSED'],
	stop: ['IN_PROGRESS'],
	cancel: OPEN_STATUSES,
};

export const isAllowed = (action: CampaignAction, campaign: CampaignRecord) =>
	ALLOWED_FROM[action].includes(campaign.status);
