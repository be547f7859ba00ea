import type { Resource } from '../../fields/operation';
import { create } from './create';
import { remove } from './delete';
import { get } from './get';
import { getAll } from './getAll';
import { getEventTypes } from './getEventTypes';
import { update } from './update';

export const webhook: Resource = {
	value: 'webhook',
	operations: [getAll, get, create, update, remove, getEventTypes],
	initial: 'getAll',
};
