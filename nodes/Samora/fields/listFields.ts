import type { INodeProperties } from 'n8n-workflow';

import { integer, type ReadParameter } from '../../shared/parameters';

export const returnAllField: INodeProperties = {
	displayName: 'Return All',
	name: 'returnAll',
	type: 'boolean',
	default: false,
	description: 'Whether to return all results or only up to a given limit',
};

export const limitField: INodeProperties = {
	displayName: 'Limit',
	name: 'limit',
	type: 'number',
	displayOptions: { show: { returnAll: [false] } },
	typeOptions: { minValue: 1, numberPrecision: 0 },
	default: 50,
	description: 'Max number of results to return',
};

/** How many elements the person wants. */
export function wanted(read: ReadParameter): number {
	return read('returnAll') === true ? Infinity : integer(read('limit'), 'Limit', { min: 1 });
}
