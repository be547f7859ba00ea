import type {
	DeclarativeRestApiSettings,
	IDataObject,
	IExecutePaginationFunctions,
	IExecuteSingleFunctions,
	IHttpRequestOptions,
	IN8nHttpFullResponse,
	INodeExecutionData,
	INodePropertyRouting,
	ITaskDataConnections,
} from 'n8n-workflow';
import pLimit from 'p-limit';

import { withoutKey, type Answer } from '../../shared/api/answers';
import { filledPath, hasData, TIMEOUT_MS } from '../../shared/api/api';
import { exchange, type Exchange } from '../../shared/api/exchange';
import {
	attempt,
	parameterReader,
	readAll,
	Refusal,
	trimmed,
	type ReadParameter,
} from '../../shared/parameters';
import {
	aboutAnswer,
	aboutFault,
	apiError,
	operationError,
	failedItem,
	refusedItem,
	routed,
	type Sentence,
	type Subject,
} from '../../shared/api/problems';
import { itemList, refusedRows, type RefusedRow } from '../../shared/itemList';
import { forgetSaved, memoryOf, saveMemory, type RunMemory } from './runMemory';

/**
 * How the items of a run are sent.
 *
 * n8n's declarative engine builds a request per item and starts them all at once, forgets the answers of the
 * others when one is rejected, and starts all of them again on Retry On Fail. A route made here goes through
 * the engine's hooks instead (`preSend` and a pagination function, which replaces the sending): every item is
 * looked at before the first is sent, a few are under way at a time, and what was done is not done again.
 */
export interface Route {
	/** What the request is about: "Call", "Campaign", "Webhook". */
	thing: string;
	/**
	 * What an item's parameters become. `baseUrl` is where the API is.
	 * @throws Refusal for what the API would refuse
	 */
	compose: (read: ReadParameter, baseUrl: string) => Composed;
	/** What an answer's body becomes, one output item each; its unwrapped `data` unless it says otherwise. */
	shape?: (body: IDataObject, composed: Composed) => IDataObject[];
	/** What makes an item the same one in a retry; the whole request unless it says otherwise. */
	identity?: (composed: Composed) => string;
	/** Looks at all items together, before the first is sent: may refuse or skip some. */
	arrange?: (plan: Plan, context: IExecuteSingleFunctions) => void;
	/** What an item that Samora took is called, one and several, for "3 calls were placed". */
	taken?: readonly [one: string, several: string];
	/** Sends the item in requests of its own, such as the pages of a list, instead of one. */
	inPieces?: (
		request: (query: IDataObject) => Promise<Exchange>,
		composed: Composed,
	) => Promise<Pieces>;
	/** Whether the body of a success is what it should be; a `data` object unless it says otherwise. */
	whole?: (body: unknown) => boolean;
	/** Says more about a refusal than its status does, or undefined. May ask Samora. */
	explain?: (
		context: IExecutePaginationFunctions,
		answer: Answer,
		composed: Composed,
	) => Promise<Sentence | undefined>;
	/** The sentence for an unknown fate, when that is more than "try again". */
	unknown?: (composed: Composed, what: Sentence) => Sentence;
	/**
	 * What comes after Samora took an item, when the item's turn is over: it is no longer counted by Max Concurrency,
	 * and it is taken whatever becomes of this. Made anew for each try, for all of its items together.
	 *
	 * @param signal aborted when nobody wants the rest any more: an item made the node stop, or the person did
	 */
	follow?: (context: IExecuteSingleFunctions, signal: AbortSignal) => Follow;
	/** Told that an item goes out; what it gives is told what became of it. */
	watch?: (context: IExecutePaginationFunctions, composed: Composed) => (ended: Ended) => void;
}

/**
 * @param taken what the item came out as
 * @param composed undefined when the item has become a bad row since it was taken
 * @param again whether it was taken by an earlier try
 */
export type Follow = (
	taken: IDataObject[],
	composed: Composed | undefined,
	again: boolean,
) => Promise<{ items: Followed[] } | Failure>;

export type Followed = Pick<INodeExecutionData, 'json' | 'binary'>;

