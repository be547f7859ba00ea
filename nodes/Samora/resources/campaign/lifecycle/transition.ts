import type { INodeProperties } from 'n8n-workflow';

import { realCallsNotice } from '../../../fields/realCallsNotice';
import { agentIdField } from '../../../../shared/agentId';
import { doneOutput, isFromApi } from '../../../../shared/api/envelope';
import {
	campaignIdField,
	campaignNow,
	composeCampaign,
	describeStillDraft,
	explainTransition,
	isStatus,
	mayBeForbidden,
	oneCampaignPath,
} from '../../../../shared/campaign';
import { recordOf, Refusal, type ReadParameter } from '../../../../shared/parameters';
import {
	callingHoursField,
	callingHoursFrom,
	isOpen,
	outsideCallingHours,
	refuseOutsideHours,
} from '../../../rules/callingHours';
import { RECIPIENT } from '../../../rules/openHours';
import type { ItemRequest, Route, Surroundings } from '../../../sending/route';
import { sendPerItem } from '../../../sending/engineHooks';
import type { Operation } from '../../../fields/operation';

/** An operation that moves a campaign along its lifecycle: they differ in their words only. */
export function transition(
	value: 'start' | 'stop' | 'cancel',
	done: string,
	words: { name: string; action: string; description: string },
): Operation {
	return {
		option: {
			...words,
			value,
			routing: {
				request: { method: 'POST', url: `${oneCampaignPath}/${value}` },
				...sendPerItem({
					thing: 'Campaign',
					compose: (read, surroundings) => ({
						...composeCampaign(read, surroundings),
						...(value === 'start' && withHours(read, surroundings)),
					}),
					isValidBody: isFromApi,
					toOutput: (body, { ids }) => [doneOutput(body, ids)],
					explainRefusal: explainTransition(value),
					...(value === 'start' ? { denial: describeStillDraft } : endsCalling(ENDED_AS[value])),
					describeUnknown: (_request, { message }) => ({
						message: `It is not known whether the campaign was ${done}: ${message}`,
						description:
							value === 'start'
								? 'The request was sent. Check the status of the campaign with Campaign: Get before you do this again.'
								: 'The request was sent. Run the node again: it does no harm if it was done already.',
					}),
				}),
			},
		},
		fields:
			value === 'start'
				? [realCallsNotice, agentIdField, campaignIdField, startOptionsField]
				: [agentIdField, campaignIdField],
	};
}

/** The status after it. */
const ENDED_AS = { stop: 'PAUSED', cancel: 'CANCELLED' } as const;

/**
 * What ends the calling may be sent as often as it takes. If an attempt's answer was lost, Samora refuses the next one,
 * because the campaign is what it was to become.
 */
const endsCalling = (status: string): Pick<Route, 'idempotent' | 'doneBefore'> => ({
	idempotent: true,
	doneBefore: async (context, { path = {} }, refusal) => {
		const campaign = mayBeForbidden(refusal) ? await campaignNow(context, path) : undefined;
		return isStatus(campaign?.status, status) ? { ...refusal, body: campaign } : undefined;
	},
});

const startOptionsField: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add Option',
	default: {},
	options: [
		{
			...callingHoursField,
			description: "When the campaign can be started. Outside these hours, it isn't started.",
		},
	],
};

/** Whom the campaign calls is not known here, so the hours need a time zone of their own. */
function withHours(read: ReadParameter, surroundings: Surroundings): Pick<ItemRequest, 'recheck'> {
	const hours = callingHoursFrom(recordOf(read('options')).callingHours, surroundings.timezone);
	if (!hours) return {};
	if (hours.timezone === RECIPIENT) {
		throw new Refusal(
			'Time Zone in Calling Hours',
			"Time Zone in Calling Hours can't be the recipient's here, because the node doesn't know whom the campaign calls. Choose a time zone",
		);
	}
	return {
		recheck: () => {
			const now = new Date();
			if (isOpen(hours, now)) return undefined;
			return hours.outside === 'skip'
				? {
						kind: 'skip',
						output: {
							campaign_id: composeCampaign(read, surroundings).path.campaign_id,
							skipped: true,
							reason: outsideCallingHours(hours, now),
						},
					}
				: { kind: 'refuse', refusal: refuseOutsideHours(hours, now) };
		},
	};
}
