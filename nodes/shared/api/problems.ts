import type { FunctionsBase, IDataObject, INode, JsonObject } from 'n8n-workflow';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';

import { wordsOf, type Answer, type Fault } from './answers';
import type { Refusal } from '../parameters';

/** What a person reads: what happened, and what to do about it. */
export interface Sentence {
	message: string;
	description: string;
}

/** What a request was about, for the sentences that name it. */
export interface Subject {
	/** "Call", "Campaign" … as in "The campaign is not known to Samora". */
	thing: string;
	/** The ids and numbers sent, under their labels: what to check when Samora does not know one. */
	given: Readonly<Record<string, string>>;
}

interface Advice {
	/** A status, or a range of them. */
	status: readonly [number, number];
	message: (subject: Subject) => string;
	description: (subject: Subject) => string;
}

const givenList = ({ given }: Subject): string =>
	Object.entries(given)
		.map(([label, value]) => `${label} ${value}`)
		.join(' and ');

/** What each refusal of the API means to the person. The first row that fits counts. */
const ADVICE: readonly Advice[] = [
	{
		status: [300, 399],
		message: () => 'Samora answered with a redirect, which was not followed',
		description: () =>
			'The API key goes to the Base URL and nowhere else. Check the Base URL in the Samora credential; it is usually https://api.samora.ai',
	},
	{
		status: [401, 401],
		message: () => 'Samora did not accept the API key',
		description: () =>
			'Open the Samora credential, check the API Key and the Base URL, and test the credential.',
	},
	{
		status: [403, 403],
		message: ({ thing }) => `This API key may not use this ${thing.toLowerCase()}`,
		description: () =>
			'Use the API key of the Samora organization it belongs to, or ask who manages that organization for access.',
	},
	{
		status: [404, 404],
		message: ({ thing }) => `Samora does not know this ${thing.toLowerCase()}`,
		description: (subject) =>
			`Check ${givenList(subject) || 'the Base URL in the Samora credential'}, and that the API key belongs to the same Samora organization.`,
	},
	{
		status: [409, 409],
		message: ({ thing }) => `The ${thing.toLowerCase()} is not in a state that allows this`,
		description: ({ thing }) => `Look at the ${thing.toLowerCase()} in Samora and try again.`,
	},
	{
		status: [413, 413],
		message: () => 'Samora takes requests of up to 2 MiB, and this one is larger',
		description: () => 'Send less at a time.',
	},
	{
		status: [429, 429],
		message: () => 'Samora is receiving too many requests from this API key',
		description: () =>
			'Nothing was done for this item. Run it again in a little while, or lower Max Concurrency in the options where there is one.',
	},
	{
		status: [400, 499],
		message: ({ thing }) => `Samora refused the request about this ${thing.toLowerCase()}`,
		description: (subject) =>
			givenList(subject) === ''
				? 'Change what Samora names and run the node again.'
				: `Change what Samora names and run the node again. Sent: ${givenList(subject)}.`,
	},
	{
		status: [500, 599],
		message: () => 'Samora could not answer',
		description: () =>
			'This lies with Samora. Run the node again in a little while, and contact Samora AI Support if it stays.',
	},
	{
		status: [0, 999],
		message: () => 'Samora answered with something that is not its API',
		description: () =>
			'Check the Base URL in the Samora credential; it is usually https://api.samora.ai',
	},
];

const NOT_THE_API = ADVICE[ADVICE.length - 1];

/** Statuses that mean what they say, even when a proxy in front of Samora says it. */
const PLAIN = new Set([401, 413, 429]);

/** Whether something else than Samora answered: its refusals are JSON, and not a page to look at. */
function isForeign({ statusCode, body }: Answer): boolean {
	if (statusCode >= 200 && statusCode < 300) return true;
	const isPage = typeof body === 'string' && body.trim() !== '';
	return isPage && statusCode >= 400 && statusCode < 500 && !PLAIN.has(statusCode);
}

