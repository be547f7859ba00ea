import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { DeliverySettings, SignatureScheme } from '../control/settings';

interface ToSign {
	id: string;
	secret: string;
	body: string;
	header: string;
	/** Real time, because receivers compare it with their own clock. */
	now: Date;
}

const hmac = (secret: string, text: string, encoding: 'hex' | 'base64') =>
	createHmac('sha256', secret).update(text).digest(encoding);

const seconds = (date: Date) => Math.floor(date.getTime() / 1000);

/** Samora doesn't document how it signs, so the sandbox supports each plausible scheme. */
const SCHEMES: Record<SignatureScheme, (delivery: ToSign) => Record<string, string>> = {
	/** standardwebhooks.com. The key is the base64-decoded part after `whsec_`. */
	standard: ({ id, secret, body, now }) => ({
		'webhook-id': id,
		'webhook-timestamp': String(seconds(now)),
		'webhook-signature': new Webhook(secret).sign(id, now, body),
	}),
	/** `t=<unix seconds>,v1=<hex>` over `t.body`, as Stripe does. */
	't-v1': ({ secret, body, header, now }) => ({
		[header]: `t=${seconds(now)},v1=${hmac(secret, `${seconds(now)}.${body}`, 'hex')}`,
	}),
	/** `sha256=<hex>` over the body, as GitHub does. */
	sha256: ({ secret, body, header }) => ({ [header]: `sha256=${hmac(secret, body, 'hex')}` }),
	hex: ({ secret, body, header }) => ({ [header]: hmac(secret, body, 'hex') }),
	base64: ({ secret, body, header }) => ({ [header]: hmac(secret, body, 'base64') }),
	none: () => ({}),
};

export function signatureHeaders(
	delivery: Omit<ToSign, 'header'>,
	settings: DeliverySettings,
): Record<string, string> {
	return SCHEMES[settings.scheme]({ ...delivery, header: settings.signatureHeader });
}
