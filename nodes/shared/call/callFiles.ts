import type { FunctionsBase, IBinaryData, IExecuteFunctions } from 'n8n-workflow';

import type { Answer } from '../api/answers';
import { TIMEOUT_MS } from '../api/api';
import { isLoopback } from '../api/baseUrl';
import { TOO_LARGE, tooLarge } from '../api/body';
import { abortedAfter } from '../api/deadline';
import { exchange, succeeded, type Exchange } from '../api/exchange';
import { isRecord } from '../parameters';
import { operationError } from '../api/nodeErrors';
import type { UserMessage } from '../api/problems';
import type { ConnectionOptions } from '../api/requestOptions';

/**
 * The files of a call lie at another host. A URL carries its own permission for a while, so whoever has it may fetch
 * the file, and the API key has no business there.
 */
export type CallFile = 'recording' | 'transcript';

/** What n8n gives wherever a node runs. */
export interface Fetcher extends Pick<FunctionsBase, 'getCredentials' | 'getNode'> {
	helpers: Pick<IExecuteFunctions['helpers'], 'httpRequest' | 'prepareBinaryData'>;
}

export interface Fetching {
	connection?: ConnectionOptions;
	/** How long one attempt may take, in milliseconds. */
	deadline?: number;
	/** Attempts after the first; a few unless it says otherwise. */
	maxRetries?: number;
	signal?: AbortSignal;
}

/** Longer than any file takes, in milliseconds: a host that falls silent in the middle must not hold the workflow. */
const WHOLE_FILE_MS = 10 * 60_000;
const REDIRECTS = 5;
/** More than the recording of any call: in bytes, about ten hours of telephone sound without compression. */
const MAX_FILE_BYTES = 512 * 1024 * 1024;

/**
 * Streams a file into n8n's binary data. Repeated, as every reading is, when the host does not answer.
 *
 * @param fetching with the file's name, without its extension
 * @returns the file, or the result of the last request for it; `refused` means that there is nothing to be had at this
 * URL, or not any more
 */
export async function fetchCallFile(
	context: Fetcher,
	url: string,
	fetching: Fetching & { name: string },
): Promise<{ file: IBinaryData } | { result: Exchange }> {
	const result = await fetchFromHost(context, url, fetching, async (body, type, from) => {
		cutOff(body, MAX_FILE_BYTES);
		return await context.helpers.prepareBinaryData(
			body as unknown as Buffer,
			`${fetching.name}.${extensionFor(type, from)}`,
			type || undefined,
		);
	});
	const file = succeeded(result) ? result.answer.body : undefined;
	return isRecord(file) ? { file: file as unknown as IBinaryData } : { result };
}

interface FileResponse {
	statusCode: number;
	headers: Record<string, unknown>;
	body: FileBody;
}

export type FileBody = NodeJS.ReadableStream & { destroy: (reason?: Error) => void };

/**
 * Reads a file from the stream of its body.
 *
 * @param type as the host names it; '' where that says nothing
 * @param url where the file is, after redirects
 */
type FileReader = (body: FileBody, type: string, url: string) => Promise<object>;

/** @returns an exchange whose answer has as its body what `read` returned */
export async function fetchFromHost(
	context: Fetcher,
	url: string,
	fetching: Fetching,
	read: FileReader,
): Promise<Exchange> {
	const { maxRetries, signal } = fetching;
	return await exchange(async () => await fetchOnce(context, url, fetching, read), {
		idempotent: true,
		maxRetries,
		signal,
	});
}

