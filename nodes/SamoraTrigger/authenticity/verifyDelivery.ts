import { checkSignature, valueOf, type Delivery } from './signatures';
import { isToken, TRIGGER_HEADER } from './token';

/** What n8n knows about a webhook that strangers do not. */
export interface WebhookSecrets {
	/** The hash of the token that Samora sends in TRIGGER_HEADER. */
	tokenHash: string;
	/** What Samora signs with. */
	secret: string;
	/** The scheme that proved an earlier delivery; '' when none did. With one, a signature is required. */
	provenBy: string;
	/** The header that must hold a proven signature from the first delivery on; '' for any. */
	signatureHeader: string;
}

/**
 * - `proven`: its signature was made with the webhook's secret, by the scheme in `scheme`
 * - `token-only`: only its token says that it is genuine, which is enough as long as no delivery was proven;
 *   `unrecognized` are the headers that seem to hold a signature
 * - `refused`: `reason` is for n8n's log, never for the sender
 */
export type Verdict =
	| { kind: 'proven'; scheme: string }
	| { kind: 'token-only'; unrecognized: string[] }
	| { kind: 'refused'; hasToken: boolean; reason: string };

/**
 * Decides whether a delivery comes from the webhook that we registered. The token is required in any case.
 *
 * @param now Unix time in milliseconds
 */
export function verifyDelivery(
	delivery: Delivery,
	{ tokenHash, secret, provenBy, signatureHeader }: WebhookSecrets,
	now: number,
): Verdict {
	const token = valueOf(delivery, TRIGGER_HEADER);
	if (!isToken(token, tokenHash)) {
		const reason = token === '' ? 'it has no token' : 'it has the token of another webhook';
		return { kind: 'refused', hasToken: false, reason };
	}
	const refused = (reason: string): Verdict => ({ kind: 'refused', hasToken: true, reason });

	const onlyHeader = signatureHeader.trim().toLowerCase() || undefined;
	const check = checkSignature(delivery, secret, { now, learned: provenBy, onlyHeader });
	if (check.kind === 'proven') return check;
	if (check.kind === 'stale') {
		return refused(
			`its signature in ${check.header} is more than five minutes old or in the future`,
		);
	}
	const [header] = check.headers;
	const shortcoming =
		header === undefined
			? 'it has no signature'
			: `its signature in ${header} was not made with this webhook's secret over these bytes`;
	if (onlyHeader !== undefined) {
		return refused(`${shortcoming}, and the option Signature Header requires one in ${onlyHeader}`);
	}
	if (provenBy !== '') return refused(`${shortcoming}, and earlier events of this webhook had one`);
	return { kind: 'token-only', unrecognized: check.headers };
}
