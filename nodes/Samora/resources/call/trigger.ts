import { dialingFields, dialingRoute } from '../../shared/dialing';
import { sentOnce } from '../../shared/dispatch';
import type { Operation } from '../../shared/operation';
import { isRecord } from '../../shared/parameters';

export const trigger: Operation = {
	option: {
		name: 'Trigger',
		value: 'trigger',
		action: 'Trigger a call',
		description:
			'Have an agent call a phone number now. This rings a real phone and is charged by Samora.',
		routing: {
			request: { method: 'POST', url: '/v1/call/trigger' },
			...sentOnce({
				...dialingRoute,
				whole: (body) => isRecord(body) && typeof body.call_id === 'string' && body.call_id !== '',
				shape: ({ call_id, status, message }, { body }) => [
					{ call_id, status, message, to_number: body?.to_number },
				],
			}),
		},
	},
	fields: dialingFields,
};
