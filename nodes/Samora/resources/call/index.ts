import { resourceProperties } from '../../shared/operation';
import { get } from './get';
import { trigger } from './trigger';

export const callProperties = resourceProperties('call', [get, trigger], 'trigger');
