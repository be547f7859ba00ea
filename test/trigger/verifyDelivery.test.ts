import fc from 'fast-check';

import type { Headers } from '../../nodes/SamoraTrigger/authenticity/signatures';
import {
	hashToken,
	marksFor,
	newToken,
	TRIGGER_HEADER,
} from '../../nodes/SamoraTrigger/authenticity/token';
import {
	verifyDelivery,
	type Verdict,
} from '../../nodes/SamoraTrigger/authenticity/verifyDelivery';
import type { SignatureScheme } from '../../sandbox';
import { SIGNATURE_PARTS, type SignatureParts } from '../../sandbox/settings/deliverySettings';
import { defaultSettings } from '../../sandbox/settings/settings';
import { signatureHeaders } from '../../sandbox/deliveries/signatures';

const now = Date.parse('2026-03-01T12:00:00Z');
const MINUTE = 60_000;
const secret = `whsec_${Buffer.from('a signing secret of 24 by').toString('base64')}`;
const otherSecret = `whsec_${Buffer.from('another signing secret...').toString('base64')}`;
const marks = marksFor('workflow', 'node', 'n8n');
const token = newToken(marks);
const tokenHash = hashToken(token);
const tokenHeader = TRIGGER_HEADER.toLowerCase();
const body = '{"event":"CALL_FINISHED","call_id":"c1","name":"Zoë"}';

interface Signing {
	scheme?: SignatureScheme;
	signature?: Partial<SignatureParts>;
	header?: string;
	key?: string;
	ageMs?: number;
}

function signed({
	scheme = 'composed',
	signature = {},
	header = 'x-samora-signature',
	key = secret,
	ageMs = 0,
}: Signing): Headers {
	return signatureHeaders(
		{ id: 'evt_1', secret: key, body, now: new Date(now - ageMs) },
		{ ...defaultSettings().deliveries, scheme, signature, signatureHeader: header },
	);
}

function verify(
	headers: Headers,
	{ text = body, signatureHeader = '', provenBy = '', keys = { tokenHash, secret } } = {},
): Verdict {
	return verifyDelivery(
		{ headers: { [tokenHeader]: token, ...headers }, rawBody: Buffer.from(text) },
		{ ...keys, signatureHeader, provenBy },
		now,
	);
}

const kindOf = (...given: Parameters<typeof verify>) => verify(...given).kind;

/** All combinations of the sandbox's parts; where no time is signed, its unit and place make no difference. */
function combinations(fixed: Partial<SignatureParts>): SignatureParts[] {
	const all = Object.entries(SIGNATURE_PARTS).reduce<Array<Record<string, unknown>>>(
		(found, [part, values]) =>
			found.flatMap((each) => [...values].map((value) => ({ ...each, [part]: value }))),
		[{}],
	) as unknown as SignatureParts[];
	return all.filter(
		(each) =>
			Object.entries(fixed).every(
				([part, value]) => each[part as keyof SignatureParts] === value,
			) &&
			(each.signed !== 'body' || (each.timeUnit === 'seconds' && each.timeIn === 'header')),
	);
}

const HEADERS = ['x-samora-signature', 'x-hmac', 'signature'];

const GROUPS = HEADERS.flatMap((header) =>
	SIGNATURE_PARTS.algorithm.flatMap((algorithm) =>
		SIGNATURE_PARTS.signed.map((content) => ({ header, algorithm, content })),
	),
);

describe.each(GROUPS)('every way to sign $content with $algorithm in $header', (group) => {
	const { header, algorithm, content } = group;
	const schemes = combinations({ algorithm, signed: content });
	const wrong = (isRight: (signature: SignatureParts, provenBy: string) => boolean) =>
		schemes.filter((signature) => {
			const verdict = verify(signed({ signature, header }));
			return verdict.kind !== 'proven' || !isRight(signature, verdict.scheme);
		});

	it('is proven by the first event, and by what was learned from it', () => {
		expect(schemes.length).toBeGreaterThan(100);
		expect(
			wrong((signature, provenBy) => {
				const again = verify(signed({ signature, header }), { provenBy });
				return again.kind === 'proven' && again.scheme === provenBy;
			}),
		).toEqual([]);
	});

	it('is required once it was proven: unsigned, forged and tampered events are refused', () => {
		expect(
			wrong((signature, provenBy) => {
				const headers = signed({ signature, header });
				const forged = signed({ signature, header, key: otherSecret });
				return (
					kindOf({}, { provenBy }) === 'refused' &&
					kindOf(forged, { provenBy }) === 'refused' &&
					kindOf(headers, { provenBy, text: `${body} ` }) === 'refused'
				);
			}),
		).toEqual([]);
	});

	it('is refused when it is older than five minutes or from the future, if it says its time', () => {
		const expected = content === 'body' ? 'proven' : 'refused';
		expect(
			wrong((signature, provenBy) =>
				[5.1 * MINUTE, -5.1 * MINUTE].every((ageMs) =>
					['', provenBy].every(
						(learned) =>
							kindOf(signed({ signature, header, ageMs }), { provenBy: learned }) === expected,
					),
				),
			),
		).toEqual([]);
	});
});

it.each(['standard', 't-v1', 'sha256', 'hex', 'base64'] as const)(
	'the scheme "%s" of the sandbox is proven',
	(scheme) => {
		expect(kindOf(signed({ scheme }))).toBe('proven');
	},
);

