import { KEY_WITHHELD } from './baseUrl';
import { isRecord } from '../parameters';

/** An answer of the API, as it came. `body` is parsed where it was JSON, text where it was not. */
export interface Answer {
	statusCode: number;
	headers: Record<string, unknown>;
	body: unknown;
}

/**
 * What became of a request, which decides whether it may be sent again:
 * - `done`: Samora did it.
 * - `refused`: Samora certainly did not do it, and would not do it the next time either.
 * - `busy`: Samora certainly did not do it now, but may later (429).
 * - `unreached`: the request never got to Samora.
 * - `unknown`: the request went out, and nobody can tell whether Samora did it.
 * - `cancelled`: the person stopped the execution before it was sent.
 */
export type Fate = 'done' | Undone;

export type Undone = 'refused' | 'busy' | 'unreached' | 'unknown' | 'cancelled';

/** The fate of a request that was answered. A success counts only with a body that is `whole`. */
export function fateOfAnswer(
	{ statusCode, body }: Answer,
	isValidBody: (body: unknown) => boolean = isRecord,
): Fate {
	if (statusCode === 429) return 'busy';
	if (statusCode >= 300 && statusCode < 500) return 'refused';
	if (statusCode >= 500 || statusCode < 200) return 'unknown';
	return isValidBody(body) ? 'done' : 'unknown';
}

/** Codes of Node.js and axios for requests of which no byte reached the API. */
const UNREACHED = new Set([
	'ECONNREFUSED',
	'ENOTFOUND',
	'EAI_AGAIN',
	'EAI_NODATA',
	'EHOSTUNREACH',
	'ENETUNREACH',
	'EADDRNOTAVAIL',
	'ERR_INVALID_URL',
	'ERR_TLS_CERT_ALTNAME_INVALID',
	'CERT_HAS_EXPIRED',
	'DEPTH_ZERO_SELF_SIGNED_CERT',
	'SELF_SIGNED_CERT_IN_CHAIN',
	'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
	'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
	'EPROTO',
]);

/** What can be known of a request that brought no answer. */
export interface Fault {
	/** The code of Node.js or axios, such as ECONNRESET; '' where there is none. */
	code: string;
	fate: Undone;
	/** A sentence for the person, where this package or n8n kept the request back. */
	words?: string;
}

/** Reads a thrown error down its chain of causes; n8n wraps what axios throws. */
export function readFault(thrown: unknown): Fault {
	let code = '';
	let syscall = '';
	for (
		let error: unknown = thrown, depth = 0;
		isErrorLike(error) && depth < 6;
		error = error.cause ?? error.errorResponse, depth++
	) {
		if (error.name === KEY_WITHHELD || error.name === 'NodeOperationError') {
			return { code: '', fate: 'unreached', words: String(error.message) };
		}
		// The innermost code is the one nobody has rephrased.
		if (typeof error.code === 'string' && error.code !== '') code = error.code;
		if (typeof error.syscall === 'string') syscall = error.syscall;
	}
	return { code, fate: fateOfFault(code, syscall) };
}

function fateOfFault(code: string, syscall: string): Undone {
	if (UNREACHED.has(code) || syscall === 'connect' || syscall === 'getaddrinfo') return 'unreached';
	return 'unknown';
}

interface ErrorLike {
	name?: unknown;
	message?: unknown;
	code?: unknown;
	syscall?: unknown;
	cause?: unknown;
	errorResponse?: unknown;
}

function isErrorLike(value: unknown): value is ErrorLike {
	return typeof value === 'object' && value !== null;
}

/**
 * How long the API asks to wait, in milliseconds; undefined when it does not say.
 *
 * @param now milliseconds since 1970, for a `Retry-After` that is a date
 */
export function retryAfter(headers: Record<string, unknown>, now: number): number | undefined {
	const given = headers['retry-after'];
	const value = typeof given === 'string' || typeof given === 'number' ? String(given).trim() : '';
	if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000;
	const date = Date.parse(value);
	return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** The secret of a webhook, and the token by which a trigger knows its deliveries. */
const SECRETS = /whsec_[\w+/=-]+|\b[0-9a-f]{16}\.[0-9a-f]{16}\.[\w-]{43}/g;

/**
 * The API's own words in an answer: `message`, or `error` or `detail` as some may carry, as text, as a list, or within
 * an object (an assumption). They are quoted to people and kept with the execution, so no secret is left in them.
 */
export function wordsOf({ body }: Answer): string {
	if (!isRecord(body)) return '';
	const words = [body.message, body.error, body.detail].map(textOf).find((text) => text !== '');
	return (words ?? '').replace(SECRETS, '…');
}

function textOf(words: unknown): string {
	if (typeof words === 'string') return words.trim();
	if (Array.isArray(words)) return words.map(textOf).filter(Boolean).join('; ');
	return isRecord(words) ? textOf(words.message ?? words.msg) : '';
}

/** Less is no key, and may be part of any word. */
const SHORTEST_KEY = 8;

/** An answer as people may read it: should the API have put the key into it, that is taken out. */
export function withoutKey(answer: Answer, apiKey: unknown): Answer {
	const key = typeof apiKey === 'string' ? JSON.stringify(apiKey.trim()).slice(1, -1) : '';
	const text = JSON.stringify(answer.body ?? null);
	if (key.length < SHORTEST_KEY || !text.includes(key)) return answer;
	return { ...answer, body: JSON.parse(text.replaceAll(key, '…')) as unknown };
}
