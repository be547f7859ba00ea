import { oneCallPath } from '../../../shared/call/callDetails';
import { thingIn } from '../../../shared/api/envelope';
import { callIdField } from './callId';
import { sendPerItem } from '../../sending/engineHooks';
import type { Operation } from '../../fields/operation';
import { samoraId } from '../../../shared/parameters';

export const get: Operation = {
	option: {
		name: 'Get',
		value: 'get',
		action: 'Get call status and details',
		description:
			'Get the status and details of a call, and links to its recording and transcript once it has ended',
		routing: {
			request: { method: 'GET', url: oneCallPath },
			...sendPerItem({
				thing: 'Call',
				compose: (read) => {
					const callId = samoraId(read('callId'), 'Call ID');
					return { path: { call_id: callId }, ids: { call_id: callId } };
				},
				// The details come without the id that was asked for.
				toOutput: (body, { path }) => [{ ...thingIn(body), call_id: path?.call_id }],
			}),
		},
	},
	fields: [callIdField],
};
