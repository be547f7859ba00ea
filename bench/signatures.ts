import { randomBytes } from 'node:crypto';

import { hashToken, TRIGGER_HEADER } from '../nodes/SamoraTrigger/authenticity/token';
import { verifyDelivery } from '../nodes/SamoraTrigger/authenticity/verifyDelivery';
import { defaultSettings } from '../sandbox/settings/settings';
import { signatureHeaders } from '../sandbox/deliveries/signatures';

/**
 * What it costs the trigger to check a delivery of 10 kB, before and after it has learned how Samora signs, in time of the
 * processor:
 * `node --import tsx bench/signatures.ts`
 */
const ROUNDS = 2_000;
const BODY = JSON.stringify({ event: 'CALL_FINISHED', transcript: 'x'.repeat(10_000) });
const TOKEN = 'the token';
const SECRET = `whsec_${randomBytes(32).toString('base64')}`;

const slowest = { algorithm: 'sha512', signed: 'v0:time:body', key: 'decoded' } as const;
const proxies = { 'x-request-id': 'a', 'x-amzn-trace-id': 'b', 'x-timestamp': '1772366400' };

function microsecondsPerDelivery(
	scheme: 'none' | 'unknowable' | 'composed',
	provenBy: string,
): { microseconds: number; provenBy: string } {
	const now = Date.now();
	const headers = {
		[TRIGGER_HEADER.toLowerCase()]: TOKEN,
		...proxies,
		...signatureHeaders(
			{ id: 'evt_1', secret: SECRET, body: BODY, now: new Date(now) },
			{ ...defaultSettings().deliveries, scheme, signature: slowest },
		),
	};
	const rawBody = Buffer.from(BODY);
	const secrets = { tokenHash: hashToken(TOKEN), secret: SECRET, provenBy, signatureHeader: '' };
	const once = () => verifyDelivery({ headers, rawBody }, secrets, now);
	for (let round = 0; round < ROUNDS / 10; round++) once();
	const start = process.cpuUsage();
	for (let round = 0; round < ROUNDS; round++) once();
	const { user, system } = process.cpuUsage(start);
	const microseconds = (user + system) / ROUNDS;
	const verdict = once();
	return { microseconds, provenBy: verdict.kind === 'proven' ? verdict.scheme : '' };
}

const say = (what: string, microseconds: number) =>
	console.log(`${what.padEnd(58)} ${microseconds.toFixed(0).padStart(5)} µs`);

const first = microsecondsPerDelivery('composed', '');
say('not signed', microsecondsPerDelivery('none', '').microseconds);
say(
	'signed in a way that is not recognized: all is tried',
	microsecondsPerDelivery('unknowable', '').microseconds,
);
say('signed in the way that is tried last, not learned yet', first.microseconds);
say('the same, learned', microsecondsPerDelivery('composed', first.provenBy).microseconds);
