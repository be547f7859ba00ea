import { createHmac } from 'node:crypto';

import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';

import {
	forgery,
	marksFor,
	marksOf,
	newToken,
	TRIGGER_HEADER,
	type Headers,
} from '../../nodes/SamoraTrigger/authenticity';

const now = Date.parse('2026-03-01T12:00:00Z');
const seconds = now / 1000;
const secret = `whsec_${Buffer.from('a signing secret of 24 by').toString('base64')}`;
const otherSecret = `whsec_${Buffer.from('another signing secret...').toString('base64')}`;
const marks = marksFor('workflow', 'node', 'n8n');
const token = newToken(marks);
const body = '{"event":"CALL_FINISHED","call_id":"c1","name":"Zoë"}';

const hex = (text: string, key = secret) => createHmac('sha256', key).update(text).digest('hex');
const base64 = (text: string, key = secret) =>
	createHmac('sha256', key).update(text).digest('base64');
const standard = (timestamp: number, key = secret, id = 'msg_1', text = body): Headers => ({
	'webhook-id': id,
	'webhook-timestamp': String(timestamp),
	'webhook-signature': new Webhook(key).sign(id, new Date(timestamp * 1000), text),
});
const timestamped = (timestamp: number, key = secret) =>
	`t=${timestamp},v1=${hex(`${timestamp}.${body}`, key)}`;

const refusalOf = (
	headers: Headers,
	{ text = body, signatureHeader = '', keys = { token, secret } } = {},
) =>
	forgery(
		{
			headers: { [TRIGGER_HEADER.toLowerCase()]: token, ...headers },
			rawBody: Buffer.from(text),
		},
		{ ...keys, signatureHeader },
		now,
	);

describe('the token', () => {
	it('is enough where no signature is sent', () => {
		expect(refusalOf({})).toBeUndefined();
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
	])('refuses one that is %s', (_what, given) => {
		expect(refusalOf({ [TRIGGER_HEADER.toLowerCase()]: given })).toMatch(/token/);
	});

	it('refuses everything as long as n8n holds no token', () => {
		const keys = { token: '', secret };
		expect(refusalOf({}, { keys })).toMatch(/token/);
		expect(refusalOf({ [TRIGGER_HEADER.toLowerCase()]: '' }, { keys })).toMatch(/token/);
	});

	it('is never the same twice, and says whose it is', () => {
		expect(newToken(marks)).not.toBe(newToken(marks));
		expect(marksOf(token)).toEqual(marks);
		expect(marksOf(`${marks.trigger}.${marks.instance}.short`)).toBeUndefined();
		expect(marksOf(undefined)).toBeUndefined();
	});

	it.each([
		['workflow', marksFor('other', 'node', 'n8n')],
		['node', marksFor('workflow', 'other', 'n8n')],
		['division of the names', marksFor('work', 'flownode', 'n8n')],
	])('has another mark for another %s', (_what, other) => {
		expect(other.trigger).not.toBe(marks.trigger);
		expect(other.instance).toBe(marks.instance);
	});

	it('has the same mark for the trigger in another n8n, and another one for the n8n', () => {
		const elsewhere = marksFor('workflow', 'node', 'another n8n');
		expect(elsewhere.trigger).toBe(marks.trigger);
		expect(elsewhere.instance).not.toBe(marks.instance);
	});
});

