import { agentId, agentIdField } from '../../../shared/agentId';
import { CAMPAIGNS, campaignPath } from '../../../shared/campaign';
import { sendPerItem } from '../../sending/engineHooks';
import { hasList } from '../../../shared/api/lists';
import { readPages } from '../../../shared/api/pages';
import { limitField, returnAllField, wanted } from '../../fields/listFields';
import type { Operation } from '../../fields/operation';

export const getAll: Operation = {
	option: {
		name: 'Get Many',
		value: 'getAll',
		action: 'Get many campaigns',
		description: "List an agent's campaigns",
		routing: {
			request: { method: 'GET', url: campaignPath },
			...sendPerItem({
				thing: 'Agent',
				compose: (read, credential) => {
					const agent_id = agentId(read('agentId'), credential);
					return {
						path: { agent_id },
						limit: wanted(read),
						ids: { agent_id },
					};
				},
				isValidBody: hasList(CAMPAIGNS),
				readPages: readPages(CAMPAIGNS),
			}),
		},
	},
	fields: [agentIdField, returnAllField, limitField],
};
