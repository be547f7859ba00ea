import { agentId, agentIdField } from '../../../shared/agentId';
import { thingIn } from '../../../shared/api/envelope';
import { sendPerItem } from '../../sending/engineHooks';
import type { Operation } from '../../fields/operation';
import { text } from '../../../shared/parameters';
import {
	customHeaders,
	customHeadersField,
	dataOptions,
	dataOptionsField,
	eventsField,
	webhookEvents,
	WEBHOOK_NAME,
	webhookNameField,
	webhooksPath,
	webhookUrl,
	webhookUrlField,
} from '../../../shared/webhook';

export const create: Operation = {
	option: {
		name: 'Create',
		value: 'create',
		action: 'Create webhook',
		description:
			"Send the events of an agent to a URL. The output has the webhook's secret, which is shown only once. To start a workflow from events, use the Samora Trigger instead.",
		routing: {
			request: { method: 'POST', url: webhooksPath },
			...sendPerItem({
				thing: 'Agent',
				compose: (read, credential) => {
					const agent_id = agentId(read('agentId'), credential);
					const data = dataOptions(read('dataOptions'));
					const headers = customHeaders(read('customHeaders'));
					return {
						body: {
							agent_id,
							name: text(read('name'), 'Name', WEBHOOK_NAME),
							url: webhookUrl(read('url'), credential.baseUrl),
							events: webhookEvents(read('events')),
							...(data ? { data_options: data } : {}),
							...(headers ? { custom_headers: headers } : {}),
						},
						ids: { agent_id },
					};
				},
				// The secret may stand beside the webhook, and is shown only here.
				toOutput: (body) => [{ ...(body.secret ? { secret: body.secret } : {}), ...thingIn(body) }],
				describeUnknown: (_request, { message }) => ({
					message: `It is not known whether the webhook was created: ${message}`,
					description:
						'The request was sent. Check with Webhook: Get Many before you create it again. Otherwise every event may arrive twice.',
				}),
			}),
		},
	},
	fields: [
		agentIdField,
		{ ...webhookNameField, required: true },
		{ ...webhookUrlField, required: true },
		{ ...eventsField, required: true },
		dataOptionsField,
		customHeadersField,
	],
};
