import type {
	IDataObject,
	IExecutePaginationFunctions,
	IExecuteSingleFunctions,
	INodeExecutionData,
} from 'n8n-workflow';

import type { Answer, Undone } from '../../shared/api/answers';
import type { Credential, RequestParts } from '../../shared/api/api';
import type { Exchange } from '../../shared/api/exchange';
import type { PagesResult } from '../../shared/api/pages';
import type { Subject, UserMessage } from '../../shared/api/problems';
import type { ReadParameter, Refusal } from '../../shared/parameters';

/** How an operation's items become requests, and what Samora answers becomes their output. */
export interface Route<Request extends ItemRequest = ItemRequest> {
	thing: Subject['thing'];
	/**
	 * Turns an item's parameters into its request.
	 *
	 * @throws Refusal for what the API would refuse
	 */
	compose: (read: ReadParameter, surroundings: Surroundings) => Request;
	/** Whether the body of a success is what it should be; by default, whether there is a thing in it. */
	isValidBody?: (body: unknown) => boolean;
	/** The message for a success whose body says that it was not done after all. */
	denial?: (body: IDataObject) => UserMessage | undefined;
	/** What the body of a success becomes, one output item each; by default the thing in it. */
	toOutput?: (body: IDataObject, request: Request) => IDataObject[];
	/** Reads the item in several requests, such as the pages of a list, instead of one. */
	readPages?: (
		request: (query: IDataObject) => Promise<Exchange>,
		wanted: Pick<ItemRequest, 'limit'>,
	) => Promise<PagesResult>;
	/** Says more about a refusal than its status does, or undefined. May ask Samora. */
	explainRefusal?: (
		context: IExecutePaginationFunctions,
		answer: Answer,
		request: Request,
	) => Promise<UserMessage | undefined>;
	/** Sending it again does nothing more. By default that holds for every method but POST. */
	idempotent?: boolean;
	/**
	 * Asked of a refusal after an attempt of unknown fate: the answer to go on with, if that attempt did it, and this one
	 * is refused only for that. May ask Samora.
	 */
	doneBefore?: (
		context: IExecutePaginationFunctions,
		request: Request,
		refusal: Answer,
	) => Promise<Answer | undefined>;
	/** What a person reads when the fate is unknown and trying again is not the advice. */
	describeUnknown?: (request: Request, why: UserMessage) => UserMessage;
	/** For what must not happen twice. */
	once?: OnceRules<Request>;
	/**
	 * What comes after Samora accepted an item, once its turn is over: Max Concurrency no longer counts it, and it
	 * stays accepted whatever becomes of this. Made anew for each try, for all of its items together.
	 *
	 * @param signal aborted when nobody wants the rest any more: an item made the node stop, or the user did
	 */
	followUp?: (context: IExecuteSingleFunctions, signal: AbortSignal) => FollowUp<Request>;
}

/** What an item's request depends on besides its parameters. */
export interface Surroundings extends Credential {
	/** The workflow's time zone. */
	timezone: string;
}

/** What a route has that must not happen twice to the same person. */
export interface OnceRules<Request extends ItemRequest> {
	/** What makes an item the same one in a retry of the execution. */
	identity: (request: Request) => string;
	/**
	 * Looks at all items together before the first is sent; may skip or refuse some.
	 *
	 * @param read any item's parameters; what counts for all is asked of the first
	 * @returns why nothing of the run may be sent
	 */
	arrange: (
		plan: Plan<Request>,
		context: IExecuteSingleFunctions,
		read: (item: number) => ReadParameter,
	) => Refusal | undefined;
	/** Told that an item goes out. What it returns is told how that ended. */
	onSend: (
		context: IExecutePaginationFunctions,
		request: Request,
	) => ((result: SendResult) => void) | undefined;
	/** What accepted items are called, one and several: "3 calls were placed". */
	accepted: readonly [one: string, several: string];
}

export const isIdempotent = <Request extends ItemRequest>(
	{ idempotent }: Route<Request>,
	method: string | undefined,
): boolean => idempotent ?? method !== 'POST';

/** What makes a request the same one in a retry of the execution. */
export const identityIn = <Request extends ItemRequest>(
	{ once }: Route<Request>,
	request: Request,
): string => once?.identity(request) ?? JSON.stringify([request.path, request.query, request.body]);

/** One item's request, before it is sent. */
export interface ItemRequest extends RequestParts {
	/** For lists: how many elements are wanted. */
	limit?: number;
	/** Send it again when its fate is unknown: the user chose that. */
	retryUnknown?: boolean;
	/** Checks the rules once more, right before each attempt to send it: that may be much later. */
	recheck?: () => LeftOut | undefined;
	/** The latest item before that is about the same person, and what becomes of this one if an item was sent for them. */
	repeats?: { item: number; leftOut: (first: number) => LeftOut };
}

/** What is to be done with each item. */
export type Plan<Request extends ItemRequest> = Array<PlanEntry<Request>>;

export type PlanEntry<Request extends ItemRequest> = { kind: 'send'; request: Request } | LeftOut;

/** An item that is not sent: a rule that the user chose skips it, or something about it is wrong. */
export type LeftOut = Skip | Report | { kind: 'refuse'; refusal: Refusal };

/** What is only said about an item, as in a dry run. */
export interface Report {
	kind: 'report';
	output: IDataObject;
}

export interface Skip {
	kind: 'skip';
	output: IDataObject & { reason: string };
}

/** What came of sending an item. */
export type SendResult = { kind: 'accepted'; output: IDataObject[] } | Failed;

export interface Failed {
	kind: 'failed';
	failure: Failure;
}

/** What did not go through, and what a person is to know about it. */
export interface Failure {
	message: UserMessage;
	httpCode?: number;
	details: IDataObject;
	/** What became of the request, where it is about one. */
	fate?: Undone;
	/** Samora may have done it: it is not sent again. */
	inDoubt?: boolean;
}

export type OutputItem = Pick<INodeExecutionData, 'json' | 'binary'>;

/**
 * @param accepted what the item came out as
 * @param request undefined when the item has become a bad row since it was accepted
 * @param isRetry whether an earlier try got it accepted
 */
export type FollowUp<Request extends ItemRequest> = (
	accepted: IDataObject[],
	request: Request | undefined,
	isRetry: boolean,
) => Promise<{ kind: 'output'; items: OutputItem[] } | Failed>;