/** The sentence for an answer that did not do what was asked. The API's own words are quoted. */
export function aboutAnswer(answer: Answer, subject: Subject): Sentence {
	const { statusCode } = answer;
	const advice = isForeign(answer)
		? NOT_THE_API
		: (ADVICE.find(({ status: [from, to] }) => statusCode >= from && statusCode <= to) ??
			NOT_THE_API);
	const words = wordsOf(answer);
	const message = advice.message(subject);
	return {
		message: words === '' ? message : `${message}: ${words}`,
		description: advice.description(subject),
	};
}

/** The sentence for a request that brought no answer. */
export function aboutFault({ code, fate, words }: Fault): Sentence {
	if (words !== undefined) {
		return { message: words, description: fate === 'unreached' ? 'Nothing was sent.' : '' };
	}
	if (fate === 'cancelled') {
		return { message: 'The execution was stopped', description: 'This item was not sent.' };
	}
	if (code === 'ERR_CANCELED') {
		return {
			message: 'The execution was stopped before Samora answered',
			description: 'The request was on its way.',
		};
	}
	const named = code === '' ? '' : ` (${code})`;
	if (fate === 'unreached') {
		return {
			message: 'Samora could not be reached',
			description: `Nothing was sent${named}. Check the Base URL in the Samora credential, and that this n8n can reach it (internet connection, firewall, proxy).`,
		};
	}
	return {
		message: 'Samora did not answer',
		description: `The connection broke or the time ran out before an answer came${named}. Run the node again in a little while.`,
	};
}

/** The sentence as the error n8n shows. The item is named the way n8n's editor does it, counted from 0. */
export function apiError(
	node: INode,
	sentence: Sentence,
	{ httpCode, itemIndex }: { httpCode?: number; itemIndex?: number } = {},
): NodeApiError {
	// Made from plain words, never from the HTTP client's error, which holds the key in its headers.
	const source: JsonObject = { message: sentence.message };
	const error = new NodeApiError(node, source, {
		message: sentence.message,
		description: sentence.description,
		...(httpCode === undefined ? {} : { httpCode: String(httpCode) }),
		...(itemIndex === undefined ? {} : { itemIndex }),
	});
	return worded(error, sentence, itemIndex);
}

/** For what was refused before anything was sent. */
export function operationError(
	node: INode,
	sentence: Sentence,
	itemIndex?: number,
): NodeOperationError {
	const error = new NodeOperationError(node, sentence.message, {
		description: sentence.description,
		...(itemIndex === undefined ? {} : { itemIndex }),
	});
	return worded(error, sentence, itemIndex);
}

/** n8n swaps a message for one of its own when it finds a code such as ECONNRESET in it: ours stays. */
function worded<Kind extends NodeApiError | NodeOperationError>(
	error: Kind,
	{ message, description }: Sentence,
	itemIndex?: number,
): Kind {
	error.message = withItem(message, itemIndex);
	error.description = description;
	return error;
}

/**
 * An item that did not go through, where the person chose to continue. n8n sends to the error output what has
 * these keys and no others, and puts the input item's fields beside them.
 */
export function failedItem(
	{ message, description }: Sentence,
	item: number,
	details: IDataObject = {},
): IDataObject {
	return {
		error: withItem(message, item),
		details: { ...details, ...(description === '' ? {} : { description }) },
	};
}

/**
 * n8n 1 takes an item for one that did not go through only when it has `error` alone, or with a `message`, and sends
 * it to the first output otherwise, among those that did. There the description is the message, and the rest of the
 * details is left out.
 */
export function routed(context: Pick<FunctionsBase, 'getNode'>, json: IDataObject): IDataObject {
	const { error, details } = json;
	if (error === undefined || context.getNode().onError !== 'continueErrorOutput') return json;
	// n8n does not tell its version; this is a method that came with 2.
	if ('isNodeFeatureEnabled' in context) return json;
	const { description } = (details ?? {}) as IDataObject;
	return { error, ...(description ? { message: description } : {}) };
}

/** An item that was refused before it was sent. */
export const refusedItem = ({ message, label }: Refusal, item: number): IDataObject =>
	failedItem({ message, description: '' }, item, { status: 'not sent', parameter: label });

export const withItem = (message: string, itemIndex?: number): string =>
	itemIndex === undefined ? message : `${message} [item ${itemIndex}]`;
