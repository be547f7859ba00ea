import type { INodeProperties } from 'n8n-workflow';

/** Whom to call. */
export const toNumberField: INodeProperties = {
	displayName: 'To Number',
	name: 'toNumber',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. +14155550100 or {{ $json.phone }}',
	description:
		'The phone number to call, with a plus sign and the country code. To call many people, drag the input field with the numbers here. For numbers without a country code, add the option Default Country.',
};
