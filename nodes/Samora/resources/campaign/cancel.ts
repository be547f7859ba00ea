import { transition } from './lifecycle/transition';

export const cancel = transition('cancel', 'cancelled', {
	name: 'Cancel',
	action: 'Cancel campaign for good',
	description: 'End a campaign for good. Possible unless it is FINISHED, FAILED or CANCELLED.',
});
