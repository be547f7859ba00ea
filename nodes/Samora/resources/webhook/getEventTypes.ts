import { sentOnce } from '../../shared/dispatch';
import { hasList, listOf } from '../../shared/listing';
import type { Operation } from '../../shared/operation';
import { webhooksPath } from '../../shared/webhook';

const EVENT_TYPES = 'events';

export const getEventTypes: Operation = {
	option: {
		name: 'Get Event Types',
		value: 'getEventTypes',
		action: 'Get the event types of webhooks',
		description: 'List the events a webhook can be told about, and the data each can carry',
		routing: {
			request: { method: 'GET', url: `${webhooksPath}/events` },
			...sentOnce({
				thing: 'Webhook',
				compose: () => ({}),
				whole: hasList(EVENT_TYPES),
				shape: ({ data }) => listOf(data as Record<string, unknown>, EVENT_TYPES),
			}),
		},
	},
	fields: [],
};
