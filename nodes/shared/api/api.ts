import type {
	FunctionsBase,
	IAllExecuteFunctions,
	IDataObject,
	IHttpRequestOptions,
	IN8nHttpFullResponse,
	RequestHelperFunctions,
} from 'n8n-workflow';

import { cleaned } from './answers';
import type { AgentDefault } from '../agentId';
import { readBody, type ByteStream } from './body';
import { hostOf, proxyAddress } from './baseUrl';
import { notSentUnlessRead, sendTracked } from './deadline';
import { hasThing } from './envelope';
import { exchange, type Exchange, type RetryPolicy } from './exchange';
import type { Ids } from './problems';
import { connectionOf, type Configured } from './requestOptions';

/** How long an answer is waited for, in milliseconds, unless the person says otherwise in Request Options. */
export const TIMEOUT_MS = 60_000;

/** The answer as it comes, to be read within limits, with its status; 4xx and 5xx are no exceptions. */
export const RAW_ANSWER = {
	json: true,
	encoding: 'stream',
	returnFullResponse: true,
	ignoreHttpStatusErrors: true,
} as const satisfies Partial<IHttpRequestOptions>;

/** What n8n gives wherever a node may make requests: when it runs, in its pickers, in a trigger's lifecycle. */
export interface Caller extends Configured, Pick<FunctionsBase, 'getCredentials'> {
	helpers: Pick<RequestHelperFunctions, 'httpRequestWithAuthentication'>;
}

/** The credential's fields that are no secret. */
export interface Credential extends AgentDefault {
	/** Where the API is. */
	baseUrl: string;
}

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
 * items together, pickers, the trigger. Repeated as far as its retry policy allows.
 *
 * @returns how it ended; never rejects for what Samora or the network did
 */
export async function callSamora(
	context: Caller,
	request: Pick<IHttpRequestOptions, 'url' | 'method' | 'qs' | 'body' | 'timeout' | 'abortSignal'>,
	policy: Partial<RetryPolicy> = {},
): Promise<Exchange> {
	const { method = 'GET' } = request;
	return await exchange(
		async () => {
			// Read each time: whatever keeps it from being read may pass, and then nothing was sent.
			const { baseUrl, apiKey } = await notSentUnlessRead(() =>
				context.getCredentials<{ baseUrl: string; apiKey: string }>('samoraApi'),
			);
			const connection = await notSentUnlessRead(() => connectionOf(context));
			const options: IHttpRequestOptions = {
				timeout: TIMEOUT_MS,
				...connection,
				...request,
				method,
				baseURL: baseUrl,
				...RAW_ANSWER,
			};
			const { httpRequestWithAuthentication } = context.helpers;
			const { statusCode, headers, body } = await sendTracked(
				options,
				async (tracked): Promise<IN8nHttpFullResponse> =>
					await httpRequestWithAuthentication.call(
						context as IAllExecuteFunctions,
						'samoraApi',
						tracked,
					),
			);
			return cleaned(
				{
					statusCode,
					headers,
					body: await readBody(body as unknown as ByteStream),
					host: hostOf(baseUrl),
					proxy: proxyAddress(connection.proxy),
				},
				apiKey,
			);
		},
		{
			idempotent: method !== 'POST',
			isValidBody: hasThing,
			...policy,
		},
	);
}
