import type {
	FunctionsBase,
	IAllExecuteFunctions,
	IDataObject,
	IHttpRequestOptions,
	IN8nHttpFullResponse,
	RequestHelperFunctions,
} from 'n8n-workflow';

import { withoutKey } from './answers';
import { exchange, type Exchange, type RetryPolicy } from './exchange';
import type { Ids } from './problems';
import { attempt, isRecord, Refusal } from '../parameters';
import { connectionOf, type Configured } from './requestOptions';

/** How long an answer is waited for, in milliseconds, unless the person says otherwise in Request Options. */
export const TIMEOUT_MS = 60_000;

/** What n8n gives wherever a node may make requests: when it runs, in its pickers, in a trigger's lifecycle. */
export interface Caller extends Configured, Pick<FunctionsBase, 'getCredentials'> {
	helpers: Pick<RequestHelperFunctions, 'httpRequestWithAuthentication'>;
}

/** Samora's envelope: `{message, data}`. */
export const hasData = (body: unknown): boolean => isRecord(body) && isRecord(body.data);

/** What an item's parameters become: what fills the URL, the query and the body, and the ids that messages name. */
export interface RequestParts {
	/** The values of the `{…}` in the URL. */
	path?: Record<string, string>;
	query?: IDataObject;
	body?: IDataObject;
	ids?: Ids;
}

/** Fills the `{…}` of a path. */
export function filledPath(path: string, values: Record<string, string> = {}): string {
	return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ''));
}

/**
 * One request to Samora, with the credential's key, from where there is no declarative route: operations over all
 * items together, pickers, the trigger. Repeated as far as that is harmless.
 *
 * @returns how it ended; never rejects for what Samora or the network did
 */
export async function callSamora(
	context: Caller,
	request: Pick<IHttpRequestOptions, 'url' | 'method' | 'qs' | 'body' | 'timeout'>,
	policy: Partial<RetryPolicy> = {},
): Promise<Exchange> {
	const { baseUrl, apiKey } = await context.getCredentials<{ baseUrl: string; apiKey: string }>(
		'samoraApi',
	);
	const { method = 'GET' } = request;
	const connection = attempt(() => connectionOf(context));
	if (connection instanceof Refusal) {
		return {
			fate: 'unreached',
			fault: { code: '', fate: 'unreached', words: connection.message },
		};
	}
	const result = await exchange(
		async () => {
			const response: IN8nHttpFullResponse =
				await context.helpers.httpRequestWithAuthentication.call(
					context as IAllExecuteFunctions,
					'samoraApi',
					{
						timeout: TIMEOUT_MS,
						...connection,
						...request,
						method,
						baseURL: baseUrl,
						json: true,
						returnFullResponse: true,
						ignoreHttpStatusErrors: true,
					},
				);
			const { statusCode, headers, body } = response;
			return { statusCode, headers, body };
		},
		{
			idempotent: method !== 'POST',
			notFoundMeansDeleted: method === 'DELETE',
			isValidBody: hasData,
			...policy,
		},
	);
	return result.answer && result.fate !== 'done'
		? { ...result, answer: withoutKey(result.answer, apiKey) }
		: result;
}