describe('the token', () => {
	it('is enough where no signature is sent and none was proven', () => {
		expect(verify({})).toEqual({ kind: 'token-only', unrecognized: [] });
	});

	it.each([
		['missing', undefined],
		['empty', ''],
		['another one of the same trigger', newToken(marks)],
		['shorter', token.slice(0, -1)],
		['longer', `${token}x`],
		['in other letters', token.toUpperCase()],
		['sent twice', [token, token]],
		['only its marks', `${marks.trigger}.${marks.instance}.`],
		['its hash', tokenHash],
	])('is required, also with a proven signature: %s', (_what, given) => {
		const headers = { ...signed({}), [tokenHeader]: given };
		expect(verify(headers)).toMatchObject({ kind: 'refused', hasToken: false });
	});
});

describe('before anything was proven', () => {
	it('an event whose signature is not recognized is accepted by its token, and its header is named', () => {
		expect(verify(signed({ scheme: 'unknowable' }))).toEqual({
			kind: 'token-only',
			unrecognized: ['x-samora-signature'],
		});
		expect(kindOf({ 'x-samora-signature': 'let me in' })).toBe('token-only');
	});

	it('any header is read without harm', () => {
		fc.assert(
			fc.property(fc.string(), fc.string(), fc.string(), (signature, id, timestamp) => {
				const headers = {
					'webhook-id': id,
					'webhook-timestamp': timestamp,
					'webhook-signature': signature,
					'x-hmac': signature,
				};
				expect(kindOf(headers)).toBe('token-only');
				expect(kindOf(headers, { provenBy: 'x-hmac sha256 secret body' })).toBe('refused');
			}),
		);
	});
});

describe('after a scheme was proven', () => {
	const provenBy = 'x-samora-signature sha256 secret time.body';

	it('an event that is proven in another way is accepted, for Samora may change its way', () => {
		for (const scheme of ['standard', 'sha256'] as const) {
			expect(verify(signed({ scheme }), { provenBy })).toMatchObject({ kind: 'proven' });
		}
	});

	it('a signature is required even if that scheme is no longer recognized', () => {
		expect(kindOf({}, { provenBy: 'a scheme of an older version' })).toBe('refused');
		expect(kindOf(signed({}), { provenBy: 'a scheme of an older version' })).toBe('proven');
	});

	it('a time cannot be renewed without the secret', () => {
		const old = { signed: 'time.body', timeIn: 'header' } as const;
		const headers = signed({ signature: old, ageMs: 60 * MINUTE });
		expect(kindOf({ ...headers, 'x-samora-timestamp': String(now / 1000) }, { provenBy })).toBe(
			'refused',
		);
	});

	it('no byte of the body can be changed', () => {
		const headers = signed({ signature: { signed: 'time.body' } });
		fc.assert(
			fc.property(
				fc.nat(body.length - 1),
				fc.string({ minLength: 1, maxLength: 3 }),
				(at, text) => {
					const tampered = body.slice(0, at) + text + body.slice(at + 1);
					fc.pre(tampered !== body);
					expect(kindOf(headers, { provenBy, text: tampered })).toBe('refused');
				},
			),
			{ numRuns: 100 },
		);
	});
});

describe('a header that the options name', () => {
	const signatureHeader = ' X-Voice ';

	it('must have a proven signature from the first event on', () => {
		expect(kindOf({}, { signatureHeader })).toBe('refused');
		expect(kindOf(signed({ scheme: 'unknowable', header: 'x-voice' }), { signatureHeader })).toBe(
			'refused',
		);
		expect(kindOf(signed({ header: 'x-voice' }), { signatureHeader })).toBe('proven');
	});

	it('is the only one that counts', () => {
		expect(kindOf(signed({}), { signatureHeader })).toBe('refused');
		expect(kindOf({ ...signed({}), 'x-voice': 'wrong' }, { signatureHeader })).toBe('refused');
	});
});

describe('a secret that is not known, or too short to be a key', () => {
	it.each(['', 'whsec_', 'whsec_!', 'whsec_YQ=='])('proves nothing: "%s"', (short) => {
		const keys = { tokenHash, secret: short };
		for (const key of SIGNATURE_PARTS.key) {
			if (key === 'secret' && short.length >= 8) continue;
			expect(kindOf(signed({ signature: { key }, key: short }), { keys })).toBe('token-only');
		}
	});
});

it('finds the ID of the signature among those that proxies add', () => {
	const proxies = { 'x-request-id': 'a', 'x-amzn-trace-id': 'b', 'x-correlation-id': 'c' };
	const headers = { ...proxies, ...signed({ signature: { signed: 'id.time.body' } }) };
	expect(kindOf(headers)).toBe('proven');
});

it('says nothing of token, secret or signature in a refusal', () => {
	const { 'x-samora-signature': value } = signed({ key: otherSecret });
	const refusals = [
		verify({ [tokenHeader]: 'wrong' }),
		verify({ 'x-samora-signature': value }, { provenBy: 'x' }),
		verify(signed({ scheme: 'standard', ageMs: 60 * MINUTE })),
	];
	for (const refusal of refusals) {
		expect(refusal.kind).toBe('refused');
		for (const hidden of [token, tokenHash, secret, String(value), 'wrong']) {
			expect(JSON.stringify(refusal)).not.toContain(hidden);
		}
	}
});
