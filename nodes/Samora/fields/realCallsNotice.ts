import type { INodeProperties } from 'n8n-workflow';

/** For every operation that calls people. */
export const realCallsNotice: INodeProperties = {
	displayName:
		"This calls real people, even when you execute this step as a test. To try it without calling anyone, use the sandbox in the package's repository.",
	name: 'notice',
	type: 'notice',
	default: '',
};
