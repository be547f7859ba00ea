import { agentIdField } from '../../../shared/agentId';
import { campaignIdField, composeCampaign, oneCampaignPath } from '../../../shared/campaign';
import { sendPerItem } from '../../sending/engineHooks';
import type { Operation } from '../../fields/operation';

export const get: Operation = {
	option: {
		name: 'Get',
		value: 'get',
		action: 'Get a campaign',
		description: 'Get a campaign with its status and the number of calls that have ended',
		routing: {
			request: { method: 'GET', url: oneCampaignPath },
			...sendPerItem({ thing: 'Campaign', compose: composeCampaign }),
		},
	},
	fields: [agentIdField, campaignIdField],
};
