import type {
	DeclarativeRestApiSettings,
	IDataObject,
	IExecutePaginationFunctions,
	IHttpRequestOptions,
} from 'n8n-workflow';

import { cleaned, type Answer } from '../../shared/api/answers';
import { filledPath, RAW_ANSWER, TIMEOUT_MS } from '../../shared/api/api';
import { hostOf, proxyAddress } from '../../shared/api/baseUrl';
import { sendTracked } from '../../shared/api/deadline';
import { hasThing, thingIn } from '../../shared/api/envelope';
import { exchange, succeeded, type Exchange } from '../../shared/api/exchange';
import { describeExchange } from '../../shared/api/problems';
import { isIdempotent, type Failure, type ItemRequest, type Route, type SendResult } from './route';

/** n8n's own default when Request Options name no timeout: five minutes, longer than anybody waits. */
const ENGINE_TIMEOUT_MS = 300_000;

/** What sends an item's request: the engine's context of the item, and where and with what key it goes. */
export interface Sender {
	context: IExecutePaginationFunctions;
	requestData: DeclarativeRestApiSettings.ResultOptions;
	baseUrl: string;
	apiKey: unknown;
	/** Whether the user chose a timeout in Request Options. */
	hasTimeout: boolean;
	signal?: AbortSignal;
}

/** Sends one item, however many requests that takes. */
export async function sendRequest<Request extends ItemRequest>(
	sender: Sender,
	route: Route<Request>,
	request: Request,
): Promise<SendResult> {
	const { method } = sender.requestData.options;
	const idempotent = isIdempotent(route, method);
	const send = async (query: IDataObject = {}): Promise<Exchange> =>
		await exchange(async () => await sendOnce(sender, request, query), {
			idempotent,
			retryUnknown: request.retryUnknown,
			isValidBody: route.isValidBody ?? hasThing,
			doneBefore: async (refusal) => await route.doneBefore?.(sender.context, request, refusal),
			mayRetry: () => request.recheck?.() === undefined,
			signal: sender.signal,
		});

	const pages = await route.readPages?.(send, request);
	if (pages?.kind === 'read') return { kind: 'accepted', output: pages.elements };
	const result = pages?.result ?? (await send());
	if (succeeded(result)) {
		const body = result.answer.body as IDataObject;
		const denial = route.denial?.(body);
		if (denial) {
			const details = { status: 'refused', ...request.ids };
			return { kind: 'failed', failure: { message: denial, details, fate: 'refused' } };
		}
		return { kind: 'accepted', output: (route.toOutput ?? thingOutput)(body, request) };
	}
	const failure = await explain(sender, route, request, result);
	const inDoubt = !idempotent && result.fate === 'unknown';
	return { kind: 'failed', failure: { ...failure, fate: result.fate, inDoubt } };
}

const thingOutput = (body: IDataObject): IDataObject[] => [thingIn(body) ?? {}];

async function sendOnce(
	{ context, requestData, baseUrl, apiKey, hasTimeout }: Sender,
	request: ItemRequest,
	query: IDataObject,
): Promise<Answer> {
	const { options } = requestData;
	// Sending adds to the options it is given, so each request has its own.
	const own = {
		...(options as IHttpRequestOptions),
		...RAW_ANSWER,
		baseURL: baseUrl,
		url: filledPath(options.url ?? '', request.path),
		qs: { ...request.query, ...query },
		body: request.body ?? {},
		timeout: options.timeout === ENGINE_TIMEOUT_MS && !hasTimeout ? TIMEOUT_MS : options.timeout,
	};
	const [item] = await sendTracked(
		own,
		async (tracked) =>
			await context.makeRoutingRequest({
				...requestData,
				options: tracked as typeof options,
			}),
	);
	const answer = item.json as unknown as Answer;
	const proxy = proxyAddress(options.proxy);
	return cleaned({ ...answer, host: hostOf(baseUrl), proxy }, apiKey);
}

async function explain<Request extends ItemRequest>(
	{ context }: Sender,
	route: Route<Request>,
	request: Request,
	result: Exchange,
): Promise<Failure> {
	const { fate, answer } = result;
	const ids = request.ids ?? {};
	let message = describeExchange(result, { thing: route.thing, ids });
	if (answer && fate === 'refused') {
		// The refusal stands, whatever happens to the question what it means.
		const more = route.explainRefusal?.(context, answer, request).catch(() => undefined);
		message = (await more) ?? message;
	}
	if (fate === 'unknown') message = route.describeUnknown?.(request, message) ?? message;
	return {
		message,
		httpCode: answer?.statusCode,
		details: { status: fate, ...(answer && { http_code: answer.statusCode }), ...ids },
	};
}
