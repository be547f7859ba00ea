import { randomBytes, randomUUID } from 'node:crypto';

import { TRIGGER_HEADER } from '../../nodes/SamoraTrigger/authenticity/token';
import type { SignatureScheme } from '../../sandbox';
import { defaultSettings } from '../../sandbox/settings/settings';
import { signatureHeaders } from '../../sandbox/deliveries/signatures';

/** What is known of a webhook to Samora and n8n, and to nobody else. */
export interface Genuine {
	token: string;
	secret: string;
	/** Of another trigger, in the same n8n or elsewhere. */
	otherToken: string;
}

export interface Attack {
	kind: 'forged' | 'tampered' | 'replayed' | 'malformed' | 'oversized';
	what: string;
	headers: Record<string, string>;
	body: string | Buffer;
}

const SIGNED: SignatureScheme[] = ['standard', 't-v1', 'sha256', 'hex', 'base64'];
const TIMED: SignatureScheme[] = ['standard', 't-v1'];
const HEADERS = ['x-samora-signature', 'x-webhook-signature'];

/** n8n itself takes 16 MB. */
const TOO_MANY_BYTES = 17_000_000;

const MINUTE = 60_000;

const event = (more: object = {}) =>
	JSON.stringify({ event: 'CALL_FINISHED', call_id: randomUUID(), status: 'REJECTED', ...more });

/** A delivery as Samora may send it. After one of these, deliveries without a proven signature are refused. */
export function genuineDelivery(
	{ token, secret }: Pick<Genuine, 'token' | 'secret'>,
	more: object = {},
): Pick<Attack, 'headers' | 'body'> {
	const body = event(more);
	const signature = signatureHeaders(
		{ id: 'msg_1', secret, body, now: new Date() },
		{ ...defaultSettings().deliveries, scheme: 'standard' },
	);
	const headers = { 'content-type': 'application/json', [TRIGGER_HEADER]: token, ...signature };
	return { headers, body };
}

/**
 * Deliveries that a stranger could send, or somebody who has seen a genuine one, or who knows the token and not the secret.
 * None of them may start anything, once one delivery was proven.
 */