/** One item's request, before it is sent. */
export interface Composed {
	/** The values of the `{…}` in the route's URL. */
	path?: Record<string, string>;
	query?: IDataObject;
	body?: IDataObject;
	/** What the person gave to name the thing, under the labels of the editor. */
	given?: Subject['given'];
	/** For lists: how many elements are wanted. */
	limit?: number;
	/** Send it again though its fate is unknown: the person said so. */
	evenIfUnknown?: boolean;
	/** Looked at once more when its turn comes, which may be much later: a rule may have come to apply. */
	stillAllowed?: () => Skipped | Refusal | undefined;
}

/** An item that is not sent, by a rule the person chose: it comes out with the reason. */
export interface Skipped {
	skipped: IDataObject & { reason: string };
}

/** An item that an earlier try has sent: it comes out as it came then. */
interface Taken {
	output: IDataObject[];
	composed: Composed | undefined;
}

/** What is to be done with each item. */
export type Plan = Array<Composed | Skipped | Taken | Refusal>;

/** What a request in pieces ended with. */
export type Pieces = { elements: IDataObject[] } | { ended: Exchange };

/** n8n's own default when Request Options name no timeout: five minutes, longer than anybody waits. */
const ENGINE_TIMEOUT_MS = 300_000;
const MAX_CONCURRENCY = 5;

/** One try of a run. */
interface Try {
	plan: Plan;
	arrived: Set<number>;
	/** Items whose end is not known yet. */
	waiting: number;
	/** Aborted by an item that makes the node stop. */
	stop: AbortController;
	follow?: Follow;
	gate: <Result>(task: () => Promise<Result>) => Promise<Result>;
	settled: Promise<void>;
	settle: () => void;
}

/** The latest try of each run. */
const tries = new WeakMap<RunMemory, Try>();
/** What `preSend` found out for a request, for the pagination function that gets the same options. */
const prepared = new WeakMap<object, Prepared>();

interface Prepared {
	memory: RunMemory;
	current: Try;
	item: number;
}

/** The part of an operation's routing that sends it; its `request` names method and URL. */
export function sentOnce(route: Route): INodePropertyRouting {
	return {
		send: {
			paginate: true,
			preSend: [
				async function (this: IExecuteSingleFunctions, options: IHttpRequestOptions) {
					return prepare(this, route, { ...options, baseURL: await baseUrlOf(this) });
				},
			],
		},
		operations: {
			async pagination(
				this: IExecutePaginationFunctions,
				requestData: DeclarativeRestApiSettings.ResultOptions,
			) {
				return await send(this, route, requestData);
			},
		},
		output: { postReceive: [wholeAnswer] },
	};
}

/** Passes the status on with the body: a refusal is told by its status. */
async function wholeAnswer(
	this: IExecuteSingleFunctions,
	_items: INodeExecutionData[],
	{ statusCode, headers, body }: IN8nHttpFullResponse,
): Promise<INodeExecutionData[]> {
	return [{ json: { statusCode, headers: { ...headers }, body: body as IDataObject } }];
}

/** Where the API is, for the latest look at the credential of each run. */
const baseUrls = new WeakMap<RunMemory, Promise<string>>();

/**
 * Read here, once for all items: in the description's request defaults it would be an expression, which n8n evaluates
 * twice for each of them.
 */
async function baseUrlOf(context: IExecuteSingleFunctions): Promise<string> {
	const memory = memoryOf(context);
	const known =
		baseUrls.get(memory) ??
		context.getCredentials<{ baseUrl: string }>('samoraApi').then(({ baseUrl }) => baseUrl);
	baseUrls.set(memory, known);
	return await known;
}

/** The first item to come here looks at all of them, before any is sent. */
function prepare(
	context: IExecuteSingleFunctions,
	route: Route,
	options: IHttpRequestOptions & { baseURL: string },
): IHttpRequestOptions {
	const item = context.getItemIndex();
	const memory = memoryOf(context);
	let current = tries.get(memory);
	if (!current || current.arrived.has(item)) {
		current = newTry(context, route, memory, options.baseURL);
		tries.set(memory, current);
	}
	current.arrived.add(item);
	const composed = current.plan[item];
	const request: IHttpRequestOptions = { ...options };
	if (request.timeout === ENGINE_TIMEOUT_MS && !chosenTimeout(context)) {
		request.timeout = TIMEOUT_MS;
	}
	if (isComposed(composed)) {
		request.url = filledPath(options.url, composed.path);
		request.qs = composed.query ?? {};
		request.body = composed.body ?? {};
	}
	prepared.set(request, { memory, current, item });
	return request;
}

