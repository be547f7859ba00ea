import type {
	IDataObject,
	IExecutePaginationFunctions,
	IExecuteSingleFunctions,
	INodeProperties,
} from 'n8n-workflow';

import { agentCallsOf, keepAgentCall } from '../../sending/agentCalls';
import { agentIdField } from '../../../shared/agentId';
import {
	callingHoursField,
	callingHoursFrom,
	isOpen,
	nextOpening,
	outsideCallingHours,
} from '../../rules/callingHours';
import type { Composed, Ended, Plan, Route, Skipped } from '../../sending/dispatch';
import { keyValueField } from '../../fields/keyValueField';
import {
	attempt,
	integer,
	isRecord,
	jsonObject,
	keyValues,
	recordOf,
	Refusal,
	uuid,
	type ReadParameter,
} from '../../../shared/parameters';
import { defaultCountryField } from '../../../shared/phone/defaultCountry';
import { phoneNumber } from '../../../shared/phone/phoneNumber';
import { aboutAnswer } from '../../../shared/api/problems';
import { memoryOf } from '../../sending/runMemory';
import {
	onRepeat,
	repeatedNumbersField,
	repeats,
	type OnRepeat,
} from '../../rules/repeatedNumbers';
import { toNumberField } from '../../fields/toNumber';

/**
 * What every operation that rings a phone shares: who is called, what the agent knows, and the rules that keep
 * people from being called twice, at a wrong number or at a wrong hour.
 */

/** A call that is ready to be requested. */
interface Call extends Composed {
	toNumber: string;
	onRepeat: OnRepeat;
	callingHours: unknown;
}

/**
 * The most bytes of JSON a request may have. Documented for campaigns; that single calls have the same limit is an
 * assumption.
 */
const REQUEST_BYTES = 2 * 1024 * 1024;

export const dialingFields: INodeProperties[] = [
	{
		displayName:
			'Every input item is a real call, also when you execute this step to try it out. The sandbox that comes with this package rings no phone.',
		name: 'notice',
		type: 'notice',
		default: '',
	},
	agentIdField,
	toNumberField,
	{
		displayName: 'Metadata',
		name: 'metadataMode',
		type: 'options',
		options: [
			{ name: 'As Fields', value: 'keyValue', description: 'Name and value, row by row' },
			{ name: 'As JSON', value: 'json', description: 'One JSON object' },
		],
		default: 'keyValue',
		description:
			"What the agent knows about this person and this call. It comes back as the call's call_variables.",
	},
	keyValueField({
		displayName: 'Metadata Fields',
		name: 'metadata',
		mode: 'metadataMode',
		row: 'Field',
		example: 'e.g. Ada',
	}),
	{
		displayName: 'Metadata JSON',
		name: 'metadataJson',
		type: 'json',
		displayOptions: { show: { metadataMode: ['json'] } },
		default: '{}',
		placeholder: 'e.g. {"first_name": "Ada"}',
		description: 'A JSON object with any keys and values',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: [
			callingHoursField,
			defaultCountryField,
			{
				displayName: 'Max Concurrency',
				name: 'maxConcurrency',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 50, numberPrecision: 0 },
				default: 5,
				description:
					'How many calls are requested at the same time when there are several items, from 1 to 50',
			},
			{
				displayName: 'Redial Unknown',
				name: 'redialUnknown',
				type: 'boolean',
				default: false,
				description:
					'Whether to request a call again when Samora did not answer and nobody knows if the phone is ringing. The person may then be called twice.',
			},
			repeatedNumbersField,
		],
	},
];

export const triggerCallPath = '/v1/call/trigger';

/** The parts of a route that dials. */
export const dialingRoute = {
	thing: 'Call',
	compose: composeCall,
	arrange: arrangeCalls,
	// Not the metadata, which may hold the time or the execution's id: the same person is not called again.
	identity: ({ body }) => JSON.stringify([body?.agent_id, body?.to_number]),
	whole: (body) => isRecord(body) && placedIn(body as IDataObject).call_id !== '',
	shape: (answer, { body }) => [{ ...placedIn(answer), to_number: body?.to_number }],
	// What is not known, or not open to the key, is the agent: there is no call yet.
	explain: async (_context, answer, { body }) =>
		answer.statusCode === 403 || answer.statusCode === 404
			? aboutAnswer(answer, { thing: 'Agent', given: { 'Agent ID': String(body?.agent_id) } })
			: undefined,
	watch: watchAgentCall,
	taken: ['call was placed', 'calls were placed'],
	unknown: ({ body }, { message }) => ({
		message: `It is not known whether ${String(body?.to_number)} is being called: ${message}`,
		description:
			'The request went out, so the phone may be ringing. Look for a call to this number in Samora before you call it again. It is not called again by this node unless Redial Unknown is on.',
	}),
} satisfies Partial<Route>;

