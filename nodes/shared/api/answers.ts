import { isProxyOn, KEY_WITHHELD, type Route } from './baseUrl';
import { TOO_LARGE } from './body';
import { NOT_SENT } from './deadline';
import { isRecord, Refusal } from '../parameters';

/** A response of the API. `body` is parsed if it was JSON, else it is text. */
export interface Answer {
	statusCode: number;
	headers: Record<string, unknown>;
	body: unknown;
	/** Who was asked, such as api.samora.ai. */
	host?: string;
	/** The proxy in Request Options through which it was asked, such as proxy.example.com:3128. */
	proxy?: string;
}

/**
 * What became of a request. This decides whether it may be sent again:
 * - `done`: Samora did it.
 * - `refused`: Samora didn't do it, and won't do it the next time either.
 * - `busy`: Samora didn't do it, but may do it later (429).
 * - `unreached`: the request never reached Samora.
 * - `unknown`: the request was sent, and it isn't known whether Samora did it.
 * - `cancelled`: the user stopped the execution before it was sent.
 */
export type Fate = 'done' | Undone;

export type Undone = 'refused' | 'busy' | 'unreached' | 'unknown' | 'cancelled';

/** The fate of a request that was answered. A 2xx only counts as `done` with a valid body. */
export function fateOfAnswer(
	{ statusCode, body }: Answer,
	isValidBody: (body: unknown) => boolean = isRecord,
): Fate {
	if (statusCode === 429) return 'busy';
	if (REFUSED.has(statusCode) || isRedirect(statusCode)) return 'refused';
	return isSuccess(statusCode) && isValidBody(body) ? 'done' : 'unknown';
}

export const isSuccess = (statusCode: number): boolean => statusCode >= 200 && statusCode < 300;

/**
 * Statuses that prove that Samora didn't do it. Any other status may come after it was done: 408 and 499 from a proxy that
 * gave up waiting, 5xx from Samora itself.
 */
const REFUSED = new Set([400, 401, 402, 403, 404, 405, 407, 409, 410, 413, 415, 422]);

/** 303 sends the reader on to the result of what was done. */
const isRedirect = (statusCode: number): boolean =>
	statusCode >= 300 && statusCode < 400 && statusCode !== 303;

/** Codes of Node.js and axios for requests that never reached the API. */
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

/** Of these, the codes that also end a connection that was made, when the way to Samora is lost. */
const WAY_LOST = new Set(['EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL']);

/** What is known of a request without a response. */
export interface Fault {
	/** The code of Node.js or axios, such as ECONNRESET; '' if there is none. */
	code: string;
	fate: Undone;
	/** Where nobody answered: an IP address with its port, or a name. */
	address?: string;
	/** That address is a proxy's, for it isn't the one that was asked. */
	isProxy?: boolean;
	/** A message for the user, if this package or n8n blocked the request. */
	words?: string;
	/** The next time would end the same: the request is blocked on purpose, or the response is too large. */
	isFinal?: boolean;
}

/**
 * The fault in an answer that a proxy gave instead of Samora; undefined unless that is certain. n8n hands on what a proxy
 * answers to CONNECT as if Samora had answered, without a sign of its own. So it is told by what only a proxy says, and
 * says before it sends anything on: the status 407, and what Squid calls a connection that it did not make.
 */
export function proxyFault({ statusCode, headers }: Answer): Fault | undefined {
	const squid = /^ERR_(\w+_)?(ACCESS_DENIED|CONNECT_FAIL|DNS_FAIL|CANNOT_FORWARD)\b/;
	const [named] = squid.exec(String(headers['x-squid-error'] ?? '')) ?? [];
	if (statusCode !== 407 && named === undefined) return undefined;
	const words =
		statusCode === 407
			? 'The proxy between n8n and Samora wants a username and password (status 407). Add them to Proxy in Request Options, or to the proxy settings of this n8n (HTTPS_PROXY)'
			: `The proxy between n8n and Samora didn't let n8n through (status ${statusCode}, ${named}). Ask whoever runs the proxy to allow it`;
	return { code: '', fate: 'unreached', words, isFinal: statusCode < 500 };
}

/** Reads a thrown error and its causes: n8n wraps what axios throws. */
export function readFault(thrown: unknown): Fault {
	let code = '';
	let syscall = '';
	let address: string | undefined;
	let notSent: string | undefined;
	let route: Route | undefined;
	let neverConnected = false;
	for (
		let error: unknown = thrown, depth = 0;
		isErrorLike(error) && depth < 8;
		error = error.cause ?? error.errorResponse, depth++
	) {
		const heldBack = heldBackByN8n(error);
		if (heldBack) return { code: '', fate: 'unreached', words: heldBack, isFinal: true };
		const isRefused = error instanceof Refusal || error.name === KEY_WITHHELD;
		if (isRefused || error.name === 'NodeOperationError') {
			return { code: '', fate: 'unreached', words: String(error.message), isFinal: true };
		}
		if (error.name === NOT_SENT) notSent = String(error.message);
		if (NO_TUNNEL.test(String(error.message))) {
			return { code: '', fate: 'unreached', words: BROKEN_TUNNEL };
		}
		route ??= error.route;
		neverConnected ||= NEVER_ENCRYPTED.test(String(error.message));
		// The innermost code is the original one.
		if (typeof error.code === 'string' && error.code !== '') code = error.code;
		if (typeof error.syscall === 'string') syscall = error.syscall;
		address = addressIn(error) ?? address;
	}
	if (notSent !== undefined) {
		return { code, fate: 'unreached', words: `The request was not sent: ${notSent}` };
	}
	const fate = neverConnected ? 'unreached' : fateOfFault(code, syscall);
	return {
		code,
		fate,
		...(fate === 'unreached' && address !== undefined ? { address } : {}),
		...(fate === 'unreached' && isProxyOn(route, address) ? { isProxy: true } : {}),
		...(code === TOO_LARGE ? { isFinal: true } : {}),
	};
}

