import type { CampaignStatus, RetryConfig, Webhook } from '../api/apiShapes';
import type { Fault } from '../control/faults';
import type { JournalEntry } from '../control/journal';
import type { Settings } from '../control/settings';
import type { DeliveryAttempt } from '../deliveries/deliveries';

/** What the console's page is told. All times are virtual milliseconds, unless they say otherwise. */
export interface ConsoleUpdate {
	/** Whether this is all there is to show, rather than what is new since the last update. */
	fresh: boolean;
	clock: { now: number; speed: number };
	/** All calls by status. */
	counts?: Record<string, number>;
	/** Calls that are new or have changed, in no order. */
	calls: CallView[];
	/** New attempts, the newest last. */
	deliveries: DeliveryView[];
	/** Requests that are new or have been answered, in the order of arrival. */
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
	/** When it took the status it has. */
	since: number;
	startedAt: number | null;
	endedAt: number | null;
	/** Seconds of conversation; null until the end. */
	duration: number | null;
	/** From when on there are a recording and a transcript; null while that is not known. */
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

/** How many calls had ended, by outcome, at points in time. */
export interface CampaignProgress {
	times: number[];
	outcomes: Record<string, number[]>;
}

/** `n` counts the attempts since the start, from 0. */
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
