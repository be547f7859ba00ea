import { callOutcome, idOf, type ApiRecord } from './record';

export type TriggerEvent = ApiRecord & { event: string };

export const statusEvent = (campaign: ApiRecord, previous: string | null): TriggerEvent => ({
	...campaign,
	event: 'CAMPAIGN_STATUS_CHANGED',
	previous_status: previous,
});

export const callEvent = (call: ApiRecord, campaign: ApiRecord): TriggerEvent => ({
	// In this list the API says `id`; elsewhere an ID of a call is its call_id.
	call_id: idOf(call),
	...call,
	event: 'CAMPAIGN_CALL_ENDED',
	outcome: callOutcome(call),
	campaign_id: idOf(campaign),
	campaign_name: campaign.name ?? null,
});