/**
 * What n8n itself does not let out, in words of ours. Told by what n8n throws, as of 1.123 and 2.41; anything else
 * counts as perhaps sent.
 */
function heldBackByN8n({ name, message }: ErrorLike): string | undefined {
	const words = String(message);
	if (name === 'SsrfBlockedIpError') {
		return 'This n8n does not let requests go to the address of the Base URL: it is in a network that its protection against SSRF keeps closed. Ask who runs this n8n to allow the host';
	}
	if (words.startsWith('Domain not allowed: ') && typeof name === 'string') {
		return `The Samora credential is restricted to other domains than the one of its Base URL. Change its Allowed Domains. n8n says: ${words}`;
	}
	return undefined;
}

/** What n8n's proxy agent says when a proxy answers a CONNECT with nothing that can be read. It sends nothing then. */
const NO_TUNNEL = /proxy CONNECT response|before receiving CONNECT response/;
const BROKEN_TUNNEL =
	'The proxy between n8n and Samora closed the connection without an answer. Ask whoever runs the proxy to let n8n through';

/** What Node.js says when a connection ends while its encryption is agreed on, so before anything is sent. */
const NEVER_ENCRYPTED = /disconnected before secure TLS connection was established/;

/** Where Node.js did not get through; of several addresses of a name the first. */
function addressIn({ address, port, hostname, errors }: ErrorLike): string | undefined {
	if (typeof address === 'string') {
		return typeof port === 'number' ? `${address}:${port}` : address;
	}
	if (typeof hostname === 'string') return hostname;
	const [first] = Array.isArray(errors) ? (errors as unknown[]) : [];
	return isErrorLike(first) ? addressIn({ ...first, errors: undefined }) : undefined;
}

function fateOfFault(code: string, syscall: string): Undone {
	if (syscall === 'connect' || syscall === 'getaddrinfo') return 'unreached';
	const wasConnected = syscall === 'read' || syscall === 'write';
	return UNREACHED.has(code) && !(wasConnected && WAY_LOST.has(code)) ? 'unreached' : 'unknown';
}

interface ErrorLike {
	name?: unknown;
	message?: unknown;
	code?: unknown;
	syscall?: unknown;
	address?: unknown;
	port?: unknown;
	hostname?: unknown;
	errors?: unknown;
	route?: Route;
	cause?: unknown;
	errorResponse?: unknown;
}

function isErrorLike(value: unknown): value is ErrorLike {
	return typeof value === 'object' && value !== null;
}

/**
 * How long the API asks to wait, in milliseconds; undefined if it doesn't say.
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

/** The secret of a webhook, and the token that authenticates a trigger's deliveries. */
const SECRETS = /whsec_[\w+/=-]+|\b[0-9a-f]{16}\.[0-9a-f]{16}\.[\w-]{43}/g;

/**
 * The API's own words in an answer: `message`, or `error`, `errors` or `detail` as some may carry, as text, as a list, or within
 * an object (an assumption). They are quoted to people and kept with the execution, so no secret is left in them.
 */
export function wordsOf({ body }: Answer): string {
	if (!isRecord(body)) return '';
	const words = [body.message, body.error, body.detail, body.errors]
		.map((one) => textOf(one))
		.find((text) => text !== '');
	return shortened(words ?? '');
}

/** How an answer begins that nobody can read, to be quoted like the API's own words. */
export const startOf = (body: unknown): string =>
	shortened(JSON.stringify(body, (name, value: unknown) => (IS_SECRET.test(name) ? '…' : value)));

/** The names of what is in a webhook for its receiver alone, and of what else may let somebody in. */
const IS_SECRET = /secret|header|token|key|password|authorization/i;

function shortened(words: string): string {
	const text = words.replace(SECRETS, '…');
	return text.length > LONGEST_WORDS ? `${text.slice(0, LONGEST_WORDS)}…` : text;
}

/** A message should stay readable. */
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

/** A shorter text isn't a key, and could be part of any word. */
const SHORTEST_KEY = 8;

/** Samora's responses are never nested this deep. n8n can't save much deeper ones. */
const DEEPEST = 50;

/**
 * Removes the API key from a response, plain or encoded, and whatever is nested too deep to be saved.
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
