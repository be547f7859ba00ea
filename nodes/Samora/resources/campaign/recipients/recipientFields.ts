import type { INodeProperties } from 'n8n-workflow';

import { defaultCountryField } from '../../../../shared/phone/defaultCountry';
import { keyValueField } from '../../../fields/keyValueField';
import { numbersIncludeCountryCodeField } from '../../../../shared/phone/numbersIncludeCountryCode';
import { toNumberField } from '../../../fields/toNumber';
import { callingHoursField } from '../../../rules/callingHours';
import { checkOnlyField } from '../../../rules/checkOnly';
import { doNotCallField } from '../../../rules/doNotCall';
import { includeInputFieldsField } from '../../../rules/includeInputFields';
import { maxCallsField } from '../../../rules/maxCalls';

/** The fields that turn an input item into a recipient. */
export const recipientFields: INodeProperties[] = [
	toNumberField,
	{
		displayName: 'Call Variables',
		name: 'variablesMode',
		type: 'options',
		options: [
			{
				name: 'All Fields',
				value: 'allFields',
				description: 'Every field of the input item',
			},
			{ name: 'Enter Manually', value: 'keyValue', description: 'Name and value, row by row' },
			{ name: 'JSON', value: 'json', description: 'One JSON object' },
			{ name: 'None', value: 'none', description: 'The agent only knows the number' },
			{
				name: 'Selected Fields',
				value: 'selectedFields',
				description: 'Some fields of the input item, by name',
			},
		],
		default: 'none',
		description: 'What the agent knows about each person, up to 4 KiB of JSON per recipient',
	},
	{
		displayName: 'Fields',
		name: 'variableFields',
		type: 'string',
		requiresDataPath: 'multiple',
		displayOptions: { show: { variablesMode: ['selectedFields'] } },
		default: '',
		placeholder: 'e.g. first_name, company',
		hint: 'Drag columns here from the input panel, one after the other',
		description:
			"The fields that the agent may know, separated by commas. Fields that an item doesn't have are left out.",
	},
	keyValueField({
		displayName: 'Variables',
		name: 'variables',
		mode: 'variablesMode',
		row: 'Variable',
		example: 'e.g. {{ $json.firstName }}',
	}),
	{
		displayName: 'Variables JSON',
		name: 'variablesJson',
		type: 'json',
		// Shown only to those who chose to write JSON.
		required: true,
		displayOptions: { show: { variablesMode: ['json'] } },
		default: '{}',
		placeholder: 'e.g. {"first_name": "Ada"}',
		description:
			'A JSON object with any keys and values. Use expressions for values that differ by item.',
	},
];

/** The output modes. */
export const OUTPUTS = ['recipients', 'summary'] as const;

export const recipientOptionsField: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add Option',
	default: {},
	options: [
		{
			...callingHoursField,
			displayOptions: { show: { '/operation': ['launch'] } },
			description: 'When the campaign can be started. Outside these hours, it stays a draft.',
		},
		checkOnlyField,
		defaultCountryField,
		doNotCallField,
		includeInputFieldsField,
		maxCallsField,
		numbersIncludeCountryCodeField,
		{
			displayName: 'Output',
			name: 'output',
			type: 'options',
			options: [
				{
					name: 'One Item per Recipient',
					value: 'recipients',
					description: 'With the ID of the scheduled call, paired with its row',
				},
				{
					name: 'Summary',
					value: 'summary',
					description: 'One item that says how many were added and skipped',
				},
			],
			default: 'recipients',
			description: 'What the node returns',
		},
		{
			displayName: 'Skip Duplicates',
			name: 'skipDuplicates',
			type: 'boolean',
			default: true,
			description:
				"Whether to add a number only once if several items have it. The others come out as skipped. If it's not set, duplicates are skipped.",
		},
		{
			displayName: 'Skip Invalid',
			name: 'skipInvalid',
			type: 'boolean',
			default: false,
			description:
				'Whether to skip items that Samora would reject, such as those without a valid number, and add the others. Skipped items come out with the reason.',
		},
	],
};
