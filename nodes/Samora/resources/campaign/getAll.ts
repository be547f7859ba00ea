import { agentIdField } from '../../../shared/agentId';
import { campaignPath } from '../../../shared/campaign';
import { sendPerItem } from '../../sending/engineHooks';
import { hasList, limitField, pagesOf, returnAllField, wanted } from '../../../shared/api/listing';
import type { Operation } from '../../fields/operation';
import { uuid } from '../../../shared/parameters';

/** The name of the list within `data` is an assumption: the API's reference does not show it. */
export const CAMPAIGNS = 'campaigns';

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
				readPages: pagesOf(CAMPAIGNS),
			}),
		},
	},
	fields: [agentIdField, returnAllField, limitField],
};
