import { sendPerItem } from '../../sending/engineHooks';
import type { Operation } from '../../fields/operation';
import { composeWebhook, oneWebhookPath, webhookIdField } from '../../../shared/webhook';

export const get: Operation = {
	option: {
		name: 'Get',
		value: 'get',
		action: 'Get webhook',
		description: 'Get the settings of a webhook, without its secret',
		routing: {
			request: { method: 'GET', url: oneWebhookPath },
			...sendPerItem({ thing: 'Webhook', compose: composeWebhook }),
		},
	},
	fields: [webhookIdField],
};
