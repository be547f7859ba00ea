import type { IHttpRequestOptions } from 'n8n-workflow';

import { SamoraApi } from '../../credentials/SamoraApi.credentials';

const credential = new SamoraApi();
const sign = async (request: Partial<IHttpRequestOptions>, data = {}) =>
	await credential.authenticate(
		{ apiKey: 'key-1', baseUrl: 'https://api.samora.ai', ...data },
		request as IHttpRequestOptions,
	);

it('puts the key into the header, beside what is there', async () => {
	const signed = await sign({
		url: '/v2/webhooks',
		method: 'POST',
		headers: { Accept: 'x' },
		body: { a: 1 },
	});
	expect(signed).toMatchObject({
		url: '/v2/webhooks',
		method: 'POST',
		body: { a: 1 },
		headers: { Accept: 'x', 'X-API-KEY': 'key-1' },
	});
});

it('lets no redirect carry it elsewhere', async () => {
	const wish = { followRedirect: true, followAllRedirects: true, maxRedirects: 21 };
	expect(await sign({ url: '/v2', ...wish })).toMatchObject({
		disableFollowRedirect: true,
		followRedirect: false,
		followAllRedirects: false,
		maxRedirects: 0,
	});
});

describe('a certificate that is not checked', () => {
	const UNCHECKED = [
		{ skipSslCertificateValidation: true },
		{ rejectUnauthorized: false },
		{ agentOptions: { rejectUnauthorized: false } },
	];

	it.each(UNCHECKED)('gets no key: %j', async (option) => {
		await expect(sign({ url: '/v2', ...option })).rejects.toThrow(/Ignore SSL Issues is on/);
	});

	it.each(UNCHECKED)('may be the one of this machine: %j', async (option) => {
		const signed = await sign({ url: '/v2', ...option }, { baseUrl: 'https://localhost:4010' });
		expect(signed.headers).toEqual({ 'X-API-KEY': 'key-1' });
	});
});

it('leaves away the spaces that come along when key and address are pasted', async () => {
	const signed = await sign(
		{ url: '/v2', baseURL: ' https://api.samora.ai\n' },
		{ apiKey: ' key-1\n', baseUrl: ' https://api.samora.ai\n' },
	);
	expect(signed.headers).toEqual({ 'X-API-KEY': 'key-1' });
	expect(signed.baseURL).toBe('https://api.samora.ai');
});

it.each([
	[{ url: 'https://evil.example' }, {}],
	[{ url: '/v2', baseURL: 'https://evil.example' }, {}],
	[{ url: '/v2' }, { baseUrl: 'http://api.samora.ai' }],
	[{ url: '/v2' }, { baseUrl: '' }],
])('refuses to send it elsewhere, or in the clear: %j %j', async (request, data) => {
	const { message } = await sign(request, data).then(
		() => new Error('It was signed'),
		(thrown: Error) => thrown,
	);
	expect(message).toMatch(/Base URL/);
	expect(message).not.toContain('key-1');
	expect(request).not.toHaveProperty('headers');
});

it.each(['two words', 'two\nlines', 'clé', 'k\u200bey'])(
	'refuses what cannot be a key: %j',
	async (apiKey) => {
		await expect(sign({ url: '/v2' }, { apiKey })).rejects.toThrow(
			/^The API Key of the Samora credential/,
		);
		await expect(sign({ url: '/v2' }, { apiKey })).rejects.not.toThrow(apiKey);
	},
);

it('does not change the request it was given', async () => {
	const request = { url: '/v2', headers: {} };
	await sign(request);
	expect(request).toEqual({ url: '/v2', headers: {} });
});
