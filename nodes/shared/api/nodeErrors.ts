import type { FunctionsBase, IDataObject, INode, JsonObject } from 'n8n-workflow';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';

import { isRecord, type Refusal } from '../parameters';
import type { Exchange } from './exchange';
import { describeExchange, type Subject, type UserMessage } from './problems';

/** The error that n8n shows for a message. Items are counted from 0, as in n8n's editor. */
export function apiError(
	node: INode,
	userMessage: UserMessage,
	{ httpCode, itemIndex }: { httpCode?: number; itemIndex?: number } = {},
): NodeApiError {
	// Never made from the HTTP client's error, which holds the key in its headers.
	const source: JsonObject = { message: userMessage.message };
	const error = new NodeApiError(node, source, {
		message: userMessage.message,
		description: userMessage.description,
		...(httpCode === undefined ? {} : { httpCode: String(httpCode) }),
		...(itemIndex === undefined ? {} : { itemIndex }),
	});
	return worded(error, userMessage, itemIndex);
}

/**
 * The error for what is about several items, or about none. n8n's declarative engine gives every error the number of an
 * item, and its editor writes that behind the message: "22 of 30 … [item 1]". So the number is not taken.
 */
export function runError(node: INode, userMessage: UserMessage): NodeApiError {
	const error = apiError(node, userMessage);
	Object.defineProperty(error.context, 'itemIndex', { get: () => undefined, set: () => {} });
	return error;
}

/** The error that n8n shows for an unsuccessful request. */
export const exchangeError = (node: INode, result: Exchange, subject: Subject): NodeApiError =>
	apiError(node, describeExchange(result, subject), { httpCode: result.answer?.statusCode });

/** For what is refused before anything is sent. */
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

/** Sets the message again: n8n replaces it with its own if it finds a code such as ECONNRESET in it. */
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
 * A failed item, where the user chose to continue. n8n sends items with exactly these keys to the error output, and adds
 * the fields of the input item.
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

/** Whether `failedItem` made it. Samora's own things may have a field `error` too. */
export function isFailedItem(json: IDataObject): boolean {
	const { error, details, ...others } = json;
	return typeof error === 'string' && isRecord(details) && Object.keys(others).length === 0;
}

/**
 * n8n 1 sends an item to the error output only if it has nothing but `error`, or `error` and `message`. For n8n 1, the
 * description becomes `message`, and the other details are dropped.
 */
export function errorRouter(
	context: Pick<FunctionsBase, 'getNode'>,
): (json: IDataObject) => IDataObject {
	const { onError } = context.getNode();
	// n8n doesn't expose its version. This method came with n8n 2.
	if (onError !== 'continueErrorOutput' || 'isNodeFeatureEnabled' in context) return (json) => json;
	return (json) => {
		if (!isFailedItem(json)) return json;
		const { error, details } = json;
		const { description } = (details ?? {}) as IDataObject;
		return { error, ...(description ? { message: description } : {}) };
	};
}

/** An item that is refused before it is sent. */
export const refusedItem = ({ message, label }: Refusal, item: number): IDataObject =>
	failedItem({ message, description: '' }, item, { status: 'not sent', parameter: label });

const withItem = (message: string, itemIndex?: number): string =>
	itemIndex === undefined ? message : `${message} [item ${itemIndex}]`;