const isComposed = (planned: Plan[number]): planned is Composed =>
	!(planned instanceof Refusal) && !('skipped' in planned) && !('output' in planned);

const composedOf = (planned: Plan[number]): Composed | undefined =>
	isComposed(planned) ? planned : undefined;

const eitherOf = (one: AbortSignal, other: AbortSignal | undefined): AbortSignal =>
	other ? AbortSignal.any([one, other]) : one;

function newTry(
	context: IExecuteSingleFunctions,
	route: Route,
	memory: RunMemory,
	baseUrl: string,
): Try {
	const read = parameterReader(context, itemsInExpressions(context));
	const composed = Array.from({ length: countItems(context) }, (_, item) =>
		attempt(() => {
			const readItem = read(item);
			readAll(context, readItem);
			return route.compose(readItem, baseUrl);
		}),
	);
	const arranged: Plan = [...composed];
	route.arrange?.(arranged, context);
	// No rule that has come to apply since takes back what was done.
	const plan = arranged.map((planned, item): Plan[number] => {
		const taken = memory.outputOf(item, identityOf(route, composed[item]));
		return taken ? { output: taken, composed: composedOf(planned) } : planned;
	});
	const stop = new AbortController();
	let settle = () => {};
	const settled = new Promise<void>((resolve) => (settle = resolve));
	return {
		plan,
		arrived: new Set(),
		waiting: plan.length,
		stop,
		follow: route.follow?.(context, eitherOf(stop.signal, context.getExecutionCancelSignal())),
		gate: pLimit(concurrency(read(0))),
		settled,
		settle,
	};
}

/**
 * How many items the engine goes through. Its hooks are shown one at a time, and the execute data may hold more: with
 * Execute Once, or when an AI agent calls the node. So the engine's own list is counted.
 */
function countItems(context: IExecuteSingleFunctions): number {
	const { inputData } = context as { inputData?: ITaskDataConnections };
	const { main, ai_tool: tool } = inputData ?? context.getExecuteData().data;
	return (main?.[0] ?? tool?.[0] ?? []).length;
}

/** What `$json` means in an item's expressions; not always what the execute data hold. */
function itemsInExpressions(context: IExecuteSingleFunctions): INodeExecutionData[] {
	const { connectionInputData } = context as { connectionInputData?: INodeExecutionData[] };
	return connectionInputData ?? [];
}

function concurrency(read: ReadParameter): number {
	const options = read('options') as { maxConcurrency?: unknown } | undefined;
	const chosen = Number(options?.maxConcurrency ?? MAX_CONCURRENCY);
	return Number.isInteger(chosen) && chosen >= 1 ? chosen : MAX_CONCURRENCY;
}

function chosenTimeout(context: IExecuteSingleFunctions): boolean {
	return trimmed(context.getNodeParameter('requestOptions.timeout', '')) !== '';
}

async function send(
	context: IExecutePaginationFunctions,
	route: Route,
	requestData: DeclarativeRestApiSettings.ResultOptions,
): Promise<INodeExecutionData[]> {
	const found = prepared.get(requestData.options);
	if (!found) throw operationError(context.getNode(), UNPREPARED);
	const { memory, current, item } = found;

	const outcome = await settleItem(context, route, requestData, found);
	current.waiting--;
	if (current.waiting === 0) {
		// What is only read, or may be repeated, is done anew in a retry of the execution.
		const once = requestData.options.method === 'POST';
		const stopped = current.stop.signal.aborted || context.getExecutionCancelSignal()?.aborted;
		if (stopped && once) saveMemory(context, memory);
		else forgetSaved(context);
		current.settle();
	}
	if (Array.isArray(outcome)) {
		return outcome.map(({ json, ...rest }) => ({
			json: routed(context, json),
			...rest,
			pairedItem: { item },
		}));
	}

	// Only when all is quiet is it known what was done beside it. This also keeps the rejection from coming
	// before the engine listens, which it does once all items have been started.
	await current.settled;
	if ('refusals' in outcome) {
		const { refusals } = outcome;
		const sentence = refusedRows(refusals, current.plan.length);
		throw operationError(
			context.getNode(),
			withTaken(sentence, route, memory, item),
			refusals.length === 1 ? item : undefined,
		);
	}
	throw apiError(context.getNode(), withTaken(outcome.sentence, route, memory, item), {
		httpCode: outcome.httpCode,
		itemIndex: item,
	});
}

