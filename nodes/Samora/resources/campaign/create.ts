import { agentIdField } from '../../../shared/agentId';
import { thingIn } from '../../../shared/api/envelope';
import { campaignIdIn, campaignPath } from '../../../shared/campaign';
import { sendPerItem } from '../../sending/engineHooks';
import type { Operation } from '../../fields/operation';
import { retryConfigField } from './settings/retryConfig';
import { campaignNameField } from './settings/name';
import { newCampaign } from './settings/newCampaign';

export const create: Operation = {
	option: {
		name: 'Create',
		value: 'create',
		action: 'Create campaign as draft',
		description: 'Create a campaign as a draft. Nobody is called until you start it.',
		routing: {
			request: { method: 'POST', url: campaignPath },
			...sendPerItem({
				thing: 'Campaign',
				compose: (read, credential) => {
					const campaign = newCampaign(read, credential);
					return { ...campaign, ids: { agent_id: campaign.path.agent_id } };
				},
				isValidBody: (body) => campaignIdIn(body) !== '',
				toOutput: (body) => [{ ...thingIn(body), campaign_id: campaignIdIn(body) }],
				describeUnknown: (_request, { message }) => ({
					message: `It is not known whether the campaign was created: ${message}`,
					description:
						'The request was sent. Check with Campaign: Get Many before you create it again. Otherwise there may be two.',
				}),
			}),
		},
	},
	fields: [agentIdField, { ...campaignNameField, required: true }, retryConfigField],
};
