import type { IDataObject, IExecutePaginationFunctions } from 'n8n-workflow';

import { describeAnswer } from '../../../../shared/api/problems';
import {
	integer,
	isRecord,
	jsonObject,
	keyValues,
	recordOf,
	Refusal,
	uuid,
	type ReadParameter,
} from '../../../../shared/parameters';
import { phoneNumber } from '../../../../shared/phone/phoneNumber';
import { onRepeat } from '../../../rules/repeatedNumbers';
import { agentCallsOf, keepAgentCall } from '../../../sending/agentMemory';
import type { Route, SendResult } from '../../../sending/route';
import { arrangeCalls, identityOf, type Call } from './callRules';

/** How a phone is rung: what every operation shares that calls a number now. */

/**
 * The most bytes of JSON a request may have. Documented for campaigns; that single calls have the same limit is an
 * assumption.
 */
const REQUEST_BYTES = 2 * 1024 * 1024;

export const triggerCallPath = '/v1/call/trigger';

export const dialingRoute = {
	thing: 'Call',
	compose: composeCall,
	isValidBody: (body) => isRecord(body) && placedIn(body as IDataObject).call_id !== '',
	toOutput: (answer, { toNumber }) => [{ ...placedIn(answer), to_number: toNumber }],
	// What Samora doesn't know, or the key doesn't open, is the agent: there is no call yet.
	explainRefusal: async (_context, answer, { body }) =>
		answer.statusCode === 403 || answer.statusCode === 404
			? describeAnswer(answer, { thing: 'Agent', ids: { agent_id: String(body?.agent_id) } })
			: undefined,
	describeUnknown: ({ toNumber }, { message }) => ({
		message: `It is not known whether ${toNumber} is being called: ${message}`,
		description:
			'The request went out, so the phone may be ringing. Look for a call to this number in Samora before you call it again. No retry of this execution calls it again unless Redial Unknown is on, but running the step again does.',
	}),
	once: {
		identity: identityOf,
		arrange: arrangeCalls,
		onSend: watchAgentCall,
		accepted: ['call was placed', 'calls were placed'],
	},
} satisfies Route<Call>;

/**
 * What Samora says of a call it has placed. Whatever else the answer looks like, its ID must not be lost.
 *
 * ASSUMPTION: should it ever come within `data`, as with everything else, or as a number, it is still the ID.
 */
function placedIn(body: IDataObject): IDataObject {
	const { call_id, status, message } = { ...body, ...(body.data as IDataObject | undefined) };
	const isId = typeof call_id === 'string' || typeof call_id === 'number';
	return { call_id: isId ? String(call_id) : '', status, message };
}

function composeCall(read: ReadParameter): Call {
	const options = recordOf(read('options'));
	const agentId = uuid(read('agentId'), 'Agent ID');
	const toNumber = phoneNumber(read('toNumber'), {
		label: 'To Number',
		defaultCountry: options.defaultCountry,
	});
	const metadata = metadataOf(read);
	if (options.maxConcurrency !== undefined) {
		integer(options.maxConcurrency, 'Max Concurrency', { min: 1, max: 50 });
	}
	return {
		body: {
			agent_id: agentId,
			to_number: toNumber,
			...(Object.keys(metadata).length === 0 ? {} : { metadata }),
		},
		ids: { agent_id: agentId, to_number: toNumber },
		retryUnknown: options.redialUnknown === true,
		toNumber,
		onRepeat: onRepeat(options.repeatedNumbers),
		callingHours: options.callingHours,
	};
}

function metadataOf(read: ReadParameter): IDataObject {
	const metadata =
		read('metadataMode') === 'json'
			? jsonObject(read('metadataJson'), 'Metadata JSON')
			: keyValues(read('metadata'), 'Metadata');
	const bytes = Buffer.byteLength(JSON.stringify(metadata), 'utf8');
	if (bytes > REQUEST_BYTES - 1024) {
		throw new Refusal(
			'Metadata',
			`Metadata can have up to 2 MiB of JSON, but this has ${(bytes / 1024 / 1024).toFixed(1)} MiB`,
		);
	}
	return metadata as IDataObject;
}

/** Keeps whom an AI agent calls, for its next tool call. */
function watchAgentCall(
	context: IExecutePaginationFunctions,
	{ toNumber }: Call,
): ((result: SendResult) => void) | undefined {
	if (!agentCallsOf(context)) return undefined;
	keepAgentCall(context, toNumber, { state: 'underWay' });
	return (result) => {
		if (result.kind === 'accepted') {
			const call_id = String(result.output[0]?.call_id);
			keepAgentCall(context, toNumber, { state: 'placed', call_id });
		} else {
			const { inDoubt, message } = result.failure;
			keepAgentCall(context, toNumber, inDoubt ? { state: 'unknown', message } : undefined);
		}
	};
}
