import { sentOnce } from '../../sending/dispatch';
import { hasList, objectsIn } from '../../../shared/api/lists';
import type { Operation } from '../../fields/operation';
import { webhooksPath } from '../../../shared/webhook';

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
				shape: (body) => objectsIn(body, EVENT_TYPES),
			}),
		},
	},
	fields: [],
};
