import type { Answer } from '../http/answers';
import type { DeliverySettings } from './deliverySettings';
import type { Calls } from '../state/calls';
import type { Campaigns } from '../state/campaigns';
import { numberOf, withUuid } from './callNumbers';
import {
	always200,
	callIdsAs,
	callPlacedAs,
	campaignCreatedAsId,
	campaignCreatedAsWhole,
	emptyBody,
	eventTypesAsStrings,
	listsAsArrays,
	listsUnder,
	messageBesideFields,
	messageOnly,
	refusalsAs,
	type Reply,
	secretBesideWebhook,
	statusInstead,
	type Transformation,
	withoutEnvelope,
	wordsAs,
} from './transformations';

/** How deliveries differ by dialect. */
type DeliveryDialect = Pick<
	DeliverySettings,
	'payload' | 'eventNames' | 'scheme' | 'signatureHeader'
>;

export interface Dialect {
	/** For the README. */
	meaning: string;
	/** What is done to an answer that keeps to openapi.yaml, in this order. */
	transformations: Transformation[];
	/** How statuses are spelled, in answers and deliveries. */
	spell?: (word: string) => string;
	/** A call's id in another form than its UUID, in answers and deliveries. */
	callId?: (uuid: string) => string | number;
	/** Where deliveries differ from the documented dialect's. */
	deliveries?: Partial<DeliveryDialect>;
}

/** The settings of deliveries in the documented dialect. */
export const DOCUMENTED_DELIVERIES: DeliveryDialect = {
	payload: 'nested',
	eventNames: 'documented',
	scheme: 'standard',
	signatureHeader: 'x-samora-signature',
};

const lowerCase = (word: string) => word.toLowerCase();

/** `CALL_FINISHED` → `Call_Finished` */
const mixedCase = (word: string) =>
	word.toLowerCase().replace(/(^|_)[a-z]/g, (first) => first.toUpperCase());

const DIALECT_TABLE = {
	documented: { meaning: 'as openapi.yaml says', transformations: [] },
	openapi: {
		meaning:
			"as somebody else's OpenAPI document of the same pages has it: no envelope, plain arrays, 200 with an `id` for a placed call, event types as strings, nothing in the answers to what needs no data",
		transformations: [
			eventTypesAsStrings,
			listsAsArrays,
			callPlacedAs('id'),
			campaignCreatedAsWhole,
			emptyBody(),
			withoutEnvelope,
			always200,
			refusalsAs((message) => ({ error: message })),
		],
		deliveries: { payload: 'typed', eventNames: 'dotted' },
	},
	bare: {
		meaning: 'no envelope: the fields are beside the message; a forbidden transition is a 400',
		transformations: [
			messageBesideFields,
			statusInstead(409, 400),
			refusalsAs((message) => ({ error: message })),
		],
		deliveries: { payload: 'flat' },
	},
	'data-id': {
		meaning:
			'everything in `data`, and every id is called `id`; lists under `items`; a webhook’s secret beside `data`',
		transformations: [
			callPlacedAs('id', true),
			campaignCreatedAsId,
			listsUnder('items'),
			secretBesideWebhook,
			always200,
		],
		deliveries: { payload: 'typed' },
	},
	whole: {
		meaning:
			'a placed call is `{data: {call_id}}`, a created campaign comes whole, lists are arrays in `data`; not found is a 410, refusals `{detail}`',
		transformations: [
			callPlacedAs('call_id', true),
			campaignCreatedAsWhole,
			listsAsArrays,
			statusInstead(404, 410),
			refusalsAs((message) => ({ detail: message })),
		],
	},
	lowercase: {
		meaning: 'statuses and events in lower case; a forbidden transition is a 422',
		transformations: [statusInstead(409, 422)],
		spell: lowerCase,
		deliveries: { eventNames: 'lowercase' },
	},
	'mixed-case': {
		meaning: 'statuses and events as in `Call_Finished`; deliveries as `call.finished`',
		transformations: [],
		spell: mixedCase,
		deliveries: { eventNames: 'dotted' },
	},
	'message-only': {
		meaning: 'nothing but a message in the answers to what needs no data',
		transformations: [messageOnly],
	},
	sparse: {
		meaning: 'what needs no data is answered with an empty 200',
		transformations: [emptyBody(), always200],
		deliveries: { payload: 'flat', eventNames: 'dotted' },
	},
	'no-content': {
		meaning: 'what needs no data is answered with a 204',
		transformations: [emptyBody(204)],
	},
	'wrapped-errors': {
		meaning: 'refusals are `{error: {message}}`',
		transformations: [refusalsAs((message) => ({ error: { message } }))],
	},
	'error-list': {
		meaning: 'refusals are `{errors: [{message}]}`; a forbidden transition is a 422',
		transformations: [
			statusInstead(409, 422),
			refusalsAs((message) => ({ errors: [{ message }] })),
		],
	},
	numbers: {
		meaning: 'the ids of calls are JSON numbers; refusals are `{errors: ["…"]}`',
		transformations: [refusalsAs((message) => ({ errors: [message] }))],
		callId: numberOf,
	},
	digits: {
		meaning: 'the ids of calls are digits in a string, and a placed call is `{data: {id}}`',
		transformations: [callPlacedAs('id', true)],
		callId: (uuid) => String(numberOf(uuid)),
	},
} satisfies Record<string, Dialect>;

export type DialectName = keyof typeof DIALECT_TABLE;

/** How the sandbox wraps and names what it answers: each another reading of the same pages. */
export const DIALECTS: Readonly<Record<DialectName, Dialect>> = DIALECT_TABLE;

export const DIALECT_NAMES = Object.keys(DIALECTS) as DialectName[];

/** What a dialect is read from. */
interface DialectState {
	settings: { dialect: DialectName };
	calls: Calls;
	campaigns: Campaigns;
}

/** Puts a documented answer into the dialect that is set. */
export function inDialect(
	{ settings, campaigns }: DialectState,
	operationId: string | null,
	answer: Answer,
): Answer {
	const { transformations, spell, callId } = DIALECTS[settings.dialect];
	const steps: Transformation[] = [
		...(spell ? [wordsAs(spell)] : []),
		...(callId ? [callIdsAs(callId)] : []),
		...transformations,
	];
	if (steps.length === 0) return answer;
	const documented: Reply = {
		status: answer.status,
		body: answer.body === '' ? undefined : JSON.parse(String(answer.body)),
	};
	const { status, body } = steps.reduce(
		(reply, step) => step(reply, { operationId, campaigns }),
		documented,
	);
	if (body === undefined) return { status, headers: {}, body: '' };
	return { ...answer, status, body: JSON.stringify(body) };
}

/** The path as openapi.yaml has it. */
export function documentedPath({ settings, calls }: DialectState, path: string): string {
	const { callId } = DIALECTS[settings.dialect];
	return callId ? withUuid(path, calls.all()) : path;
}
