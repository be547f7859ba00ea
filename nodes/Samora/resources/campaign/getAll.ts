import { agentIdField } from '../../../shared/agentId';
import { CAMPAIGNS, campaignPath } from '../../../shared/campaign';
import { sendPerItem } from '../../sending/engineHooks';
import { hasList } from '../../../shared/api/lists';
import { readPages } from '../../../shared/api/pages';
import { limitField, returnAllField, wanted } from '../../fields/listFields';
import type { Operation } from '../../fields/operation';
import { uuid } from '../../../shared/parameters';

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
				compose: (read) => {
					const agentId = uuid(read('agentId'), 'Agent ID');
					return {
						path: { agent_id: agentId },
						limit: wanted(read),
						ids: { agent_id: agentId },
					};
				},
				isValidBody: hasList(CAMPAIGNS),
				readPages: readPages(CAMPAIGNS),
			}),
		},
	},
	fields: [agentIdField, returnAllField, limitField],
};