describe.each<[string, Headers]>([
	['Standard Webhooks', standard(seconds)],
	['t=,v1= in x-samora-signature', { 'x-samora-signature': timestamped(seconds) }],
	['t=,v1= in x-webhook-signature', { 'x-webhook-signature': timestamped(seconds) }],
	['sha256=<hex>', { 'x-samora-signature': `sha256=${hex(body)}` }],
	['bare hex', { 'x-samora-signature': hex(body) }],
	['bare hex in capitals', { 'x-samora-signature': hex(body).toUpperCase() }],
	['bare base64', { 'x-webhook-signature': base64(body) }],
])('a signature in the form %s', (_form, headers) => {
	it('is accepted over the bytes it was made for', () => {
		expect(refusalOf(headers)).toBeUndefined();
	});

	it('is refused over any other bytes', () => {
		fc.assert(
			fc.property(
				fc.nat(body.length - 1),
				fc.string({ minLength: 1, maxLength: 3 }),
				(at, text) => {
					const tampered = body.slice(0, at) + text + body.slice(at + 1);
					fc.pre(tampered !== body);
					expect(refusalOf(headers, { text: tampered })).toMatch(/does not fit/);
				},
			),
			{ numRuns: 50 },
		);
	});

	it('is refused over the same JSON written differently', () => {
		expect(refusalOf(headers, { text: JSON.stringify(JSON.parse(body), null, 1) })).toMatch(
			/does not fit/,
		);
	});

	it('is refused with another secret', () => {
		expect(refusalOf(headers, { keys: { token, secret: otherSecret } })).toMatch(/does not fit/);
	});

	it('is refused as long as n8n holds no secret', () => {
		expect(refusalOf(headers, { keys: { token, secret: '' } })).toMatch(/secret is not known/);
	});

	it('does not make up for a missing token', () => {
		expect(refusalOf({ ...headers, [TRIGGER_HEADER.toLowerCase()]: undefined })).toMatch(/token/);
	});
});

describe('a timestamp', () => {
	const forms: Array<[string, (at: number) => Headers]> = [
		['Standard Webhooks', (at) => standard(at)],
		['t=,v1=', (at) => ({ 'x-samora-signature': timestamped(at) })],
	];

	it.each(forms)('may be five minutes off (%s)', (_form, headersAt) => {
		expect(refusalOf(headersAt(seconds - 300))).toBeUndefined();
		expect(refusalOf(headersAt(seconds + 300))).toBeUndefined();
	});

	it.each(forms)('may not be more than five minutes off (%s)', (_form, headersAt) => {
		expect(refusalOf(headersAt(seconds - 301))).toMatch(/too old/);
		expect(refusalOf(headersAt(seconds + 301))).toMatch(/future/);
	});

	it('cannot be renewed without the secret', () => {
		const old = standard(seconds - 3600);
		expect(refusalOf({ ...old, 'webhook-timestamp': String(seconds) })).toMatch(/does not fit/);
		const [, v1] = timestamped(seconds - 3600).split(',');
		expect(refusalOf({ 'x-samora-signature': `t=${seconds},${v1}` })).toMatch(/does not fit/);
	});

	it.each(['', 'soon', '-1', '1e9', `${seconds}.5`, `0x${seconds.toString(16)}`, '9'.repeat(40)])(
		'is refused when it is "%s"',
		(timestamp) => {
			const headers = { ...standard(seconds), 'webhook-timestamp': timestamp };
			expect(refusalOf(headers)).toMatch(/timestamp|too old/);
			expect(refusalOf({ 'x-samora-signature': `t=${timestamp},v1=${hex(body)}` })).toMatch(
				/too old/,
			);
		},
	);
});

describe('while a secret is being rotated', () => {
	it('one good signature among several is enough', () => {
		const good = standard(seconds);
		const bad = standard(seconds, otherSecret);
		const both = `${bad['webhook-signature']} ${good['webhook-signature']}`;
		expect(refusalOf({ ...good, 'webhook-signature': both })).toBeUndefined();
		expect(
			refusalOf({
				'x-samora-signature': `t=${seconds},v1=${hex(`${seconds}.${body}`, otherSecret)},v1=${hex(`${seconds}.${body}`)}`,
			}),
		).toBeUndefined();
	});

	it('several bad ones are not', () => {
		const bad = standard(seconds, otherSecret)['webhook-signature'];
		expect(refusalOf({ ...standard(seconds), 'webhook-signature': `${bad} ${bad}` })).toMatch(
			/does not fit/,
		);
	});
});

