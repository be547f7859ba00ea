import { resourceProperties } from '../../shared/operation';
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

export const campaignProperties = resourceProperties(
	'campaign',
	[addRecipients, cancel, create, get, getCalls, getAll, launch, start, stop, update],
	'create',
);
