import type { IDataObject, IExecuteSingleFunctions, INodeProperties } from 'n8n-workflow';

import { agentIdField } from './agentId';
import {
	callingHoursField,
	callingHoursFrom,
	isOpen,
	nextOpening,
	outsideCallingHours,
} from './callingHours';
import type { Composed, Plan, Route, Skipped } from './dispatch';
import { keyValueField } from './keyValueField';
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
} from './parameters';
import { defaultCountryField } from './defaultCountry';
import { phoneNumber } from './phoneNumber';
import { onRepeat, repeatedNumbersField, repeats, type OnRepeat } from './repeatedNumbers';

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
	{
		displayName: 'To Number',
		name: 'toNumber',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. +14155550100',
		description:
			'The phone number to call, with a plus sign and the country code. For numbers without a country code, add the option Default Country.',
	},
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
	whole: (body) => isRecord(body) && typeof body.call_id === 'string' && body.call_id !== '',
	shape: ({ call_id, status, message }, { body }) => [
		{ call_id, status, message, to_number: body?.to_number },
	],
	taken: ['call was placed', 'calls were placed'],
	unknown: ({ body }, { message }) => ({
		message: `It is not known whether ${String(body?.to_number)} is being called: ${message}`,
		description:
			'The request went out, so the phone may be ringing. Look for a call to this number in Samora before you call it again. It is not called again by this node unless Redial Unknown is on.',
	}),
} satisfies Partial<Route>;

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

/** The rules that need all items, or the clock. */
function arrangeCalls(plan: Plan, context: IExecuteSingleFunctions): void {
	plan.forEach((planned, item) => {
		const closed = isCall(planned) ? hoursVerdict(planned, context) : undefined;
		if (closed) plan[item] = closed;
	});
	const numbers = plan.map((planned) => (isCall(planned) ? planned.toNumber : undefined));
	for (const [item, first] of repeats(numbers)) {
		const planned = plan[item];
		if (isCall(planned) && planned.onRepeat !== 'call') plan[item] = repeated(planned, first);
	}
}

const isCall = (planned: Plan[number]): planned is Call => 'toNumber' in planned;

function repeated({ toNumber, onRepeat: way }: Call, first: number): Skipped | Refusal {
	const reason = `${toNumber} is the number of item ${first} too`;
	return way === 'refuse'
		? new Refusal('To Number', `${reason}, and Repeated Numbers is set to refuse that`)
		: { skipped: { to_number: toNumber, skipped: true, reason, repeats_item: first } };
}

function hoursVerdict(call: Call, context: IExecuteSingleFunctions): Skipped | Refusal | undefined {
	const hours = attempt(() => callingHoursFrom(call.callingHours, context.getTimezone()));
	if (hours === undefined || hours instanceof Refusal) return hours;
	// The run may take longer than the hours last, so each call is looked at again when its turn comes.
	call.stillAllowed = () => {
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
	return call.stillAllowed();
}
