import { createHash, createHmac, randomBytes, timingSafeEqual } from 'crypto';

/** The header Samora sends back to us with every delivery, because we put it into `custom_headers`. */
export const TRIGGER_HEADER = 'X-N8n-Trigger-Token';

/**
 * ASSUMPTION: Samora signs deliveries, but publishes neither the header nor the scheme. These are the headers
 * looked at, and below, in SCHEMES, the forms their values are understood in. Correct them here.
 */
const SIGNATURE_HEADERS = ['webhook-signature', 'x-samora-signature', 'x-webhook-signature'];

/** How far the sender's clock may be from ours, so that a recorded delivery is worth nothing later. */
const TOLERANCE_SECONDS = 5 * 60;

export type Headers = Record<string, string | string[] | undefined>;

export interface Delivery {
	headers: Headers;
	/** The bytes as they came; parsing and writing JSON again would change them. */
	rawBody: Buffer;
}

export interface Keys {
	/** What we told Samora to send in TRIGGER_HEADER. */
	token: string;
	/** What Samora told us it signs with. */
	secret: string;
	/** A header that has to carry a signature, besides the usual ones that may. */
	signatureHeader?: string;
}

interface SignatureScheme {
	recognises: (value: string) => boolean;
	/** @returns why the signature proves nothing, or undefined when it is good */
	refusal: (
		value: string,
		header: string,
		delivery: Delivery,
		secret: string,
		now: number,
	) => string | undefined;
}

/** ASSUMPTION: the first scheme that recognises a header's value decides about it. */
const SCHEMES: readonly SignatureScheme[] = [
	/**
	 * Standard Webhooks: `webhook-signature: v1,<base64> v1,<base64>` over `<webhook-id>.<webhook-timestamp>.<body>`;
	 * the key is what the part after `whsec_` decodes to. Id and timestamp are in the headers of the same prefix.
	 */
	{
		recognises: (value) => /(^|\s)v1a?,/.test(value),
		refusal: (value, header, { headers, rawBody }, secret, now) => {
			const prefix = header.replace(/-?signature$/, '');
			const id = single(headers[`${prefix}-id`]);
			const timestamp = single(headers[`${prefix}-timestamp`]);
			if (!id || !timestamp) return 'the signature comes without its id or timestamp';
			if (!isRecent(timestamp, now)) return 'the signature is too old or from the future';
			const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
			const given = value
				.split(/\s+/)
				.filter((part) => part.startsWith('v1,'))
				.map((part) => part.slice('v1,'.length));
			return mismatch(given, hmac(key, `${id}.${timestamp}.`, rawBody));
		},
	},
	/** `t=<unix seconds>,v1=<hex>[,v1=<hex>]` over `<t>.<body>`; the key is the whole secret. */
	{
		recognises: (value) => /(^|,)\s*t=/.test(value),
		refusal: (value, _header, { rawBody }, secret, now) => {
			const parts = value.split(',').map((part) => part.trim());
			const timestamp = parts.find((part) => part.startsWith('t='))?.slice('t='.length) ?? '';
			if (!isRecent(timestamp, now)) return 'the signature is too old or from the future';
			const given = parts
				.filter((part) => part.startsWith('v1='))
				.map((part) => part.slice('v1='.length));
			return mismatch(given, hmac(secret, `${timestamp}.`, rawBody));
		},
	},
	/** `sha256=<hex>`, or bare hex or base64, over the body; the key is the whole secret. */
	{
		recognises: () => true,
		refusal: (value, _header, { rawBody }, secret) => {
			const given = value.split(/[\s,]+/).map((part) => part.replace(/^sha256=/i, ''));
			return mismatch(given, hmac(secret, '', rawBody));
		},
	},
];

/**
 * Whether a delivery really comes from the webhook we registered: it has to carry our token, and every signature
 * it carries has to be good.
 *
 * @param now unix time in milliseconds
 * @returns why it is refused (for n8n's log, never for the sender), or undefined when it is genuine
 */
export function forgery(delivery: Delivery, keys: Keys, now: number): string | undefined {
	const token = single(delivery.headers[TRIGGER_HEADER.toLowerCase()]);
	if (!token) return 'it does not carry the token of this trigger';
	if (!keys.token || !same(digest(token), digest(keys.token))) {
		return 'its token is not the one of this trigger';
	}

	const named = keys.signatureHeader?.trim().toLowerCase();
	if (named && !single(delivery.headers[named])) return `it is not signed in ${named}`;

	for (const header of new Set([...SIGNATURE_HEADERS, ...(named ? [named] : [])])) {
		const value = single(delivery.headers[header])?.trim();
		if (!value) continue;
		if (!keys.secret) return `it is signed in ${header}, but the signing secret is not known`;
		const scheme = SCHEMES.find(({ recognises }) => recognises(value));
		const refusal = scheme?.refusal(value, header, delivery, keys.secret, now);
		if (refusal) return `${refusal} (${header})`;
	}
	return undefined;
}

/** Whose webhook it is, as far as its token tells. */
export interface Marks {
	/** Of the node in its workflow. */
	trigger: string;
	/** Of the n8n that registered it. */
	instance: string;
}

/**
 * A token nobody can guess, with the marks of the trigger it is for in front: who reads a webhook at Samora sees
 * whose it is, even when n8n has lost everything else about it.
 */
export function newToken({ trigger, instance }: Marks): string {
	return `${trigger}.${instance}.${randomBytes(32).toString('base64url')}`;
}

/** What says of a trigger that it is this one, for as long as its node stays in its workflow, and in this n8n. */
export function marksFor(workflowId: string, nodeId: string, instanceId: string): Marks {
	return { trigger: mark(workflowId, nodeId), instance: mark(instanceId) };
}

/** @returns the marks a token was made with; undefined for what is no token of ours */
export function marksOf(token: unknown): Marks | undefined {
	const [, trigger, instance] =
		typeof token === 'string'
			? (/^([0-9a-f]{16})\.([0-9a-f]{16})\.[\w-]{43}$/.exec(token) ?? [])
			: [];
	return trigger && instance ? { trigger, instance } : undefined;
}

function mark(...names: string[]): string {
	return createHash('sha256').update(JSON.stringify(names)).digest('hex').slice(0, 16);
}

function isRecent(timestamp: string, now: number): boolean {
	return (
		/^\d{1,12}$/.test(timestamp) && Math.abs(now / 1000 - Number(timestamp)) <= TOLERANCE_SECONDS
	);
}

function hmac(key: string | Buffer, prefix: string, body: Buffer): Buffer {
	return createHmac('sha256', key).update(prefix).update(body).digest();
}

/** During a rotation of secrets a delivery carries several signatures: one good one is enough. */
function mismatch(given: string[], expected: Buffer): string | undefined {
	return given.some((text) => same(decoded(text), expected))
		? undefined
		: 'the signature does not fit the body';
}

function decoded(text: string): Buffer {
	return /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64');
}

function digest(text: string): Buffer {
	return createHash('sha256').update(text).digest();
}

/** In a time that says nothing about where the two differ. */
function same(one: Buffer, other: Buffer): boolean {
	return one.length === other.length && timingSafeEqual(one, other);
}

function single(value: string | string[] | undefined): string | undefined {
	return Array.isArray(value) ? value.join(',') : value;
}