describe('a signature that is none', () => {
	it.each([
		['Standard Webhooks without an id', { ...standard(seconds), 'webhook-id': undefined }],
		[
			'Standard Webhooks without a timestamp',
			{ ...standard(seconds), 'webhook-timestamp': undefined },
		],
		[
			'an asymmetric one only',
			{ ...standard(seconds), 'webhook-signature': `v1a,${base64(body)}` },
		],
		['no digest', { 'x-samora-signature': 'sha256=' }],
		['half a digest', { 'x-samora-signature': hex(body).slice(0, 32) }],
		['a digest of another length', { 'x-samora-signature': `${hex(body)}00` }],
		['words', { 'x-webhook-signature': 'let me in' }],
		['a t= without a v1=', { 'x-samora-signature': `t=${seconds}` }],
		['a v0= only', { 'x-samora-signature': `t=${seconds},v0=${hex(`${seconds}.${body}`)}` }],
		['empty parts', { 'x-samora-signature': `t=${seconds},v1=,v1=` }],
	])('is refused: %s', (_what, headers: Headers) => {
		expect(refusalOf(headers)).toBeDefined();
	});

	it('is refused although another header carries a good one', () => {
		expect(refusalOf({ ...standard(seconds), 'x-samora-signature': 'sha256=00' })).toMatch(
			/x-samora-signature/,
		);
	});

	it('does not bring down the check, whatever it is', () => {
		fc.assert(
			fc.property(fc.string(), fc.string(), fc.string(), (signature, id, timestamp) => {
				const headers = {
					'webhook-id': id,
					'webhook-timestamp': timestamp,
					'webhook-signature': signature,
					'x-samora-signature': signature,
				};
				if (signature.trim() === '') expect(refusalOf(headers)).toBeUndefined();
				else expect(refusalOf(headers)).toBeDefined();
			}),
		);
	});
});

describe('a header that the options name', () => {
	const signatureHeader = ' X-Voice-Signature ';

	it('has to be there', () => {
		expect(refusalOf({}, { signatureHeader })).toMatch(/not signed in x-voice-signature/);
		expect(refusalOf(standard(seconds), { signatureHeader })).toMatch(/not signed/);
	});

	it('has to be good', () => {
		expect(refusalOf({ 'x-voice-signature': hex(body) }, { signatureHeader })).toBeUndefined();
		expect(refusalOf({ 'x-voice-signature': hex('') }, { signatureHeader })).toMatch(
			/does not fit/,
		);
	});

	it('may be one of Standard Webhooks under another prefix', () => {
		const {
			'webhook-id': id,
			'webhook-timestamp': at,
			'webhook-signature': v1,
		} = standard(seconds);
		const headers = { 'svix-id': id, 'svix-timestamp': at, 'svix-signature': v1 };
		expect(refusalOf(headers, { signatureHeader: 'svix-signature' })).toBeUndefined();
		expect(refusalOf(headers, { signatureHeader: 'svix-signature', text: `${body} ` })).toMatch(
			/does not fit/,
		);
	});

	it('leaves the usual ones checked', () => {
		expect(
			refusalOf(
				{ 'x-voice-signature': hex(body), 'x-samora-signature': 'sha256=00' },
				{ signatureHeader },
			),
		).toMatch(/x-samora-signature/);
	});
});

it('says nothing of the token or the secret in a refusal', () => {
	const refusals = [
		refusalOf({ [TRIGGER_HEADER.toLowerCase()]: 'wrong' }),
		refusalOf({ 'x-samora-signature': 'wrong' }),
		refusalOf(standard(0)),
	];
	for (const refusal of refusals) {
		expect(refusal).toBeDefined();
		expect(refusal).not.toContain(token);
		expect(refusal).not.toContain(secret);
	}
});