/** What became of an item's turn: taken by Samora, out without being sent, or what makes the node stop. */
type Sent =
	| { taken: IDataObject[]; again: boolean }
	| { output: IDataObject[] }
	| { refusals: RefusedRow[] }
	| Failure;

/** @returns the item's output, or what makes the node stop */
async function settleItem(
	context: IExecutePaginationFunctions,
	route: Route,
	requestData: DeclarativeRestApiSettings.ResultOptions,
	found: Prepared,
): Promise<Followed[] | Failure | { refusals: RefusedRow[] }> {
	const { current, item } = found;
	const sent = await sendItem(context, route, requestData, found);
	if ('output' in sent) return sent.output.map((json) => ({ json }));
	if (!('taken' in sent)) return sent;
	if (!current.follow) return sent.taken.map((json) => ({ json }));
	const planned = current.plan[item];
	const composed = 'output' in planned ? planned.composed : composedOf(planned);
	const followed = await current.follow(sent.taken, composed, sent.again);
	if ('items' in followed) return followed.items;
	if (context.continueOnFail()) {
		return [{ json: failedItem(followed.sentence, item, followed.details) }];
	}
	current.stop.abort();
	return followed;
}

async function sendItem(
	context: IExecutePaginationFunctions,
	route: Route,
	requestData: DeclarativeRestApiSettings.ResultOptions,
	{ memory, current, item }: Prepared,
): Promise<Sent> {
	const goesOn = context.continueOnFail();
	const planned = current.plan[item];
	if (!goesOn) {
		const refusals = refusalsOf(current.plan);
		// The first bad row speaks for all, and the others stay silent: nothing is sent.
		if (refusals.length > 0) {
			current.stop.abort();
			return item === refusals[0].item ? { refusals } : { output: [] };
		}
	}
	if (planned instanceof Refusal) return { output: [refusedItem(planned, item)] };
	if ('skipped' in planned) return { output: [planned.skipped] };
	if ('output' in planned) return { taken: planned.output, again: true };

	// What an earlier try has under way is waited for, not sent beside it.
	await memory.underWay.get(item);
	return await current.gate(async () => {
		const identity = identityOf(route, planned);
		const done = memory.outputOf(item, identity);
		if (done) return { taken: done, again: true };
		if (current.stop.signal.aborted) return { output: [] };
		const forbidden = planned.stillAllowed?.();
		if (forbidden && 'skipped' in forbidden) return { output: [forbidden.skipped] };
		const doubt = planned.evenIfUnknown ? undefined : memory.doubtOf(item, identity);
		const ended = forbidden
			? { sentence: { message: forbidden.message, description: '' }, details: {} }
			: doubt
				? { sentence: doubt, details: { status: 'unknown', ...planned.given } }
				: await sendNow(context, route, requestData, planned, memory, item);
		if ('elements' in ended) return { taken: ended.elements, again: false };
		if (goesOn) return { output: [failedItem(ended.sentence, item, ended.details)] };
		current.stop.abort();
		return ended;
	});
}

/** What came of sending an item. */
export type Ended = { elements: IDataObject[] } | Failure;

/** Sends it and remembers what became of it. */
async function sendNow(
	context: IExecutePaginationFunctions,
	route: Route,
	requestData: DeclarativeRestApiSettings.ResultOptions,
	composed: Composed,
	memory: RunMemory,
	item: number,
): Promise<Ended> {
	const tell = route.watch?.(context, composed);
	const going = perform(context, route, requestData, composed);
	memory.underWay.set(item, going);
	const ended = await going;
	memory.underWay.delete(item);
	tell?.(ended);
	const identity = identityOf(route, composed);
	if ('elements' in ended) memory.keep(item, { identity, output: ended.elements });
	else if (ended.inDoubt) memory.doubt(item, { identity, sentence: ended.sentence });
	return ended;
}

const identityOf = (route: Route, planned: Composed | Refusal): string =>
	planned instanceof Refusal ? '' : (route.identity ?? wholeRequest)(planned);

const wholeRequest = ({ path, query, body }: Composed): string =>
	JSON.stringify([path, query, body]);

const UNPREPARED: Sentence = {
	message: 'The request was changed on its way and was not sent',
	description: 'Update n8n and this package to their newest versions.',
};