async function fetchOnce(
	context: Fetcher,
	first: string,
	{ connection, deadline = WHOLE_FILE_MS, signal }: Fetching,
	read: FileReader,
): Promise<Answer> {
	const { baseUrl } = await context.getCredentials<{ baseUrl: string }>('samoraApi');
	let url = first;
	const abortSignal = abortedAfter(deadline, signal);
	for (let redirects = 0; redirects <= REDIRECTS; redirects++) {
		if (!mayBeFetched(url, baseUrl)) throw operationError(context.getNode(), IN_THE_CLEAR);
		const { statusCode, headers, body } = (await context.helpers.httpRequest({
			timeout: TIMEOUT_MS,
			...connection,
			url,
			method: 'GET',
			encoding: 'stream',
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			// Each step is looked at first: a redirect must not lead to where the file would travel in the clear.
			disableFollowRedirect: true,
			abortSignal,
		})) as FileResponse;
		if (statusCode === 200) {
			return { statusCode, headers, body: await read(body, typeOf(headers), url) };
		}
		body.destroy();
		const { location } = headers;
		if (statusCode < 300 || statusCode >= 400 || typeof location !== 'string') {
			return { statusCode, headers, body: '' };
		}
		url = new URL(location, url).href;
	}
	// Too many redirects: as good as a host that answers with one.
	return { statusCode: 302, headers: {}, body: '' };
}

/** Ends a stream that brings more bytes than this. */
export function cutOff(body: FileBody, limit: number): void {
	let length = 0;
	// Unlike `on` this does not make it flow before n8n listens.
	body.prependListener('data', (chunk: Uint8Array) => {
		length += chunk.length;
		if (length > limit) body.destroy(tooLarge());
	});
}

const IN_THE_CLEAR: UserMessage = {
	message: "The link to the file doesn't start with https://, so the node didn't open it",
	description: '',
};

const mayBeFetched = (url: string, baseUrl: string): boolean =>
	url.startsWith('https://') || (isLoopback(url) && isLoopback(baseUrl));

/** The type that the answer names, without its parameters; '' where it names none that says anything. */
function typeOf(headers: Record<string, unknown>): string {
	const [type] = String(headers['content-type'] ?? '').split(';');
	const named = type.trim().toLowerCase();
	return /^(application|binary)\/octet-stream$/.test(named) ? '' : named;
}

const EXTENSIONS: Readonly<Record<string, string>> = {
	'audio/mpeg': 'mp3',
	'audio/mp3': 'mp3',
	'audio/wav': 'wav',
	'audio/wave': 'wav',
	'audio/x-wav': 'wav',
	'audio/vnd.wave': 'wav',
	'audio/ogg': 'ogg',
	'audio/opus': 'opus',
	'audio/mp4': 'm4a',
	'audio/x-m4a': 'm4a',
	'audio/aac': 'aac',
	'audio/flac': 'flac',
	'audio/webm': 'webm',
	'video/mp4': 'mp4',
	'application/pdf': 'pdf',
	'application/json': 'json',
	'text/plain': 'txt',
	'text/csv': 'csv',
	'text/html': 'html',
	'text/markdown': 'md',
	'text/vtt': 'vtt',
	'application/x-subrip': 'srt',
};

/** The type is what the answer says. The name in the URL is the object store's business, and only the last resort. */
function extensionFor(type: string, url: string): string {
	const [, named = 'bin'] = /\.(\w{1,5})$/.exec(new URL(url).pathname) ?? [];
	return EXTENSIONS[type] ?? named.toLowerCase();
}

/** The message for a file that its host did not give. */
export function describeHostResult(result: Exchange, file: CallFile, url: string): UserMessage {
	const host = URL.canParse(url) ? new URL(url).host : 'an unreadable address';
	if (result.answer) {
		return {
			message: `The host of the ${file}, ${host}, answered with status ${result.answer.statusCode}`,
			description:
				result.fate === 'refused'
					? 'The link is new. Run the node again in a few minutes. If this keeps happening, contact Samora AI Support.'
					: 'The cause is at the host where Samora stores its files. Run the node again in a few minutes.',
		};
	}
	const { code, words, fate } = result.fault;
	if (code === TOO_LARGE) {
		return {
			message: `The ${file} is larger than ${MAX_FILE_BYTES / 1024 / 1024} MiB, which is the most this node takes`,
			description: 'Download it from Samora.',
		};
	}
	if (fate === 'cancelled' || code === 'ERR_CANCELED') {
		return {
			message: `The execution was stopped before the ${file} was downloaded`,
			description: '',
		};
	}
	return {
		message:
			words ??
			`The ${file} couldn't be downloaded from its host, ${host}${code === '' ? '' : ` (${code})`}`,
		description:
			'Samora stores its files there. Make sure this n8n can reach it (internet connection, firewall, proxy), and run the node again.',
	};
}
