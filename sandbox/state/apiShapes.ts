/** The API's requests and responses, with the API's own names. openapi.yaml has the rules for them. */

export type CallStatus =
	| 'PENDING'
	| 'TRIGGERED'
	| 'ONGOING'
	| 'CALL_FINISHED'
	| 'UNANSWERED'
	| 'REJECTED'
	| 'VOICEMAIL'
	| 'FAILED';

export const CAMPAIGN_STATUSES = [
	'DRAFT',
	'SCHEDULED',
	'IN_PROGRESS',
	'PAUSED',
	'FINISHED',
	'FAILED',
	'CANCELLED',
] as const;

export type CampaignStatus = (typeof CAMPAIGN_STATUSES)[number];

export type EventType = 'CALL_STARTED' | 'CALL_FINISHED' | 'CALL_FAILED';

export type RetryReason = 'UNANSWERED' | 'REJECTED' | 'VOICEMAIL' | 'FAILED';

export type CallVariables = Record<string, unknown>;

export interface RetryConfig {
	max_retries: number;
	retry_delay_minutes: number;
	retry_on: RetryReason[];
}

export interface TriggerCallBody {
	agent_id: string;
	to_number: string;
	metadata?: CallVariables;
}

export interface CreateCampaignBody {
	name: string;
	retry_config?: RetryConfig;
}

export type UpdateCampaignBody = Partial<CreateCampaignBody>;

export interface Recipient {
	to_number: string;
	call_variables?: CallVariables;
}

export interface AddRecipientsBody {
	phone_numbers: Recipient[];
}

export interface DataOptions {
	include_transcript: boolean;
	include_recording_url: boolean;
}

export interface CreateWebhookBody {
	agent_id: string;
	name: string;
	url: string;
	events: EventType[];
	data_options?: Partial<DataOptions>;
	custom_headers?: Record<string, string>;
}

export interface UpdateWebhookBody extends Partial<Omit<CreateWebhookBody, 'agent_id'>> {
	is_active?: boolean;
}

export interface ListCallsQuery {
	page?: number;
	page_size?: number;
	search?: string;
	status?: string;
	duration_min?: number;
	duration_max?: number;
	sort_by?: CallSortKey;
	sort_dir?: 'asc' | 'desc';
}

export type CallSortKey =
	| 'participant_id'
	| 'status'
	| 'created_at'
	| 'updated_at'
	| 'started_at'
	| 'ended_at'
	| 'duration';

export interface CallDetails {
	agent_id: string;
	created_at: string;
	updated_at: string;
	started_at: string | null;
	ended_at: string | null;
	transcript_url: string | null;
	recording_url: string | null;
	status: string;
	call_variables: CallVariables | null;
}

export interface CampaignCall {
	id: string;
	to_number: string;
	status: string;
	duration: number | null;
	created_at: string;
	updated_at: string;
	started_at: string | null;
	ended_at: string | null;
}

export interface Campaign {
	id: string;
	name: string;
	agent_id: string;
	agent_name: string;
	status: CampaignStatus;
	retry_config: RetryConfig | null;
	call_stats: {
		total: number;
		finished: number;
		pending: number;
		unanswered: number;
		failed: number;
		total_duration: string;
	};
	created_at: string;
	updated_at: string;
}

export interface Webhook {
	id: string;
	agent_id: string;
	name: string;
	url: string;
	events: EventType[];
	data_options: DataOptions;
	custom_headers: Record<string, string>;
	is_active: boolean;
	created_at: string;
	updated_at: string;
}