function refusalsOf(plan: Plan): RefusedRow[] {
	return plan.flatMap((planned, item) =>
		planned instanceof Refusal ? [{ item, refusal: planned }] : [],
	);
}

/** What did not go through, and what a person is to know of it. */
export interface Failure {
	sentence: Sentence;
	httpCode?: number;
	details: IDataObject;
	/** Samora may have done it: it is not sent again. */
	inDoubt?: boolean;
}

/** Sends one item, however many requests that takes. */
async function perform(
	context: IExecutePaginationFunctions,
	route: Route,
	requestData: DeclarativeRestApiSettings.ResultOptions,
	composed: Composed,
): Promise<Ended> {
	const harmless = requestData.options.method !== 'POST';
	const request = (query: IDataObject = {}) =>
		exchange(
			async () => {
				// A fresh copy each time: sending adds to the options it is given.
				const options = { ...requestData.options, qs: { ...requestData.options.qs, ...query } };
				const [item] = await context.makeRoutingRequest({ ...requestData, options });
				return item.json as unknown as Answer;
			},
			{
				harmless,
				evenIfUnknown: composed.evenIfUnknown,
				whole: route.whole ?? hasData,
				goneIsDone: requestData.options.method === 'DELETE',
				signal: context.getExecutionCancelSignal(),
			},
		);

	let ended: Exchange;
	if (route.inPieces) {
		const pieces = await route.inPieces(request, composed);
		if ('elements' in pieces) return pieces;
		ended = pieces.ended;
	} else {
		ended = await request();
		if (ended.fate === 'done' && 'answer' in ended) {
			const body = ended.answer.body as IDataObject;
			return { elements: (route.shape ?? dataOf)(body, composed) };
		}
	}
	if ('answer' in ended) {
		const { apiKey } = await context.getCredentials('samoraApi');
		ended = { ...ended, answer: withoutKey(ended.answer, apiKey) };
	}
	const failure = await explained(context, route, ended, composed);
	return { ...failure, inDoubt: !harmless && ended.fate === 'unknown' };
}

/** Samora's envelope is `{message, data}`; the thing itself is `data`. */
const dataOf = (body: IDataObject): IDataObject[] => [body.data as IDataObject];

async function explained(
	context: IExecutePaginationFunctions,
	route: Route,
	ended: Exchange,
	composed: Composed,
): Promise<Failure> {
	const subject: Subject = { thing: route.thing, given: composed.given ?? {} };
	const httpCode = 'answer' in ended ? ended.answer.statusCode : undefined;
	let sentence = 'answer' in ended ? aboutAnswer(ended.answer, subject) : aboutFault(ended.fault);
	if ('answer' in ended && ended.fate === 'refused') {
		sentence = (await route.explain?.(context, ended.answer, composed)) ?? sentence;
	}
	if (ended.fate === 'unknown') sentence = route.unknown?.(composed, sentence) ?? sentence;
	return {
		sentence,
		httpCode,
		details: {
			status: ended.fate,
			...(httpCode === undefined ? {} : { httpCode }),
			...subject.given,
		},
	};
}

/** Adds what was done beside the item that made the node stop. */
function withTaken(
	{ message, description }: Sentence,
	{ taken: [one, several] = ['item went through', 'items went through'] }: Route,
	{ takenItems }: RunMemory,
	item: number,
): Sentence {
	const others = [...takenItems.keys()].filter((taken) => taken !== item);
	if (others.length === 0) return { message, description };
	const count = `${others.length} ${others.length === 1 ? one : several}`;
	return {
		message: `${message}. ${count} (${itemList(others)})`,
		description:
			`${description} What went through is kept and not sent again by Retry On Fail, nor by a retry of this execution from the list of executions.${callIds(others, takenItems)}`.trim(),
	};
}

/** How many calls a description names; a retry gives out all of them. */
const NAMED_CALLS = 10;

function callIds(items: readonly number[], taken: RunMemory['takenItems']): string {
	const ids = items.flatMap((item) => {
		const id = taken.get(item)?.output[0]?.call_id;
		return typeof id === 'string' ? [`${id} (item ${item})`] : [];
	});
	if (ids.length === 0) return '';
	const more = ids.length - NAMED_CALLS;
	return ` Call IDs: ${ids.slice(0, NAMED_CALLS).join(', ')}${more > 0 ? ` and ${more} more` : ''}.`;
}
