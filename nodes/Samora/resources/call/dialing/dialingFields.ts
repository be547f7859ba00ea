import type { INodeProperties } from 'n8n-workflow';

import { agentIdField } from '../../../../shared/agentId';
import { defaultCountryField } from '../../../../shared/phone/defaultCountry';
import { numbersIncludeCountryCodeField } from '../../../../shared/phone/numbersIncludeCountryCode';
import { keyValueField } from '../../../fields/keyValueField';
import { realCallsNotice } from '../../../fields/realCallsNotice';
import { toNumberField } from '../../../fields/toNumber';
import { callingHoursField } from '../../../rules/callingHours';
import { checkOnlyField } from '../../../rules/checkOnly';
import { doNotCallField } from '../../../rules/doNotCall';
import { includeInputFieldsField } from '../../../rules/includeInputFields';
import { maxCallsField } from '../../../rules/maxCalls';
import { maxOngoingCallsField } from '../../../rules/maxOngoingCalls';
import { repeatedNumbersField } from '../../../rules/repeatedNumbers';

export const dialingFields: INodeProperties[] = [
	realCallsNotice,
	agentIdField,
	toNumberField,
	{
		displayName: 'Metadata',
		name: 'metadataMode',
		type: 'options',
		options: [
			{ name: 'Enter Manually', value: 'keyValue', description: 'Name and value, row by row' },
			{ name: 'JSON', value: 'json', description: 'One JSON object' },
		],
		default: 'keyValue',
		description:
			"What the agent knows about this person and this call. It comes back as the call's call_variables.",
	},
	keyValueField({
		displayName: 'Metadata Fields',
		name: 'metadata',
		mode: 'metadataMode',
		row: 'Field',
		example: 'e.g. Ada',
	}),
	{
		displayName: 'Metadata JSON',
		name: 'metadataJson',
		type: 'json',
		// Shown only to those who chose to write JSON.
		required: true,
		displayOptions: { show: { metadataMode: ['json'] } },
		default: '{}',
		placeholder: 'e.g. {"first_name": "Ada"}',
		description: 'A JSON object with any keys and values',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: [
			callingHoursField,
			checkOnlyField,
			defaultCountryField,
			doNotCallField,
			includeInputFieldsField,
			maxCallsField,
			{
				displayName: 'Max Concurrency',
				name: 'maxConcurrency',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 50, numberPrecision: 0 },
				default: 5,
				description:
					'How many calls are requested at the same time when there are several items, from 1 to 50',
			},
			{
				...maxOngoingCallsField,
				displayOptions: { show: { '/operation': ['triggerAndWait'] } },
			},
			numbersIncludeCountryCodeField,
			{
				displayName: 'Redial Unknown',
				name: 'redialUnknown',
				type: 'boolean',
				default: false,
				description:
					"Whether to request a call again when Samora didn't answer and it is unknown whether the phone is ringing. The person may then be called twice.",
			},
			repeatedNumbersField,
		],
	},
];
