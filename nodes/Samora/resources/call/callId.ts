import type { INodeProperties } from 'n8n-workflow';

export const callIdField: INodeProperties = {
	displayName: 'Call ID',
	name: 'callId',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. 9b2f6c1e-4d7a-4f0b-9c3e-5a1d2e3f4a5b',
	description: 'The ID of the call. Call: Trigger and the Samora Trigger return it as call_id.',
};
