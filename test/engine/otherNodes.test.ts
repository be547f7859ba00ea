import type { IDataObject } from 'n8n-workflow';

import { samoraNode, startNode } from '../support/engine';
import { startOtherServer, type OtherServer } from '../support/otherServer';

/** The credential in nodes that are not ours, which n8n lets people choose it in. */

const KEY = 'a-key-to-keep-7f21';
const HELPERS = ['requestWithAuthentication', 'httpRequestWithAuthentication'] as const;

let stranger: OtherServer;
let samora: OtherServer;
let status = 200;

beforeAll(async () => {
	stranger = await startOtherServer((_, res) => res.end('{}'));
	samora = await startOtherServer((_, res) => {
		res.writeHead(status, status === 200 ? {} : { location: `${stranger.url}/caught` });
		res.end('{}');
	});
});
afterAll(async () => await Promise.all([stranger.stop(), samora.stop()]));
beforeEach(() => {
	stranger.received.length = 0;
	samora.received.length = 0;
});

async function ask(helper: (typeof HELPERS)[number], options: IDataObject) {
	const node = {
		...samoraNode({ helper, options: JSON.stringify(options) }),
		type: 'test.otherNode',
	};
	const { outcome } = startNode(node, [{}], { apiKey: KEY, baseUrl: samora.url });
	return await outcome;
}

/** As the HTTP Request node asks when it is to follow all redirects. */
const FOLLOWING = { followRedirect: true, followAllRedirects: true, maxRedirects: 21 };

describe.each(HELPERS)('%s', (helper) => {
	it('asks Samora with the key', async () => {
		status = 200;
		await ask(helper, { method: 'GET', url: `${samora.url}/v2` });
		expect(samora.received.map(({ headers }) => headers['x-api-key'])).toEqual([KEY]);
	});

	it.each(
		[301, 302, 303, 307, 308].flatMap((code) => [['GET', code] as const, ['POST', code] as const]),
	)('follows no redirect with it: %s %i', async (method, code) => {
		status = code;
		await ask(helper, { method, url: `${samora.url}/v2`, ...FOLLOWING });
		expect(samora.received).toHaveLength(1);
		expect(stranger.received).toEqual([]);
	});

	it('sends it nowhere else', async () => {
		const { error } = await ask(helper, { method: 'GET', url: `${stranger.url}/v2` });
		expect(error?.message).toContain('The Samora API key is only sent to');
		expect(stranger.received).toEqual([]);
	});
});
