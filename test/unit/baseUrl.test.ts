import fc from 'fast-check';

import { baseUrlRefusal, isLoopback, keyMayTravelTo } from '../../nodes/shared/api/baseUrl';

describe('isLoopback', () => {
	it.each([
		'http://localhost',
		'http://LOCALHOST:4010/path',
		'https://api.localhost',
		'http://127.0.0.1:4010',
		'http://127.1.2.3',
		'http://127.1',
		'http://2130706433',
		'http://[::1]:4010',
		'http://[0:0:0:0:0:0:0:1]',
	])('%s is this machine', (url) => expect(isLoopback(url)).toBe(true));

	it.each([
		'http://api.samora.ai',
		'http://127.0.0.1.samora.example',
		'http://localhost.samora.example',
		'http://mylocalhost',
		'http://10.0.0.1',
		'http://192.168.1.2',
		'http://0.0.0.0',
		'http://[::2]',
		'http://[::ffff:10.0.0.1]',
		'http://user:127.0.0.1@samora.example',
		'127.0.0.1',
		'',
		'nonsense',
	])('%s is not', (url) => expect(isLoopback(url)).toBe(false));
});

describe('baseUrlRefusal', () => {
	it.each([
		'https://api.samora.ai',
		'https://api.samora.ai/',
		' https://api.stage.samora.ai ',
		'https://proxy.example:8443/samora',
		'http://127.0.0.1:4010',
		'http://localhost:4010',
	])('lets the key go to %s', (url) => expect(baseUrlRefusal(url)).toBeUndefined());

	it.each([
		['http://api.samora.ai', /must start with https:\/\/.*unencrypted to api\.samora\.ai/],
		['http://127.0.0.1.samora.example', /must start with https:\/\//],
		['api.samora.ai', /isn't a web address: "api\.samora\.ai"/],
		['ftp://localhost', /isn't a web address/],
		['file:///etc/passwd', /isn't a web address/],
		['', /isn't a web address/],
		['https://me:hidden@api.samora.ai', /can't contain a username or password/],
		['https://me@api.samora.ai', /can't contain a username or password/],
	])('does not to "%s"', (url, sentence) => {
		expect(baseUrlRefusal(url)).toMatch(sentence);
		expect(baseUrlRefusal(url)).toMatch(/^The Base URL of the Samora credential/);
		expect(baseUrlRefusal(url)).not.toContain('hidden');
	});

	it('never lets it go in the clear, whatever the address', () => {
		fc.assert(
			fc.property(fc.webUrl({ validSchemes: ['http'] }), (url) => {
				expect(isLoopback(url) || baseUrlRefusal(url) !== undefined).toBe(true);
			}),
		);
	});
});

describe('keyMayTravelTo', () => {
	const base = 'https://api.samora.ai';
	const allowed = (request: Parameters<typeof keyMayTravelTo>[0], to = base) => {
		try {
			keyMayTravelTo(request, to);
			return true;
		} catch (thrown) {
			return (thrown as Error).message;
		}
	};

	it.each([
		{ url: '/v2/webhooks', baseURL: base },
		{ url: '/v2/webhooks' },
		{ url: `${base}/v2/webhooks` },
		{ url: 'https://API.samora.ai:443/v2' },
		{ uri: `${base}/v2/webhooks` },
		{ baseURL: ` ${base} `, url: '/v2' },
	])('%j', (request) => expect(allowed(request)).toBe(true));

	it.each([
		{ url: 'https://evil.example/v2' },
		{ url: '//evil.example/v2', baseURL: base },
		{ url: '/v2', baseURL: 'https://evil.example' },
		{ url: 'https://api.samora.ai.evil.example/' },
		{ url: 'https://api.samora.ai@evil.example/' },
		{ url: 'http://api.samora.ai/' },
		{ url: 'https://api.samora.ai:8443/' },
		{ uri: 'https://evil.example/' },
	])('not %j', (request) => {
		expect(allowed(request)).toMatch(
			/^The Samora API key is only sent to https:\/\/api\.samora\.ai/,
		);
	});

	it('to nowhere when the base URL itself will not do', () => {
		expect(allowed({ url: '/v2' }, 'http://api.samora.ai')).toMatch(/must start with https/);
	});
});
