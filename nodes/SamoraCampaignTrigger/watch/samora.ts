import type { ReadPage } from './reading';
import type { ApiRecord } from './record';

/** What the trigger asks Samora. Rejects with a `PassingFault`, or with what a person must see. */
export interface CampaignsApi {
	/** The campaigns that are watched, and Samora's time. */
	campaigns(): Promise<{ campaigns: ApiRecord[]; now: number }>;
	/** Gives a page of a campaign's calls, those that changed last first. */
	calls(campaignId: string): ReadPage;
	/** A call with all that is known of it. */
	call(callId: string): Promise<ApiRecord>;
}
