import { agentIdField } from '../../shared/agentId';
import { campaignIdField, composeCampaign, oneCampaignPath } from '../../shared/campaign';
import { sentOnce } from '../../shared/dispatch';
import type { Operation } from '../../shared/operation';

export const get: Operation = {
	option: {
		name: 'Get',
		value: 'get',
		action: 'Get a campaign',
		description: 'Get a campaign with its status and how many of its calls have ended',
		routing: {
			request: { method: 'GET', url: oneCampaignPath },
			...sentOnce({ thing: 'Campaign', compose: composeCampaign }),
		},
	},
	fields: [agentIdField, campaignIdField],
};
