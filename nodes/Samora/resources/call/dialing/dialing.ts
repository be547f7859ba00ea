import type { IDataObject, IExecutePaginationFunctions } from 'n8n-workflow';

import { agentId } from '../../../../shared/agentId';
import { idIn, thingIn } from '../../../../shared/api/envelope';
import { describeAnswer } from '../../../../shared/api/problems';
import {
	integer,
	jsonObject,
	keyValues,
	recordOf,
	Refusal,
	type ReadParameter,
} from '../../../../shared/parameters';
import { toNumberIn, wayIn } from '../../../fields/toNumber';
import { callingHoursFrom } from '../../../rules/callingHours';
import { maxOngoingCalls } from '../../../rules/maxOngoingCalls';
import { onRepeat } from '../../../rules/repeatedNumbers';
import { agentCallsOf, keepAgentCall } from '../../../sending/memory/agentMemory';
import type { Route, SendResult, Surroundings } from '../../../sending/route';
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
	isValidBody: (body) => callIdIn(body) !== '',
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
 * ASSUMPTION: should the ID of a call ever come within `data`, under another name or as a number, it is still the ID.
 * Whatever else the answer looks like, it must not be lost.
 */
const callIdIn = (body: unknown): string => idIn(body, 'call_id', 'id');

function placedIn(body: IDataObject): IDataObject {
	const { status, message } = { ...body, ...thingIn(body) };
	return { call_id: callIdIn(body), status, message };
}

function composeCall(read: ReadParameter, surroundings: Surroundings): Call {
	const options = recordOf(read('options'));
	const agent_id = agentId(read('agentId'), surroundings);
	const way = wayIn(options);
	const toNumber = toNumberIn(read, way);
	const metadata = metadataOf(read);
	maxOngoingCalls(options.maxOngoingCalls);
	if (options.maxConcurrency !== undefined) {
		integer(options.maxConcurrency, 'Max Concurrency', { min: 1, max: 50 });
	}
	return {
		body: {
			agent_id,
			to_number: toNumber,
			...(Object.keys(metadata).length === 0 ? {} : { metadata }),
		},
		ids: { agent_id, to_number: toNumber },
		retryUnknown: options.redialUnknown === true,
		toNumber,
		way,
		onRepeat: onRepeat(options.repeatedNumbers),
		hours: callingHoursFrom(options.callingHours, surroundings.timezone),
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
