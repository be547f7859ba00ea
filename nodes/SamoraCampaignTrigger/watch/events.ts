import { campaignIdIn } from '../../shared/campaign';
import { callIdIn, callOutcome, type ApiRecord } from './record';

export type TriggerEvent = ApiRecord & { event: string };

export const statusEvent = (campaign: ApiRecord, previous: string | null): TriggerEvent => ({
	...campaign,
	event: 'CAMPAIGN_STATUS_CHANGED',
	previous_status: previous,
});

export const callEvent = (call: ApiRecord, campaign: ApiRecord): TriggerEvent => ({
	// In this list the API says `id`; elsewhere an ID of a call is its call_id.
	call_id: callIdIn(call),
	...call,
	event: 'CAMPAIGN_CALL_ENDED',
	outcome: callOutcome(call),
	campaign_id: campaignIdIn(campaign),
	campaign_name: campaign.name ?? null,
});
