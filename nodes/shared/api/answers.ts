import { KEY_WITHHELD } from './baseUrl';
import { TOO_LARGE } from './body';
import { NOT_SENT } from './deadline';
import { isRecord, Refusal } from '../parameters';

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
	if (REFUSED.has(statusCode) || (statusCode >= 300 && statusCode < 400)) return 'refused';
	const isSuccess = statusCode >= 200 && statusCode < 300;
	return isSuccess && isValidBody(body) ? 'done' : 'unknown';
}

/**
 * What certainly means that Samora did not do it. Anything else may be said after it was done: 408 and 499 by a proxy
 * that would not wait, 5xx by Samora itself.
 */
const REFUSED = new Set([400, 401, 402, 403, 404, 405, 407, 409, 410, 413, 415, 422]);

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
	/** A message for the person, where this package or n8n held the request back. */
	words?: string;
	/** The next time would end the same: it is held back on purpose, or the answer is too large. */
	isFinal?: boolean;
}

/** Reads a thrown error down its chain of causes; n8n wraps what axios throws. */
export function readFault(thrown: unknown): Fault {
	let code = '';
	let syscall = '';
	let notSent: string | undefined;
	for (
		let error: unknown = thrown, depth = 0;
		isErrorLike(error) && depth < 6;
		error = error.cause ?? error.errorResponse, depth++
	) {
		if (isHeldBack(error)) {
			return { code: '', fate: 'unreached', words: String(error.message), isFinal: true };
		}
		if (error.name === NOT_SENT) notSent = String(error.message);
		// The innermost code is the one nobody has rephrased.
		if (typeof error.code === 'string' && error.code !== '') code = error.code;
		if (typeof error.syscall === 'string') syscall = error.syscall;
	}
	if (notSent !== undefined) {
		return { code, fate: 'unreached', words: `The request was not sent: ${notSent}` };
	}
	const fate = fateOfFault(code, syscall);
	return code === TOO_LARGE ? { code, fate, isFinal: true } : { code, fate };
}

/** This package or n8n held it back on purpose, and says why. */
const isHeldBack = (error: ErrorLike): boolean =>
	error.name === KEY_WITHHELD || error.name === 'NodeOperationError' || error instanceof Refusal;

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
	if (/^-?\d+(\.\d+)?$/.test(value)) return Math.max(0, Number(value) * 1000);
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
	const words = [body.message, body.error, body.detail]
		.map((one) => textOf(one))
		.find((text) => text !== '');
	const text = (words ?? '').replace(SECRETS, '…');
	return text.length > LONGEST_WORDS ? `${text.slice(0, LONGEST_WORDS)}…` : text;
}

/** More is no sentence for a person. */
const LONGEST_WORDS = 500;

function textOf(words: unknown, depth = 0): string {
	if (typeof words === 'string') return words.trim();
	if (depth > 3) return '';
	if (Array.isArray(words)) {
		const listed = words.slice(0, 10).map((one) => textOf(one, depth + 1));
		return listed.filter(Boolean).join('; ');
	}
	return isRecord(words) ? textOf(words.message ?? words.msg, depth + 1) : '';
}

/** Shorter is no key, and may be part of any word. */
const SHORTEST_KEY = 8;

/** Nothing that Samora answers is nested like this, and much deeper n8n can't save it. */
const DEEPEST = 50;

/**
 * An answer as it may go on: without the key, should the API have put it in, as it is or encoded, and without what is
 * nested too deep to be saved.
 */
export function cleaned(answer: Answer, apiKey: unknown): Answer {
	const key = typeof apiKey === 'string' ? apiKey.trim() : '';
	const spellings = key.length < SHORTEST_KEY ? [] : spellingsOf(key);
	const clean = (value: unknown, depth: number): unknown => {
		if (typeof value === 'string') {
			return spellings.reduce((text, spelling) => text.replaceAll(spelling, '…'), value);
		}
		if (typeof value !== 'object' || value === null) return value;
		if (depth === DEEPEST) return '…';
		if (Array.isArray(value)) return value.map((element) => clean(element, depth + 1));
		// fromEntries keeps a key such as __proto__ as what it is.
		return Object.fromEntries(
			Object.entries(value).map(([name, element]) => [
				String(clean(name, depth)),
				clean(element, depth + 1),
			]),
		);
	};
	return { ...answer, body: clean(answer.body, 0) };
}

function spellingsOf(key: string): string[] {
	const bytes = Buffer.from(key, 'utf8');
	const percent = encodeURIComponent(key);
	const encoded = (['base64', 'base64url', 'hex'] as const).map((way) => bytes.toString(way));
	return [
		...new Set([
			key,
			JSON.stringify(key).slice(1, -1),
			percent,
			percent.replace(/%../g, (one) => one.toLowerCase()),
			// Its padding may be left out.
			...encoded.map((text) => text.replace(/=+$/, '')),
		]),
	];
}
