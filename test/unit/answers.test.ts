import { UserError } from 'n8n-workflow';

import { KEY_WITHHELD } from '../../nodes/shared/api/baseUrl';
import {
	fateOfAnswer,
	readFault,
	retryAfter,
	cleaned,
	wordsOf,
	type Fate,
} from '../../nodes/shared/api/answers';

const answer = (statusCode: number, body: unknown = {}) => ({ statusCode, headers: {}, body });

describe('the fate of a request that was answered', () => {
	it.each<[number, unknown, Fate]>([
		[200, {}, 'done'],
		[202, { call_id: 'a' }, 'done'],
		[204, {}, 'done'],
		[200, '', 'unknown'],
		[200, '<html>', 'unknown'],
		[200, null, 'unknown'],
		[200, [], 'unknown'],
		[301, {}, 'refused'],
		[307, '', 'refused'],
		[400, {}, 'refused'],
		[401, {}, 'refused'],
		[404, '<html>', 'refused'],
		[409, {}, 'refused'],
		[413, {}, 'refused'],
		[429, {}, 'busy'],
		[429, '<html>', 'busy'],
		[500, {}, 'unknown'],
		[502, '<html>', 'unknown'],
		[599, {}, 'unknown'],
		[100, {}, 'unknown'],
	])('%i %j is %s', (status, body, fate) => expect(fateOfAnswer(answer(status, body))).toBe(fate));

	it('is a refusal only by a status that certainly means it, of all from 300 to 599', () => {
		const all = Array.from({ length: 300 }, (_, n) => 300 + n);
		const withFate = (fate: Fate) =>
			all.filter((status) => status >= 400 && fateOfAnswer(answer(status)) === fate);
		expect(withFate('refused')).toEqual([
			400, 401, 402, 403, 404, 405, 407, 409, 410, 413, 415, 422,
		]);
		expect(withFate('busy')).toEqual([429]);
		expect(withFate('done')).toEqual([]);
		// 303 sends the reader on to the result of what was done.
		for (const status of all.filter((one) => one < 400)) {
			expect(fateOfAnswer(answer(status))).toBe(status === 303 ? 'unknown' : 'refused');
		}
	});

	it('counts as done only with the body it should have', () => {
		const whole = (body: unknown) => body === 'whole';
		expect(fateOfAnswer(answer(200, 'whole'), whole)).toBe('done');
		expect(fateOfAnswer(answer(200, {}), whole)).toBe('unknown');
		expect(fateOfAnswer(answer(400, 'whole'), whole)).toBe('refused');
	});
});

