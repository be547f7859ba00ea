import { createHmac, timingSafeEqual } from 'crypto';

export type Headers = Record<string, string | string[] | undefined>;

export interface Delivery {
	/** Names in lower case, as Node.js gives them. */
	headers: Headers;
	/** The bytes as they came: a signature is made over them, and parsing and writing the JSON again changes them. */
	rawBody: Buffer;
}

/**
 * ASSUMPTION: Samora signs deliveries with the webhook's secret, but publishes neither the header nor the scheme. So
 * every combination below is tried. Each is safe: nobody without the secret can make a signature that fits one. Once
 * Samora's scheme is known, leave only its entries.
 */
const RECOGNIZED = {
	/** Names of headers that may hold a signature. */
	signatureHeader: /signature|hmac/,
	/** Names of headers that may hold the time that was signed; it may also be in the signature's header, as `t=…`. */
	timeHeader: /timestamp/,
	/** Names of headers that may hold the ID that was signed. */
	idHeader: /(^|-)id(-|$)/,
	/** HMAC's hash functions, with the length of their digests in bytes. */
	algorithms: { sha256: 32, sha512: 64 },
	/** What of the secret is the key, such as "whsec_c2VjcmV0": all, what follows the prefix, or that decoded. */
	keys: {
		secret: (secret: string) => Buffer.from(secret),
		'after-prefix': (secret: string) => Buffer.from(withoutPrefix(secret)),
		decoded: (secret: string) => decodedKey(withoutPrefix(secret)),
	},
	/** What is signed: this text, then the body. */
	contents: {
		body: { parts: [], before: () => '' },
		'time.body': { parts: ['time'], before: ({ time }) => `${time}.` },
		'id.time.body': { parts: ['id', 'time'], before: ({ id, time }) => `${id}.${time}.` },
		'v0:time:body': { parts: ['time'], before: ({ time }) => `v0:${time}:` },
	} satisfies Record<string, Content>,
	/** How a digest is written: hex, or base64 or base64url with or without padding. */
	encodings: [
		{ pattern: /^([0-9a-f]{64}|[0-9a-f]{128})$/i, encoding: 'hex' },
		{ pattern: /^([\w+/-]{43}=?|[\w+/-]{86}(==)?)$/, encoding: 'base64' },
	],
	/** What may be in front of a digest: sha256=, sha512=, v1=, v0=. Behind "v1," it stands alone. */
	prefix: /^[a-z][\w-]*=/i,
	/** Signatures and times in one header, as during a rotation of secrets, are separated by these. */
	separator: /[\s,;]+/,
} as const;

interface Content {
	parts: ReadonlyArray<'id' | 'time'>;
	before: (values: { id: string; time: string }) => string;
}

type Algorithm = keyof typeof RECOGNIZED.algorithms;
type Key = keyof typeof RECOGNIZED.keys;
type ContentName = keyof typeof RECOGNIZED.contents;

/** One way of signing. */
interface Scheme {
	header: string;
	algorithm: Algorithm;
	key: Key;
	content: ContentName;
}

/** How far the sender's clock may be from ours. Nobody can use a recorded delivery after that. */
const TOLERANCE_MS = 5 * 60_000;

/** A short key could be guessed. */
const SHORTEST_KEY_BYTES = 8;

/** How much of each is tried, so that a crowded request costs little. */
const LIMITS = { digests: 16, times: 2, ids: 3 };

/**
 * - `proven`: made with the secret, over these bytes, at a time that is now; `scheme` says how, as text
 * - `stale`: made with the secret, but too long ago, or in the future
 * - `unproven`: `headers` may hold a signature, but not one that is recognized
 */
export type SignatureCheck =
	| { kind: 'proven'; scheme: string }
	| { kind: 'stale'; header: string }
	| { kind: 'unproven'; headers: string[] };

/**
 * Looks for a signature that only somebody with the secret can have made.
 *
 * @param options.now Unix time in milliseconds
 * @param options.learned a scheme that proved an earlier delivery: it is tried first
 * @param options.onlyHeader the one header that counts
 */
export function checkSignature(
	delivery: Delivery,
	secret: string,
	{ now, learned, onlyHeader }: { now: number; learned?: string; onlyHeader?: string },
): SignatureCheck {
	const headers = onlyHeader === undefined ? signatureHeadersIn(delivery) : [onlyHeader];
	const digests = headers.flatMap((header) => digestsIn(delivery, header)).slice(0, LIMITS.digests);
	const unproven: SignatureCheck = {
		kind: 'unproven',
		headers: headers.filter((header) => valueOf(delivery, header) !== ''),
	};
	if (digests.length === 0) return unproven;
	const values = { id: idsIn(delivery, headers), time: timesIn(delivery, headers) };

	const tried = (scheme: Omit<Scheme, 'header'>, among: Digest[]): SignatureCheck | undefined => {
		const key = RECOGNIZED.keys[scheme.key](secret);
		if (key.length < SHORTEST_KEY_BYTES) return undefined;
		const content: Content = RECOGNIZED.contents[scheme.content];
		for (const id of content.parts.includes('id') ? values.id : ['']) {
			for (const time of content.parts.includes('time') ? values.time : ['']) {
				const expected = createHmac(scheme.algorithm, key)
					.update(content.before({ id, time }))
					.update(delivery.rawBody)
					.digest();
				const match = among.find(({ bytes }) => isSame(bytes, expected));
				if (!match) continue;
				const { header } = match;
				if (time !== '' && !isRecent(time, now)) return { kind: 'stale', header };
				return { kind: 'proven', scheme: written({ ...scheme, header }) };
			}
		}
		return undefined;
	};

	const first = schemeIn(learned);
	const known =
		first &&
		tried(
			first,
			digests.filter(({ header }) => header === first.header),
		);
	if (known) return known;
	for (const algorithm of namesOf(RECOGNIZED.algorithms)) {
		const among = digests.filter(({ bytes }) => bytes.length === RECOGNIZED.algorithms[algorithm]);
		if (among.length === 0) continue;
		for (const content of namesOf(RECOGNIZED.contents)) {
			for (const key of namesOf(RECOGNIZED.keys)) {
				const check = tried({ algorithm, key, content }, among);
				if (check) return check;
			}
		}
	}
	return unproven;
}