export function attacks({ token, secret, otherToken }: Genuine): Attack[] {
	const json = { 'content-type': 'application/json' };
	const trusted = { ...json, [TRIGGER_HEADER]: token };
	const signed = (
		scheme: SignatureScheme,
		body: string,
		{ key = secret, ageMs = 0, signatureHeader = HEADERS[0] } = {},
	) =>
		signatureHeaders(
			{ id: 'msg_1', secret: key, body, now: new Date(Date.now() - ageMs) },
			{ ...defaultSettings().deliveries, scheme, signatureHeader },
		);

	const tokens: Array<[string, string]> = [
		['an empty token', ''],
		['the word undefined', 'undefined'],
		["another trigger's token", otherToken],
		['the token without its end', token.slice(0, -1)],
		['the token and more', `${token}A`],
		['the token in capitals', token.toUpperCase()],
		['the token twice', `${token}, ${token}`],
		['the secret', secret],
		...[...token].map((_, at): [string, string] => [
			`the token with another character at ${at}`,
			`${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`,
		]),
		...[...Array(50).keys()].map((n): [string, string] => [
			`guess ${n}`,
			`${token.slice(0, token.lastIndexOf('.'))}.${randomBytes(32).toString('base64url')}`,
		]),
	];
	const forged = [
		{ what: 'no token', headers: json, body: event() },
		{ what: 'the token, and no signature', headers: trusted, body: event() },
		...tokens.map(([what, value]) => ({
			what,
			headers: { ...json, [TRIGGER_HEADER]: value },
			body: event(),
		})),
		...SIGNED.flatMap((scheme) => {
			const body = event();
			const key = `whsec_${randomBytes(32).toString('base64')}`;
			return [
				{
					what: `no token, but signed (${scheme})`,
					headers: { ...json, ...signed(scheme, body) },
					body,
				},
				...HEADERS.map((signatureHeader) => ({
					what: `signed with another secret (${scheme}, ${signatureHeader})`,
					headers: { ...trusted, ...signed(scheme, body, { key, signatureHeader }) },
					body,
				})),
			];
		}),
		...['x', 'v1,x', 'v1a,x', 't=1', 't=,v1=', 'sha256=', '='.repeat(5000)].flatMap((value) =>
			['webhook-signature', ...HEADERS].map((header) => ({
				what: `"${value.slice(0, 10)}" for a signature in ${header}`,
				headers: { ...trusted, [header]: value },
				body: event(),
			})),
		),
	];

	const tampered = SIGNED.flatMap((scheme) => {
		const body = event();
		const headers = { ...trusted, ...signed(scheme, body) };
		const another = event();
		return [
			{ what: 'another status', headers, body: body.replace('REJECTED', 'ANSWERED') },
			{ what: 'a space at the end', headers, body: `${body} ` },
			{ what: 'written differently', headers, body: JSON.stringify(JSON.parse(body), null, 1) },
			{ what: 'another event', headers, body: another },
			{ what: 'something added', headers, body: body.replace('}', ',"status":"ANSWERED"}') },
			...[...Array(20).keys()].map((n) => {
				const bytes = Buffer.from(body);
				bytes[Math.floor((n * bytes.length) / 20)] ^= 1;
				return { what: `a bit flipped (${n})`, headers, body: bytes };
			}),
		].map(({ what, ...attack }) => ({ what: `${what} (${scheme})`, ...attack }));
	});

	const replayed = TIMED.flatMap((scheme) =>
		[5.1 * MINUTE, 60 * MINUTE, 24 * 60 * MINUTE, -30 * MINUTE].map((ageMs) => {
			const body = event();
			return {
				what: `signed ${ageMs / MINUTE} minutes ago (${scheme})`,
				headers: { ...trusted, ...signed(scheme, body, { ageMs }) },
				body,
			};
		}),
	);
	const old = event();
	const seconds = Math.floor(Date.now() / 1000);
	const renewed = [
		{
			what: 'signed an hour ago, with a new timestamp (standard)',
			headers: {
				...trusted,
				...signed('standard', old, { ageMs: 60 * MINUTE }),
				'webhook-timestamp': String(seconds),
			},
			body: old,
		},
		{
			what: 'signed an hour ago, with a new timestamp (t-v1)',
			headers: {
				...trusted,
				[HEADERS[0]]: signed('t-v1', old, { ageMs: 60 * MINUTE })[HEADERS[0]].replace(
					/t=\d+/,
					`t=${seconds}`,
				),
			},
			body: old,
		},
	];

	const text = { ...trusted, 'content-type': 'text/plain' };
	const malformed = [
		{ what: 'nothing', headers: trusted, body: '' },
		{ what: 'cut short', headers: trusted, body: event().slice(0, -1) },
		{ what: 'a list', headers: trusted, body: `[${event()}]` },
		{ what: 'null', headers: text, body: 'null' },
		{ what: 'a word', headers: text, body: '"CALL_FINISHED"' },
		{ what: 'no JSON', headers: text, body: 'event: CALL_FINISHED' },
		{ what: 'bytes', headers: text, body: randomBytes(100) },
		{
			what: 'a form',
			headers: { ...trusted, 'content-type': 'application/x-www-form-urlencoded' },
			body: 'event=CALL_FINISHED&call_id=c1',
		},
	];

	const oversized = [
		{ what: 'without a token', headers: json },
		{ what: 'with the token', headers: trusted },
	].flatMap(({ what, headers }) => [
		{ what, headers, body: event({ more: 'x'.repeat(TOO_MANY_BYTES) }) },
		{ what: `no JSON, ${what}`, headers, body: '['.repeat(TOO_MANY_BYTES) },
	]);

	const all = { forged, tampered, replayed: [...replayed, ...renewed], malformed, oversized };
	return Object.entries(all).flatMap(([kind, list]) =>
		list.map((attack) => ({ kind: kind as Attack['kind'], ...attack })),
	);
}

/** How many of each kind were tried, and what came of it. */
export function attackTable(
	results: ReadonlyArray<{ kind: string; status: number }>,
	executions: number,
): string {
	const kinds = [...new Set(results.map(({ kind }) => kind))];
	const rows = kinds.map((kind) => {
		const statuses = results.filter((each) => each.kind === kind).map(({ status }) => status);
		const answers = [...new Set(statuses)]
			.sort()
			.map((status) => `${statuses.filter((each) => each === status).length} × ${status}`);
		const refused = statuses.filter((status) => status >= 400).length;
		return `  ${kind.padEnd(10)} ${String(statuses.length).padStart(5)} tried ${String(refused).padStart(5)} refused   (${answers.join(', ')})`;
	});
	return [...rows, `  executions started by them: ${executions}`, ''].join('\n');
}