/**
 * What Samora says of a call it has placed. Whatever else the answer looks like, its id is not to be lost.
 *
 * ASSUMPTION: should it ever come within `data`, as with everything else, or as a number, it is still the id.
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
		given: { 'Agent ID': agentId, 'To Number': toNumber },
		evenIfUnknown: options.redialUnknown === true,
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

/** The rules that need all items, the clock, or what else the execution did. */
function arrangeCalls(plan: Plan, context: IExecuteSingleFunctions): void {
	plan.forEach((planned, item) => {
		if (!isCall(planned)) return;
		const earlier = agentCallsOf(context)?.get(planned.toNumber);
		if (earlier?.state === 'unknown') {
			const identity = dialingRoute.identity(planned);
			memoryOf(context).doubt(item, { identity, sentence: earlier.sentence });
		}
		const forbidden = verdict(planned, context);
		if (forbidden) plan[item] = forbidden;
	});
	const numbers = plan.map((planned) => (isCall(planned) ? planned.toNumber : undefined));
	for (const [item, first] of repeats(numbers)) {
		const planned = plan[item];
		if (isCall(planned) && planned.onRepeat !== 'call') {
			const { toNumber } = planned;
			plan[item] = repeated(planned, `${toNumber} is the number of item ${first} too`, {
				repeats_item: first,
			});
		}
	}
}

const isCall = (planned: Plan[number]): planned is Call => 'toNumber' in planned;

function repeated(
	{ toNumber, onRepeat: way }: Call,
	reason: string,
	details: IDataObject,
): Skipped | Refusal {
	return way === 'refuse'
		? new Refusal('To Number', `${reason}, and Repeated Numbers is set to refuse that`)
		: { skipped: { to_number: toNumber, skipped: true, reason, ...details } };
}

type Rule = () => Skipped | Refusal | undefined;

function verdict(call: Call, context: IExecuteSingleFunctions): ReturnType<Rule> {
	const hours = attempt(() => hoursRule(call, context.getTimezone()));
	if (hours instanceof Refusal) return hours;
	const rules = [agentRule(call, context), ...(hours ? [hours] : [])];
	// The run may take longer than the hours last, so each call is looked at again when its turn comes.
	call.stillAllowed = () => rules.map((rule) => rule()).find((said) => said !== undefined);
	return call.stillAllowed();
}

/** An AI agent calls a number once in an execution, however often its model asks. */
const agentRule =
	(call: Call, context: IExecuteSingleFunctions): Rule =>
	() => {
		const earlier = agentCallsOf(context)?.get(call.toNumber);
		if (!earlier || earlier.state === 'unknown' || call.onRepeat === 'call') return undefined;
		return earlier.state === 'placed'
			? repeated(call, `${call.toNumber} was called already in this execution`, {
					call_id: earlier.call_id,
				})
			: repeated(call, `${call.toNumber} is being called already in this execution`, {});
	};

function hoursRule(call: Call, timezone: string): Rule | undefined {
	const hours = callingHoursFrom(call.callingHours, timezone);
	if (hours === undefined) return undefined;
	return () => {
		const now = new Date();
		if (isOpen(hours, now)) return undefined;
		const reason = outsideCallingHours(hours, now);
		return hours.outside === 'skip'
			? {
					skipped: {
						to_number: call.toNumber,
						skipped: true,
						reason,
						may_call_from: nextOpening(hours, now)?.toISOString() ?? null,
					},
				}
			: new Refusal('Calling Hours', reason);
	};
}

/** Keeps whom an AI agent calls, for its next tool call. */
function watchAgentCall(
	context: IExecutePaginationFunctions,
	{ body }: Composed,
): (ended: Ended) => void {
	if (!agentCallsOf(context)) return () => {};
	const number = String(body?.to_number);
	keepAgentCall(context, number, { state: 'underWay' });
	return (ended) => {
		if ('elements' in ended) {
			const call_id = String(ended.elements[0]?.call_id);
			keepAgentCall(context, number, { state: 'placed', call_id });
		} else {
			const { inDoubt, sentence } = ended;
			keepAgentCall(context, number, inDoubt ? { state: 'unknown', sentence } : undefined);
		}
	};
}
