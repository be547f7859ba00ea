import type { INodeType, INodeTypeDescription } from 'n8n-workflow';

import { campaigns } from '../shared/pickers/campaigns';
import { webhooks } from '../shared/pickers/webhooks';
import { call } from './resources/call';
import { campaign } from './resources/campaign';
import { addAllRecipients } from './resources/campaign/addRecipients';
import { launchCampaigns } from './resources/campaign/launching/launchCampaigns';
import { webhook } from './resources/webhook';
import { MAIN } from '../shared/connectionType';
import { resourceProperties } from './fields/operation';

export class Samora implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Samora',
		name: 'samora',
		icon: { light: 'file:../../icons/samora.svg', dark: 'file:../../icons/samora.dark.svg' },
		group: ['output'],
		version: 1,
		// "make call", "campaign: add recipients": as people say it, not as it is saved.
		subtitle:
			'={{ ($parameter["resource"] + ": " + $parameter["operation"]).replace("call: trigger", "make call").replace("getAll", "getMany").replace(/[A-Z]/g, (letter) => " " + letter.toLowerCase()) }}',
		description: 'Have AI voice agents call people, one by one or in campaigns',
		defaults: { name: 'Samora' },
		usableAsTool: true,
		inputs: [MAIN],
		outputs: [MAIN],
		credentials: [{ name: 'samoraApi', required: true }],
		requestDefaults: {
			json: true,
			// Don't throw on 4xx and 5xx: the status and body become the message for the user.
			ignoreHttpStatusErrors: true,
		},
		properties: [
			{
				displayName: 'Resource',
				name: 'resource',
				type: 'options',
				noDataExpression: true,
				options: [
					{ name: 'Call', value: 'call' },
					{ name: 'Campaign', value: 'campaign' },
					{ name: 'Webhook', value: 'webhook' },
				],
				default: 'call',
			},
			...resourceProperties([call, campaign, webhook]),
		],
	};

	methods = { listSearch: { campaigns, webhooks } };

	customOperations = {
		campaign: { addRecipients: addAllRecipients, launch: launchCampaigns },
	};
}
