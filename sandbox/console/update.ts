import type { CampaignStatus, RetryConfig, Webhook } from '../state/apiShapes';
import type { Fault } from '../http/faults';
import type { JournalEntry } from '../http/journal';
import type { Settings } from '../settings/settings';
import type { DeliveryAttempt } from '../deliveries/deliveries';

/** A message to the console's page. All times are virtual milliseconds, except a request's `at` and `took`. */
export interface ConsoleUpdate {
	/** true: this replaces everything shown before. false: this has only changes. */
	fresh: boolean;
	clock: { now: number; speed: number };
	/** All calls by status. */
	counts?: Record<string, number>;
	/** New and changed calls, in no particular order. */
	calls: CallView[];
	/** New attempts, newest last. */
	deliveries: DeliveryView[];
	/** Requests that arrived or got a response. */
	requests: RequestView[];
	campaigns?: CampaignView[];
	webhooks?: Webhook[];
	faults?: Fault[];
	settings?: Settings;
}

export interface CallView {
	id: string;
	number: string;
	name: string;
	direction: 'outbound' | 'inbound';
	agentId: string;
	campaignId: string | null;
	retry: number;
	status: string;
	createdAt: number;
	/** When its status last changed. */
	since: number;
	startedAt: number | null;
	endedAt: number | null;
	/** Seconds of conversation. Null until the call ends. */
	duration: number | null;
	/** When recording and transcript become available. Null if unknown or never. */
	filesAt: number | null;
	variables: Record<string, unknown> | null;
}

export interface CampaignView {
	id: string;
	name: string;
	agentId: string;
	status: CampaignStatus;
	retry: RetryConfig | null;
	/** Its calls by status. */
	counts: Record<string, number>;
	progress: CampaignProgress | null;
}

/** The number of ended calls by outcome at points in time. */
export interface CampaignProgress {
	times: number[];
	outcomes: Record<string, number[]>;
}

/** `n` is the attempt's number, counted from 0. */
export type DeliveryView = Omit<DeliveryAttempt, 'headers' | 'body' | 'answer'> & { n: number };

export type RequestView = Pick<
	JournalEntry,
	| 'seq'
	| 'at'
	| 'method'
	| 'path'
	| 'operationId'
	| 'status'
	| 'accepted'
	| 'fault'
	| 'violation'
	| 'took'
> & { underWay: boolean };
