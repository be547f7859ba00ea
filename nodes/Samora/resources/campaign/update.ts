import { agentIdField } from '../../../shared/agentId';
import { campaignIdField, composeCampaign, oneCampaignPath } from '../../../shared/campaign';
import { doneOutput, isFromApi } from '../../../shared/api/envelope';
import { sendPerItem } from '../../sending/engineHooks';
import type { Operation } from '../../fields/operation';
import { recordOf, Refusal, text } from '../../../shared/parameters';
import { RETRY_DEFAULTS, retryConfig, retryConfigField } from './settings/retryConfig';
import { campaignNameField, CAMPAIGN_NAME } from './settings/name';

export const update: Operation = {
	option: {
		name: 'Update',
		value: 'update',
		action: 'Update campaign',
		description: 'Change the name or the retry settings of a campaign',
		routing: {
			request: { method: 'PUT', url: oneCampaignPath },
			...sendPerItem({
				thing: 'Campaign',
				isValidBody: isFromApi,
				toOutput: (body, { ids }) => [doneOutput(body, ids)],
				compose: (read, credential) => {
					const { name, retryConfig: retry } = recordOf(read('updateFields'));
					const retrySettings = retryConfig(retry);
					if (name === undefined && !retrySettings) {
						throw new Refusal('Update Fields', 'Update Fields is empty. Add the fields to change');
					}
					return {
						...composeCampaign(read, credential),
						body: {
							...(name === undefined ? {} : { name: text(name, 'Name', CAMPAIGN_NAME) }),
							...(retrySettings ? { retry_config: retrySettings } : {}),
						},
					};
				},
			}),
		},
	},
	fields: [
		agentIdField,
		campaignIdField,
		{
			displayName: 'Update Fields',
			name: 'updateFields',
			type: 'collection',
			placeholder: 'Add Field',
			default: {},
			options: [
				campaignNameField,
				// Filled in, so that adding it is enough.
				{ ...retryConfigField, default: { values: RETRY_DEFAULTS } },
			],
		},
	],
};
