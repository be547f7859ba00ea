import type { INodeProperties } from 'n8n-workflow';

/** For every operation that calls people. */
export const realCallsNotice: INodeProperties = {
	displayName:
		'This calls real people, even when you execute this step as a test. To try it without calling anyone, run "npx n8n-nodes-samora-sandbox" on the machine with n8n, and use its key and Base URL.',
	name: 'notice',
	type: 'notice',
	default: '',
};
