import { transition } from './lifecycle/transition';

export const start = transition('start', 'started', {
	name: 'Start',
	action: 'Start campaign',
	description:
		'Start or resume a campaign: its recipients are called. Possible while it is DRAFT or PAUSED.',
});
