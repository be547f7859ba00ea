import type { INodeProperties } from 'n8n-workflow';

export const includeInputFieldsField: INodeProperties = {
	displayName: 'Include Input Fields',
	name: 'includeInputFields',
	type: 'boolean',
	default: false,
	description:
		"Whether to add the fields of the input item to each output item. If both have a field of the same name, the result's value is kept.",
};
