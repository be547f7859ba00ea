import { resourceProperties } from '../../shared/operation';
import { get } from './get';
import { trigger } from './trigger';
import { triggerAndWait } from './triggerAndWait';

export const callProperties = resourceProperties('call', [get, trigger, triggerAndWait], 'trigger');
