import { isFromApi } from '../../../shared/api/envelope';
import { deletedBefore } from '../../../shared/api/exchange';
import { sendPerItem } from '../../sending/engineHooks';
import type { Operation } from '../../fields/operation';
import { composeWebhook, oneWebhookPath, webhookIdField } from '../../../shared/webhook';

export const remove: Operation = {
	option: {
		name: 'Delete',
		value: 'delete',
		action: 'Delete webhook',
		description: 'Permanently delete a webhook. Samora stops sending events to its URL.',
		routing: {
			request: { method: 'DELETE', url: oneWebhookPath },
			...sendPerItem({
				thing: 'Webhook',
				compose: composeWebhook,
				// What a deletion answers is not documented: a message, or nothing at all.
				isValidBody: isFromApi,
				doneBefore: async (_context, _request, refusal) => await deletedBefore(refusal),
				toOutput: (_body, { path }) => [{ id: path?.webhook_id, deleted: true }],
			}),
		},
	},
	fields: [webhookIdField],
};