describe('a request that brought no answer', () => {
	const thrown = (fields: object, cause?: unknown) =>
		Object.assign(new Error('Something', cause === undefined ? {} : { cause }), fields);

	it.each<[string, unknown, Fate, string]>([
		['a refused connection', thrown({ code: 'ECONNREFUSED' }), 'unreached', 'ECONNREFUSED'],
		['a name nobody knows', thrown({ code: 'ENOTFOUND' }), 'unreached', 'ENOTFOUND'],
		[
			'a connection that never stood',
			thrown({ code: 'ETIMEDOUT', syscall: 'connect' }),
			'unreached',
			'ETIMEDOUT',
		],
		[
			'a certificate that is not theirs',
			thrown({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' }),
			'unreached',
			'ERR_TLS_CERT_ALTNAME_INVALID',
		],
		[
			'a broken connection',
			thrown({ code: 'ECONNRESET', syscall: 'read' }),
			'unknown',
			'ECONNRESET',
		],
		['time that ran out', thrown({ code: 'ECONNABORTED' }), 'unknown', 'ECONNABORTED'],
		[
			'time that ran out on an open connection',
			thrown({ code: 'ETIMEDOUT' }),
			'unknown',
			'ETIMEDOUT',
		],
		[
			'a cause inside',
			thrown({}, thrown({}, thrown({ code: 'ECONNREFUSED' }))),
			'unreached',
			'ECONNREFUSED',
		],
		['what n8n wraps', thrown({ errorResponse: { code: 'ECONNRESET' } }), 'unknown', 'ECONNRESET'],
		['an error that says nothing', new Error('?'), 'unknown', ''],
		['what is no error', 'text', 'unknown', ''],
		['nothing', undefined, 'unknown', ''],
	])('by %s', (_, error, fate, code) => {
		expect(readFault(error)).toEqual({ code, fate });
	});

	it.each(['EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL'])(
		'by a way that does not exist was not sent, and by one that was lost may have been (%s)',
		(code) => {
			for (const syscall of ['connect', 'getaddrinfo', undefined]) {
				expect(readFault(thrown({ code, syscall })).fate).toBe('unreached');
			}
			for (const syscall of ['read', 'write']) {
				expect(readFault(thrown({ code, syscall })).fate).toBe('unknown');
				expect(readFault(thrown({}, thrown({ code, syscall }))).fate).toBe('unknown');
			}
		},
	);

	it.each<[string, object, unknown, string]>([
		[
			'a port',
			{ code: 'ECONNREFUSED', address: '127.0.0.1', port: 4010 },
			undefined,
			'127.0.0.1:4010',
		],
		['a name', { code: 'ENOTFOUND', hostname: 'samora.example' }, undefined, 'samora.example'],
		[
			'the first of several addresses',
			{},
			thrown({ code: 'ECONNREFUSED', errors: [{ address: '::1', port: 80 }, {}] }),
			'::1:80',
		],
	])('tells where nobody was: %s', (_, fields, cause, address) => {
		expect(readFault(thrown(fields, cause))).toMatchObject({ fate: 'unreached', address });
	});

	it('tells no address where a request may have arrived', () => {
		const broken = { code: 'ECONNRESET', syscall: 'read', address: '127.0.0.1', port: 1 };
		expect(readFault(thrown(broken))).toEqual({ code: 'ECONNRESET', fate: 'unknown' });
	});

	it.each([
		[
			'protection against SSRF',
			new UserError('The request was blocked because it resolves to a restricted IP address'),
			'SsrfBlockedIpError',
			/SSRF/,
		],
		[
			'domains of the credential',
			new UserError('Domain not allowed: This credential is restricted from accessing a.example.'),
			'Error',
			/Allowed Domains.*restricted from accessing/,
		],
	])('held back by n8n was not sent: %s', (_, error, name, words) => {
		const fault = readFault(thrown({ code: 'ERR_BAD_REQUEST' }, Object.assign(error, { name })));
		expect(fault).toEqual({
			code: '',
			fate: 'unreached',
			words: expect.stringMatching(words),
			isFinal: true,
		});
	});

	it('by our own doing says so in our own words', () => {
		const ours = thrown({ name: KEY_WITHHELD, message: 'The Base URL must start with https://' });
		expect(readFault(thrown({}, ours))).toEqual({
			code: '',
			fate: 'unreached',
			words: 'The Base URL must start with https://',
			isFinal: true,
		});
	});

	it('by an error that is its own cause ends all the same', () => {
		const error = thrown({});
		error.cause = error;
		expect(readFault(error).fate).toBe('unknown');
	});
});

describe('Retry-After', () => {
	const now = Date.parse('2026-01-01T00:00:00Z');

	it.each<[unknown, number | undefined]>([
		['0', 0],
		['120', 120_000],
		[' 1.5 ', 1500],
		[3, 3000],
		['Thu, 01 Jan 2026 00:00:10 GMT', 10_000],
		['Wed, 31 Dec 2025 23:59:50 GMT', 0],
		['soon', undefined],
		['', undefined],
		[undefined, undefined],
		[['1'], undefined],
	])('%j', (value, expected) => {
		expect(retryAfter({ 'retry-after': value }, now)).toBe(expected);
	});
});

describe('the API’s own words', () => {
	it.each([
		[{ message: ' Invalid API key ' }, 'Invalid API key'],
		[{ error: 'Nope' }, 'Nope'],
		[{ message: '', error: 'Nope' }, 'Nope'],
		[{ error: { message: 'Deep' } }, 'Deep'],
		[{ message: ['Name is empty', 'URL is empty'] }, 'Name is empty; URL is empty'],
		[{ detail: 'Not found' }, 'Not found'],
		[{ detail: [{ loc: ['body'], msg: 'Field required' }] }, 'Field required'],
		[{ message: 'Header 0123456789abcdef.0123456789abcdef.' + 'x'.repeat(43) }, 'Header …'],
		[{ message: 'Secret whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw=.' }, 'Secret ….'],
		[{ message: 5 }, ''],
		['<html>', ''],
		[null, ''],
		[[{ message: 'x' }], ''],
	])('%j', (body, words) => expect(wordsOf(answer(400, body))).toBe(words));
});

describe('an answer that holds the key', () => {
	const KEY = 'sk_a"b/c+d?e~f>';
	const body = { message: 'The key sk_a"b/c+d is wrong', data: [{ 'sk_a"b/c+d': 1 }] };

	it('is told without it', () => {
		expect(cleaned(answer(400, body), ' sk_a"b/c+d ').body).toEqual({
			message: 'The key … is wrong',
			data: [{ '…': 1 }],
		});
	});

	it.each([
		['as it is', KEY],
		['in a URL', encodeURIComponent(KEY)],
		[
			'in a URL, in small letters',
			encodeURIComponent(KEY).replace(/%../g, (one) => one.toLowerCase()),
		],
		['in base64', Buffer.from(KEY).toString('base64')],
		['in base64 without its padding', Buffer.from(KEY).toString('base64').replace(/=/g, '')],
		['in base64url', Buffer.from(KEY).toString('base64url')],
		['in hex', Buffer.from(KEY).toString('hex')],
		['in JSON within a text', JSON.stringify(KEY).slice(1, -1)],
	])('is told without it: %s', (_, spelling) => {
		const told = cleaned(answer(400, { deep: [{ message: `>${spelling}<` }] }), KEY);
		expect(JSON.stringify(told.body)).toMatch(/>…=*</);
	});

	it.each([50, 5_000, 40_000])('may be nested %i deep, and can be saved', (depth) => {
		const nested: unknown = JSON.parse(`${'['.repeat(depth)}"x"${']'.repeat(depth)}`);
		const told = cleaned(answer(202, { call_id: 'one', message: nested }), KEY).body;
		expect(told).toMatchObject({ call_id: 'one' });
		expect(JSON.stringify(told).length).toBeLessThan(200);
	});

	it.each([['sk_another'], ['The key'], [''], [undefined]])('stays as it is for %j', (key) => {
		expect(cleaned(answer(400, body), key).body).toEqual(body);
	});

	it.each([null, '', 'text'])('may be %j', (text) => {
		expect(cleaned(answer(502, text), 'sk_0123456789').body).toEqual(text);
	});
});
