import { agentIdField } from '../../shared/agentId';
import { campaignPath } from '../../shared/campaign';
import { sentOnce } from '../../shared/dispatch';
import type { Operation } from '../../shared/operation';
import { text, uuid } from '../../shared/parameters';
import { retryConfig, retryConfigField } from '../../shared/retryConfig';
import { campaignNameField, CAMPAIGN_NAME } from './name';

export const create: Operation = {
	option: {
		name: 'Create',
		value: 'create',
		action: 'Create a campaign',
		description: 'Create a campaign as a draft. Nobody is called until it is started.',
		routing: {
			request: { method: 'POST', url: campaignPath },
			...sentOnce({
				thing: 'Campaign',
				compose: (read) => {
					const agentId = uuid(read('agentId'), 'Agent ID');
					const retry = retryConfig(read('retryConfig'));
					return {
						path: { agent_id: agentId },
						body: {
							name: text(read('name'), 'Name', CAMPAIGN_NAME),
							...(retry ? { retry_config: retry } : {}),
						},
						given: { 'Agent ID': agentId },
					};
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
