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

/** What makes a row of input items a recipient. */
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
			{ name: 'None', value: 'none', description: 'The agent knows only the number' },
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
		displayOptions: { show: { variablesMode: ['selectedFields'] } },
		default: '',
		placeholder: 'e.g. first_name, company',
		description:
			'The names of the fields, separated by commas. Fields an item does not have are left out.',
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
		description: 'A JSON object with any keys and values; use expressions for what differs by item',
	},
];

/** What the node can give on, of recipients. */
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
			description: 'When the campaign may be started. Outside these hours it stays a draft.',
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
			description: 'What the node gives on',
		},
		{
			displayName: 'Skip Duplicates',
			name: 'skipDuplicates',
			type: 'boolean',
			default: true,
			description:
				'Whether to add a number only once when several items have it. The others come out as skipped. Without this option, duplicates are skipped.',
		},
		{
			displayName: 'Skip Invalid',
			name: 'skipInvalid',
			type: 'boolean',
			default: false,
			description:
				'Whether to leave out items that Samora would refuse, such as those without a usable number, and add the others. They come out as skipped, with the reason.',
		},
	],
};
