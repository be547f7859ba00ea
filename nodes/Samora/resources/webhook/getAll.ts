import { sendPerItem } from '../../sending/engineHooks';
import { hasList, objectsIn } from '../../../shared/api/lists';
import { limitField, returnAllField, wanted } from '../../fields/listFields';
import type { Operation } from '../../fields/operation';
import { agentId } from '../../../shared/agentId';
import { isRecord, trimmed } from '../../../shared/parameters';
import { WEBHOOKS, webhooksPath } from '../../../shared/webhook';

export const getAll: Operation = {
	option: {
		name: 'Get Many',
		value: 'getAll',
		action: 'Get many webhooks',
		description: 'List the webhooks of your organization, or of one agent',
		routing: {
			request: { method: 'GET', url: webhooksPath },
			...sendPerItem({
				thing: 'Agent',
				compose: (read, credential) => {
					const filters = read('filters');
					const agent = isRecord(filters) ? filters.agentId : undefined;
					const limit = wanted(read);
					if (trimmed(agent) === '') return { limit };
					const agent_id = agentId(agent, credential);
					return { limit, query: { agent_id }, ids: { agent_id } };
				},
				isValidBody: hasList(WEBHOOKS),
				// The API has no pages here: the whole list comes at once.
				toOutput: (body, { limit }) => objectsIn(body, WEBHOOKS).slice(0, limit),
			}),
		},
	},
	fields: [
		returnAllField,
		limitField,
		{
			displayName: 'Filters',
			name: 'filters',
			type: 'collection',
			placeholder: 'Add Filter',
			default: {},
			options: [
				{
					displayName: 'Agent ID',
					name: 'agentId',
					type: 'string',
					default: '',
					placeholder: 'e.g. 123e4567-e89b-12d3-a456-426614174000',
					description: 'Only the webhooks of this agent',
				},
			],
		},
	],
};
