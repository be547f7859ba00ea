import type { INodeProperties } from 'n8n-workflow';

export const CAMPAIGN_NAME = { max: 120 };

export const campaignNameField: INodeProperties = {
	displayName: 'Name',
	name: 'name',
	type: 'string',
	default: '',
	placeholder: 'e.g. October renewals',
	description: "The campaign's name, up to 120 characters",
};
