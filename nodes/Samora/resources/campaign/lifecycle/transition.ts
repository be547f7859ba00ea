import { agentIdField } from '../../../../shared/agentId';
import { doneOutput, isFromApi } from '../../../../shared/api/envelope';
import {
	campaignIdField,
	composeCampaign,
	describeStillDraft,
	explainTransition,
	oneCampaignPath,
	realCallsNotice,
} from '../../../../shared/campaign';
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
					compose: composeCampaign,
					isValidBody: isFromApi,
					toOutput: (body, { ids }) => [doneOutput(body, ids)],
					explainRefusal: explainTransition(value),
					...(value === 'start' && {
						denial: describeStillDraft,
					}),
					describeUnknown: (_request, { message }) => ({
						message: `It is not known whether the campaign was ${done}: ${message}`,
						description:
							'The request went out. Look at the status of the campaign with Campaign: Get before you do this again.',
					}),
				}),
			},
		},
		fields: [...(value === 'start' ? [realCallsNotice] : []), agentIdField, campaignIdField],
	};
}
