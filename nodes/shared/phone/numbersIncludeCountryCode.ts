import type { INodeProperties } from 'n8n-workflow';

export const numbersIncludeCountryCodeField: INodeProperties = {
	displayName: 'Numbers Include Country Code',
	name: 'numbersIncludeCountryCode',
	type: 'boolean',
	default: false,
	description:
		'Whether numbers without a plus sign start with a country code, such as 14155552671. Turn it on for lists exported from WhatsApp, HubSpot or Meta.',
};
