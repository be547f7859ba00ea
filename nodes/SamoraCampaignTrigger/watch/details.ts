import type { TriggerEvent } from './events';
import { passing } from './passingFault';
import { callIdIn, callOutcome, type ApiRecord } from './record';
import type { CampaignsApi } from './samora';

/**
 * The event of a call that has ended, with all that is known of the call. When that cannot be had, the event says why.
 *
 * @throws PassingFault when the next call's details could not be had either
 */
export async function detailedEvent(
	api: Pick<CampaignsApi, 'call'>,
	call: ApiRecord,
	event: TriggerEvent,
): Promise<TriggerEvent> {
	const callId = callIdIn(call);
	try {
		const details = await api.call(callId);
		const outcome = callOutcome(details);
		// Should it be called again already, its end is as the list has it.
		const { status, ended_at, ...rest } = details;
		return {
			...event,
			...rest,
			...(outcome ? { status, ended_at, outcome } : {}),
			call_id: callId,
		};
	} catch (thrown) {
		const fault = passing(thrown);
		if (fault.concernsAll) throw fault;
		return { ...event, call_id: callId, details_unavailable: fault.message };
	}
}
