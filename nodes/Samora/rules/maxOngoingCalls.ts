import type { INodeProperties } from 'n8n-workflow';

import { integer } from '../../shared/parameters';

const LABEL = 'Max Ongoing Calls';

export const maxOngoingCallsField: INodeProperties = {
	displayName: LABEL,
	name: 'maxOngoingCalls',
	type: 'number',
	typeOptions: { minValue: 0, numberPrecision: 0 },
	default: 0,
	description:
		'The maximum number of calls of this run at the same time. The next call is placed when one has ended. 0 means no limit.',
};

/** @returns how many calls may go on at the same time; Infinity without a limit */
export function maxOngoingCalls(value: unknown): number {
	const limit = value === undefined || value === '' ? 0 : integer(value, LABEL, { min: 0 });
	return limit === 0 ? Infinity : limit;
}
