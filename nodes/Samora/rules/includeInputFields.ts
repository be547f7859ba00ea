import type { INodeProperties } from 'n8n-workflow';

export const includeInputFieldsField: INodeProperties = {
	displayName: 'Include Input Fields',
	name: 'includeInputFields',
	type: 'boolean',
	default: false,
	description:
		"Whether output items also carry the fields of their input item. Where both have a field, the result's is kept.",
};
