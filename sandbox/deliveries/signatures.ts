import { createHmac, randomBytes } from 'node:crypto';
import {
	type DeliverySettings,
	SIGNATURE_PARTS,
	type SignatureParts,
	type SignatureScheme,
} from '../settings/deliverySettings';

interface ToSign {
	id: string;
	secret: string;
	body: string;
	header: string;
	parts: Partial<SignatureParts>;
	/** Real time: a receiver compares it with its own clock, whatever the sandbox's speed. */
	now: Date;
}

const hmac = (secret: string | Buffer, text: string, encoding: 'hex' | 'base64') =>
	createHmac('sha256', secret).update(text).digest(encoding);

const afterPrefix = (secret: string) => secret.replace(/^whsec_/, '');

/** The key as Standard Webhooks have it. */
const decoded = (secret: string) => Buffer.from(afterPrefix(secret), 'base64');

const seconds = (date: Date) => Math.floor(date.getTime() / 1000);

/** Samora doesn't document how it signs, so the sandbox supports each plausible scheme. */
const SCHEMES: Record<SignatureScheme, (delivery: ToSign) => Record<string, string>> = {
	/** standardwebhooks.com. Made without its library, which has no license file and so can't be bundled. */
	standard: ({ id, secret, body, now }) => ({
		'webhook-id': id,
		'webhook-timestamp': String(seconds(now)),
		'webhook-signature': `v1,${hmac(decoded(secret), `${id}.${seconds(now)}.${body}`, 'base64')}`,
	}),
	/** `t=<unix seconds>,v1=<hex>` over `t.body`, as Stripe does. */
	't-v1': ({ secret, body, header, now }) => ({
		[header]: `t=${seconds(now)},v1=${hmac(secret, `${seconds(now)}.${body}`, 'hex')}`,
	}),
	/** `sha256=<hex>` over the body, as GitHub does. */
	sha256: ({ secret, body, header }) => ({ [header]: `sha256=${hmac(secret, body, 'hex')}` }),
	hex: ({ secret, body, header }) => ({ [header]: hmac(secret, body, 'hex') }),
	base64: ({ secret, body, header }) => ({ [header]: hmac(secret, body, 'base64') }),
	composed,
	/** Keyed with something that the receiver does not have. */
	unknowable: ({ body, header }) => ({ [header]: hmac(UNKNOWN_KEY, body, 'hex') }),
	none: () => ({}),
};

const UNKNOWN_KEY = randomBytes(32).toString('hex');

const DEFAULT_PARTS = Object.fromEntries(
	Object.entries(SIGNATURE_PARTS).map(([part, [first]]) => [part, first]),
) as SignatureParts;

function composed({ id, secret, body, header, parts, now }: ToSign): Record<string, string> {
	const { algorithm, key, signed, encoding, prefix, timeUnit, timeIn, rotation } = {
		...DEFAULT_PARTS,
		...parts,
	};
	const time = String(timeUnit === 'seconds' ? seconds(now) : now.getTime());
	const text = {
		body,
		'time.body': `${time}.${body}`,
		'id.time.body': `${id}.${time}.${body}`,
		'v0:time:body': `v0:${time}:${body}`,
	}[signed];
	const digest = (withSecret: string) => {
		const keys = {
			secret: withSecret,
			'after-prefix': afterPrefix(withSecret),
			decoded: decoded(withSecret),
		};
		return `${prefix}${createHmac(algorithm, keys[key]).update(text).digest(encoding)}`;
	};
	const others = rotation ? [digest(`whsec_${UNKNOWN_KEY}`)] : [];
	const isTimed = signed !== 'body';
	const inlineTime = isTimed && timeIn === 'signature' ? [`t=${time}`] : [];
	const name = header.replace(/-?(signature|hmac).*$/, '');
	return {
		[header]: [...inlineTime, ...others, digest(secret)].join(prefix === 'v1,' ? ' ' : ','),
		...(isTimed && timeIn === 'header' && { [`${name}-timestamp`]: time }),
		...(signed === 'id.time.body' && { [`${name}-id`]: id }),
	};
}

export function signatureHeaders(
	delivery: Omit<ToSign, 'header' | 'parts'>,
	settings: DeliverySettings,
): Record<string, string> {
	const { scheme, signatureHeader, signature } = settings;
	return SCHEMES[scheme]({ ...delivery, header: signatureHeader, parts: signature });
}