/** A scheme as it is kept: one line of four words. */
function written({ header, algorithm, key, content }: Scheme): string {
	return [header, algorithm, key, content].join(' ');
}

/** @returns undefined for a scheme that is no longer recognized */
function schemeIn(text = ''): Scheme | undefined {
	const [header, algorithm, key, content] = text.split(' ');
	return isName(RECOGNIZED.algorithms, algorithm) &&
		isName(RECOGNIZED.keys, key) &&
		isName(RECOGNIZED.contents, content)
		? { header, algorithm, key, content }
		: undefined;
}

function signatureHeadersIn({ headers }: Delivery): string[] {
	return Object.keys(headers).filter((name) => RECOGNIZED.signatureHeader.test(name));
}

interface Digest {
	header: string;
	bytes: Buffer;
}

function digestsIn(delivery: Delivery, header: string): Digest[] {
	return partsOf(delivery, header).flatMap((part) => {
		const bytes = decodedDigest(part) ?? decodedDigest(part.replace(RECOGNIZED.prefix, ''));
		return bytes ? [{ header, bytes }] : [];
	});
}

function decodedDigest(text: string): Buffer | undefined {
	const found = RECOGNIZED.encodings.find(({ pattern }) => pattern.test(text));
	return found && Buffer.from(text, found.encoding);
}

/** Those in the signature's own header first. */
function timesIn(delivery: Delivery, headers: string[]): string[] {
	const inHeader = headers
		.flatMap((header) => partsOf(delivery, header))
		.map((part) => part.replace(RECOGNIZED.prefix, ''));
	const beside = headersLike(delivery, RECOGNIZED.timeHeader, headers);
	return [...new Set([...inHeader, ...beside])]
		.filter((text) => /^\d{9,14}$/.test(text))
		.slice(0, LIMITS.times);
}

function idsIn(delivery: Delivery, headers: string[]): string[] {
	return [...new Set(headersLike(delivery, RECOGNIZED.idHeader, headers))]
		.filter((text) => /^[\w.:+=/-]{1,200}$/.test(text))
		.slice(0, LIMITS.ids);
}

/** The values of the headers with such a name, those first that begin as the signature's do: proxies add their own. */
function headersLike(delivery: Delivery, pattern: RegExp, signatureHeaders: string[]): string[] {
	const likeness = (name: string) =>
		Math.max(0, ...signatureHeaders.map((header) => sharedStart(name, header)));
	return Object.keys(delivery.headers)
		.filter((name) => pattern.test(name))
		.sort((one, other) => likeness(other) - likeness(one))
		.map((name) => valueOf(delivery, name));
}

function sharedStart(one: string, other: string): number {
	let length = 0;
	while (length < one.length && one[length] === other[length]) length++;
	return length;
}

function partsOf(delivery: Delivery, header: string): string[] {
	return valueOf(delivery, header).split(RECOGNIZED.separator).slice(0, LIMITS.digests);
}

export function valueOf({ headers }: Delivery, name: string): string {
	const value = headers[name.toLowerCase()] ?? '';
	return (Array.isArray(value) ? value.join(',') : value).trim();
}

/** @param time Unix time, in seconds or milliseconds */
function isRecent(time: string, now: number): boolean {
	const given = Number(time);
	const milliseconds = given > 99_999_999_999 ? given : given * 1000;
	return Math.abs(now - milliseconds) <= TOLERANCE_MS;
}

function withoutPrefix(secret: string): string {
	return secret.replace(/^[a-z]+_/i, '');
}

/** Empty when it is not base64. */
function decodedKey(text: string): Buffer {
	return Buffer.from(/^[\w+/-]+=*$/.test(text) ? text : '', 'base64');
}

function isSame(one: Buffer, other: Buffer): boolean {
	return one.length === other.length && timingSafeEqual(one, other);
}

function namesOf<Name extends string>(table: Record<Name, unknown>): Name[] {
	return Object.keys(table) as Name[];
}

function isName<Name extends string>(table: Record<Name, unknown>, name: string): name is Name {
	return Object.hasOwn(table, name);
}
