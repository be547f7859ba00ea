import type { INodeProperties } from 'n8n-workflow';

export const checkOnlyField: INodeProperties = {
	displayName: 'Check Only',
	name: 'checkOnly',
	type: 'boolean',
	default: false,
	description:
		'Whether to only check the items and call nobody. Each item then says whether it would be called, at which number, and if not, why.',
};
