import type { IDataObject } from 'n8n-workflow';

import { doneOutput, isFromApi } from '../../../shared/api/envelope';
import { sendPerItem } from '../../sending/engineHooks';
import type { Operation } from '../../fields/operation';
import { isRecord, Refusal, text } from '../../../shared/parameters';
import {
	composeWebhook,
	customHeaders,
	customHeadersField,
	dataOptions,
	dataOptionsField,
	eventsField,
	oneWebhookPath,
	webhookEvents,
	webhookIdField,
	WEBHOOK_NAME,
	webhookNameField,
	webhookUrl,
	webhookUrlField,
} from '../../../shared/webhook';

export const update: Operation = {
	option: {
		name: 'Update',
		value: 'update',
		action: 'Update webhook',
		description: 'Change the settings of a webhook, or turn it on or off',
		routing: {
			request: { method: 'PUT', url: oneWebhookPath },
			...sendPerItem({
				thing: 'Webhook',
				isValidBody: isFromApi,
				toOutput: (body, { ids }) => [doneOutput(body, ids)],
				compose: (read, { baseUrl }) => {
					const body = changes(read('updateFields'), baseUrl);
					if (Object.keys(body).length === 0) {
						throw new Refusal('Update Fields', 'Update Fields is empty. Add the fields to change');
					}
					return { ...composeWebhook(read), body };
				},
			}),
		},
	},
	fields: [
		webhookIdField,
		{
			displayName: 'Update Fields',
			name: 'updateFields',
			type: 'collection',
			placeholder: 'Add Field',
			default: {},
			options: [
				{
					displayName: 'Active',
					name: 'isActive',
					type: 'boolean',
					default: true,
					description: 'Whether Samora sends events to this webhook',
				},
				{
					...customHeadersField,
					description:
						"Headers that Samora sends with every event. They replace the webhook's existing headers. To remove all headers, add one empty row.",
				},
				dataOptionsField,
				eventsField,
				webhookNameField,
				webhookUrlField,
			],
		},
	],
};

/** Only what the person added is sent: what is left out stays as it is. */
function changes(fields: unknown, baseUrl: string): IDataObject {
	if (!isRecord(fields)) return {};
	const body: IDataObject = {};
	if (fields.name !== undefined) body.name = text(fields.name, 'Name', WEBHOOK_NAME);
	if (fields.url !== undefined) body.url = webhookUrl(fields.url, baseUrl);
	if (fields.events !== undefined) body.events = webhookEvents(fields.events);
	const data = dataOptions(fields.dataOptions);
	if (data) body.data_options = data;
	if (fields.customHeaders !== undefined) {
		body.custom_headers = customHeaders(fields.customHeaders) ?? {};
	}
	if (fields.isActive !== undefined) body.is_active = fields.isActive === true;
	return body;
}
