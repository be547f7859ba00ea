import { agentIdField } from '../../../shared/agentId';
import { campaignPath } from '../../../shared/campaign';
import { sentOnce } from '../../sending/dispatch';
import type { Operation } from '../../fields/operation';
import { retryConfigField } from './settings/retryConfig';
import { campaignNameField } from './settings/name';
import { newCampaign } from './settings/newCampaign';

export const create: Operation = {
	option: {
		name: 'Create',
		value: 'create',
		action: 'Create a campaign as a draft',
		description: 'Create a campaign as a draft. Nobody is called until it is started.',
		routing: {
			request: { method: 'POST', url: campaignPath },
			...sentOnce({
				thing: 'Campaign',
				compose: (read) => {
					const campaign = newCampaign(read);
					return { ...campaign, given: { 'Agent ID': campaign.path.agent_id } };
				},
				unknown: (_composed, { message }) => ({
					message: `It is not known whether the campaign was created: ${message}`,
					description:
						'The request went out. Look for it with Campaign: Get Many before you create it again, or there may be two.',
				}),
			}),
		},
	},
	fields: [agentIdField, { ...campaignNameField, required: true }, retryConfigField],
};
