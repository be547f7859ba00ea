import type { Resource } from '../../fields/operation';
import { addRecipients } from './addRecipients';
import { cancel } from './cancel';
import { create } from './create';
import { get } from './get';
import { getAll } from './getAll';
import { getCalls } from './getCalls';
import { launch } from './launch';
import { start } from './start';
import { stop } from './stop';
import { update } from './update';

export const campaign: Resource = {
	value: 'campaign',
	operations: [launch, getAll, get, getCalls, create, addRecipients, start, stop, cancel, update],
	initial: 'create',
};
