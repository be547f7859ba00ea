import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { integer, isRecord, someOf } from '../../../../shared/parameters';

/** The outcomes after which a campaign may call again. */
const RETRY_ON = ['UNANSWERED', 'REJECTED', 'VOICEMAIL', 'FAILED'] as const;

const retryFields: INodeProperties[] = [
	{
		displayName: 'Max Retries',
		name: 'maxRetries',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 5, numberPrecision: 0 },
		default: 1,
		description: 'How many more times to call a person, from 1 to 5',
	},
	{
		displayName: 'Retry After (Minutes)',
		name: 'retryDelayMinutes',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 1440, numberPrecision: 0 },
		default: 60,
		description: 'How long to wait before calling again, from 1 to 1440 minutes',
	},
	{
		displayName: 'Retry On',
		name: 'retryOn',
		type: 'multiOptions',
		options: [
			{ name: 'Failed', value: 'FAILED' },
			{ name: 'Rejected', value: 'REJECTED' },
			{ name: 'Unanswered', value: 'UNANSWERED' },
			{ name: 'Voicemail', value: 'VOICEMAIL' },
		],
		default: ['UNANSWERED'],
		description: 'The outcomes after which to call again, at least one',
	},
];

export const RETRY_DEFAULTS = Object.fromEntries(
	retryFields.map((field) => [field.name, field.default]),
);

export const retryConfigField: INodeProperties = {
	displayName: 'Retry Unsuccessful Calls',
	name: 'retryConfig',
	type: 'fixedCollection',
	placeholder: 'Add Retry Settings',
	default: {},
	description: "Whether and when Samora calls people again if they weren't reached",
	options: [
		{
			displayName: 'Retry Settings',
			name: 'values',
			values: retryFields,
		},
	],
};

/** The API's `retry_config`, or undefined when the person added none. */
export function retryConfig(value: unknown): IDataObject | undefined {
	if (!isRecord(value) || !isRecord(value.values)) return undefined;
	const { maxRetries, retryDelayMinutes, retryOn } = value.values;
	return {
		max_retries: integer(maxRetries, 'Max Retries', { min: 1, max: 5 }),
		retry_delay_minutes: integer(retryDelayMinutes, 'Retry After (Minutes)', {
			min: 1,
			max: 1440,
		}),
		retry_on: someOf(retryOn, 'Retry On', RETRY_ON),
	};
}
