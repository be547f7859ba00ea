import { dialingFields, dialingRoute, triggerCallPath } from './dialing';
import { sentOnce } from '../../sending/dispatch';
import type { Operation } from '../../fields/operation';

export const trigger: Operation = {
	option: {
		name: 'Trigger',
		value: 'trigger',
		action: 'Call a phone number',
		description:
			'Have an agent call a phone number now. This rings a real phone and is charged by Samora.',
		routing: {
			request: { method: 'POST', url: triggerCallPath },
			...sentOnce(dialingRoute),
		},
	},
	fields: dialingFields,
};
