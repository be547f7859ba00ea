import type { FunctionsBase, IDataObject, INode, JsonObject } from 'n8n-workflow';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';

import type { Refusal } from '../parameters';
import type { Exchange } from './exchange';
import { describeExchange, type Subject, type UserMessage } from './problems';

/** The userMessage as the error n8n shows. The item is named the way n8n's editor does it, counted from 0. */
export function apiError(
	node: INode,
	userMessage: UserMessage,
	{ httpCode, itemIndex }: { httpCode?: number; itemIndex?: number } = {},
): NodeApiError {
	// Made from plain words, never from the HTTP client's error, which holds the key in its headers.
	const source: JsonObject = { message: userMessage.message };
	const error = new NodeApiError(node, source, {
		message: userMessage.message,
		description: userMessage.description,
		...(httpCode === undefined ? {} : { httpCode: String(httpCode) }),
		...(itemIndex === undefined ? {} : { itemIndex }),
	});
	return worded(error, userMessage, itemIndex);
}

/** A request that did not do what was asked, as the error n8n shows. */
export const exchangeError = (node: INode, result: Exchange, subject: Subject): NodeApiError =>
	apiError(node, describeExchange(result, subject), { httpCode: result.answer?.statusCode });

/** For what was refused before anything was sent. */
export function operationError(
	node: INode,
	userMessage: UserMessage,
	itemIndex?: number,
): NodeOperationError {
	const error = new NodeOperationError(node, userMessage.message, {
		description: userMessage.description,
		...(itemIndex === undefined ? {} : { itemIndex }),
	});
	return worded(error, userMessage, itemIndex);
}

/** n8n swaps a message for one of its own when it finds a code such as ECONNRESET in it: ours stays. */
function worded<Kind extends NodeApiError | NodeOperationError>(
	error: Kind,
	{ message, description }: UserMessage,
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
	{ message, description }: UserMessage,
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
export function errorRouter(
	context: Pick<FunctionsBase, 'getNode'>,
): (json: IDataObject) => IDataObject {
	const { onError } = context.getNode();
	// n8n does not tell its version; this is a method that came with 2.
	if (onError !== 'continueErrorOutput' || 'isNodeFeatureEnabled' in context) return (json) => json;
	return (json) => {
		const { error, details } = json;
		if (error === undefined) return json;
		const { description } = (details ?? {}) as IDataObject;
		return { error, ...(description ? { message: description } : {}) };
	};
}

/** An item that was refused before it was sent. */
export const refusedItem = ({ message, label }: Refusal, item: number): IDataObject =>
	failedItem({ message, description: '' }, item, { status: 'not sent', parameter: label });

const withItem = (message: string, itemIndex?: number): string =>
	itemIndex === undefined ? message : `${message} [item ${itemIndex}]`;
