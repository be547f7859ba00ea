import { sendPerItem } from '../../sending/engineHooks';
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
			...sendPerItem({
				thing: 'Webhook',
				compose: () => ({}),
				isValidBody: hasList(EVENT_TYPES),
				toOutput: (body) => objectsIn(body, EVENT_TYPES),
			}),
		},
	},
	fields: [],
};
