import type { Operation } from '../../fields/operation';
import { sendPerItem } from '../../sending/engineHooks';
import { dialingRoute, triggerCallPath } from './dialing/dialing';
import { dialingFields } from './dialing/dialingFields';

export const trigger: Operation = {
	option: {
		name: 'Trigger',
		value: 'trigger',
		action: 'Make call',
		description:
			'Have an agent call a phone number now. This rings a real phone and is charged by Samora.',
		routing: {
			request: { method: 'POST', url: triggerCallPath },
			...sendPerItem(dialingRoute),
		},
	},
	fields: dialingFields,
};
