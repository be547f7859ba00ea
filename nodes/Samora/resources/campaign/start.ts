import { transition } from './lifecycle/transition';

export const start = transition('start', 'started', {
	name: 'Start',
	action: 'Start campaign',
	description: 'Start or resume a campaign that is DRAFT or PAUSED. This calls its recipients.',
});
