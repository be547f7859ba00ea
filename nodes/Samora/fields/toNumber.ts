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
		'The phone number to call, with a plus sign and the country code. For many people, drag the field of the input items here. For numbers without a country code, add the option Default Country.',
};
