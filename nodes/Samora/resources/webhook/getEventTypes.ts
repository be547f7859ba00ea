import type { IDataObject } from 'n8n-workflow';

import { sendPerItem } from '../../sending/engineHooks';
import { hasList, listIn } from '../../../shared/api/lists';
import { isRecord } from '../../../shared/parameters';
import type { Operation } from '../../fields/operation';
import { webhooksPath } from '../../../shared/webhook';

const EVENT_TYPES = 'events';

export const getEventTypes: Operation = {
	option: {
		name: 'Get Event Types',
		value: 'getEventTypes',
		action: 'Get webhook event types',
		description: 'List the events that a webhook can send, and the data that each can include',
		routing: {
			request: { method: 'GET', url: `${webhooksPath}/events` },
			...sendPerItem({
				thing: 'Webhook',
				compose: () => ({}),
				isValidBody: hasList(EVENT_TYPES),
				// As strings or as objects: either is a reading of the documentation.
				toOutput: (body) =>
					(listIn(body, EVENT_TYPES) ?? []).flatMap((type) =>
						isRecord(type) ? [type as IDataObject] : [{ event_type: String(type) }],
					),
			}),
		},
	},
	fields: [],
};
