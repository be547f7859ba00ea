import type { INodeProperties } from 'n8n-workflow';

import { integer, Refusal } from '../../shared/parameters';

const LABEL = 'Max Calls';

export const maxCallsField: INodeProperties = {
	displayName: LABEL,
	name: 'maxCalls',
	type: 'number',
	typeOptions: { minValue: 0, numberPrecision: 0 },
	default: 0,
	description:
		'The maximum number of people that one run can call. A run that would call more is refused before anything is sent. 0 means no limit.',
};

/**
 * @param value the parameter; 0 and undefined mean no limit
 * @param people how many people the run would call
 * @returns why nobody is called; undefined within the limit
 * @throws Refusal for an invalid limit
 */
export function beyondMaxCalls(value: unknown, people: number): Refusal | undefined {
	const limit = value === undefined || value === '' ? 0 : integer(value, LABEL, { min: 0 });
	if (limit === 0 || people <= limit) return undefined;
	return new Refusal(
		LABEL,
		`${LABEL} is ${limit}, but this run would call ${people} people, so nobody was called. Raise ${LABEL} to call them all`,
	);
}
