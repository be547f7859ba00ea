import { resourceProperties } from '../../shared/operation';
import { create } from './create';
import { remove } from './delete';
import { get } from './get';
import { getAll } from './getAll';
import { getEventTypes } from './getEventTypes';
import { update } from './update';

export const webhookProperties = resourceProperties(
	'webhook',
	[create, remove, get, getEventTypes, getAll, update],
	'getAll',
);
