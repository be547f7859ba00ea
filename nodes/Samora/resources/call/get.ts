import { oneCallPath } from '../../shared/callDetails';
import { sentOnce } from '../../shared/dispatch';
import type { Operation } from '../../shared/operation';
import { uuid } from '../../shared/parameters';

export const get: Operation = {
	option: {
		name: 'Get',
		value: 'get',
		action: 'Get a call',
		description:
			'Get the status and details of a call, and links to its recording and transcript once it has ended',
		routing: {
			request: { method: 'GET', url: oneCallPath },
			...sentOnce({
				thing: 'Call',
				compose: (read) => {
					const callId = uuid(read('callId'), 'Call ID');
					return { path: { call_id: callId }, given: { 'Call ID': callId } };
				},
				// The details come without the id that was asked for.
				shape: ({ data }, { path }) => [{ call_id: path?.call_id, ...(data as object) }],
			}),
		},
	},
	fields: [
		{
			displayName: 'Call ID',
			name: 'callId',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. 9b2f6c1e-4d7a-4f0b-9c3e-5a1d2e3f4a5b',
			description:
				'The ID of the call: the field call_id that Call: Trigger and the Samora Trigger give',
		},
	],
};
