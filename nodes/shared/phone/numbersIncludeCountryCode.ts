import type { INodeProperties } from 'n8n-workflow';

export const numbersIncludeCountryCodeField: INodeProperties = {
	displayName: 'Numbers Include Country Code',
	name: 'numbersIncludeCountryCode',
	type: 'boolean',
	default: false,
	description:
		'Whether digits without a plus sign are international numbers, such as 14155552671. Turn it on for lists that WhatsApp, HubSpot or Meta export.',
};
