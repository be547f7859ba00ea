import type { INodeProperties } from 'n8n-workflow';

export const checkOnlyField: INodeProperties = {
	displayName: 'Check Only',
	name: 'checkOnly',
	type: 'boolean',
	default: false,
	description:
		'Whether to call nobody and only say for every item whether it would be called, at which number, and why not',
};
