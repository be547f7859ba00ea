import { realCallsNotice } from '../../fields/realCallsNotice';
import { agentIdField } from '../../../shared/agentId';
import type { Operation } from '../../fields/operation';
import { refusedByRoute } from '../../sending/allItemsTogether';
import { recipientFields, recipientOptionsField } from './recipients/recipientFields';
import { campaignNameField } from './settings/name';
import { retryConfigField } from './settings/retryConfig';

/** All input items together, which one request per item can't do: launching/launchCampaigns.ts runs it. */
export const launch: Operation = {
	option: {
		name: 'Launch',
		value: 'launch',
		action: 'Launch campaign',
		description:
			'Create a campaign, add the phone number of every input item, and start calling. If not all recipients can be added, the campaign stays a draft and nobody is called.',
		routing: refusedByRoute,
	},
	fields: [
		realCallsNotice,
		agentIdField,
		{ ...campaignNameField, required: true },
		...recipientFields,
		retryConfigField,
		recipientOptionsField,
	],
};
