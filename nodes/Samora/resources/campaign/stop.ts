import { transition } from './lifecycle/transition';

export const stop = transition('stop', 'stopped', {
	name: 'Stop',
	action: 'Pause campaign',
	description: 'Pause a campaign that is IN_PROGRESS. It can be started again.',
});
