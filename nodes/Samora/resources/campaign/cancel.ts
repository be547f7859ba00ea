import { transition } from './lifecycle/transition';

export const cancel = transition('cancel', 'canceled', {
	name: 'Cancel',
	action: 'Cancel campaign for good',
	description: 'Permanently end a campaign. Not possible if it is FINISHED, FAILED or CANCELLED.',
});
