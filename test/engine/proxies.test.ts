import { parametersOf, type OperationId } from '../support/operations';
import { addressOfNobody } from '../support/otherServer';
import { httpAnswer, startProxy, type Proxy } from '../support/proxy';
import { SandboxRuns, stopOf } from '../support/sandboxRuns';
import { settle, type World } from '../support/world';

/** What people read when a proxy answers instead of Samora. n8n hands on its answer as if it were Samora's. */

const samora = new SandboxRuns({}, { kept: true });
let world: World;
const proxies: Proxy[] = [];

beforeAll(async () => (world = await settle(samora.sandbox)));

afterEach(async () => {
	await Promise.all(proxies.splice(0).map(async (proxy) => await proxy.stop()));
});

async function proxyThatSays(answer: string): Promise<Proxy> {
	const proxy = await startProxy(answer);
	proxies.push(proxy);
	return proxy;
}

/** n8n asks a proxy to connect it to the first, and to hand on the request to the second. */
const targets = () => ({ https: 'https://api.samora.example', http: samora.sandbox.url });
const IDS = ['triggerCall', 'getCall', 'addCampaignRecipients'] as const;
const PLACED: OperationId[] = ['triggerCall', 'addCampaignRecipients'];

const PAGE = '<html><body>Blocked</body></html>';
const BODIES = {
	nothing: ['', {}],
	'a page': [PAGE, { 'Content-Type': 'text/html' }],
	JSON: ['{"message":"Blocked"}', { 'Content-Type': 'application/json' }],
} as const;

async function askThrough(answer: string, id: OperationId, baseUrl: string) {
	const proxy = await proxyThatSays(answer);
	const requestOptions = { proxy: proxy.url, timeout: 5000 };
	const outcome = await samora.run(
		parametersOf(id, world, { requestOptions }),
		[{}],
		{},
		{ baseUrl },
	);
	expect(await samora.sent()).toEqual([]);
	const { message, description } = stopOf(outcome);
	return { message, text: `${message} ${description}`, proxy };
}

/** They take their time, for what never reached Samora is tried again. So they run side by side, for each operation. */
async function each<Case>(
	cases: readonly Case[],
	check: (one: Case, id: (typeof IDS)[number]) => Promise<void>,
) {
	await Promise.all(IDS.flatMap((id) => cases.map(async (one) => await check(one, id))));
}

const KINDS = Object.keys(BODIES) as Array<keyof typeof BODIES>;

describe.each(['https', 'http'] as const)('a proxy before an %s address', (target) => {
	it('wants to know who n8n is', async () => {
		await each(KINDS, async (kind, id) => {
			const [body, headers] = BODIES[kind];
			const challenge = { 'Proxy-Authenticate': 'Basic realm="x"', ...headers };
			const answer = httpAnswer(407, challenge, body);
			const { message, text, proxy } = await askThrough(answer, id, targets()[target]);
			expect(message).toMatch(/^The proxy between n8n and Samora wants a username and password/);
			expect(text).toContain('Nothing was sent');
			expect(text).not.toMatch(/not known|API key|is unavailable|didn't answer/);
			expect(proxy.asked).toHaveLength(1);
		});
	});

	it('may be who answered', async () => {
		const cases = [403, 500, 502, 503, 504].flatMap((status) =>
			KINDS.map((kind) => ({ status, kind })),
		);
		await each(cases, async ({ status, kind }, id) => {
			const [body, headers] = BODIES[kind];
			const answer = httpAnswer(status, { 'Retry-After': '0', ...headers }, body);
			const { message, text, proxy } = await askThrough(answer, id, targets()[target]);
			expect(text).not.toMatch(/API key can't access|is unavailable|at Samora|didn't answer/);
			if (status === 403 && kind === 'a page') {
				expect(message).toMatch(/^The response didn't come from the Samora API/);
			} else {
				expect(message).toContain(
					`Samora, or the proxy ${proxy.address}, answered with status ${status}`,
				);
			}
			expect(text).toMatch(/proxy/);
			if (kind === 'JSON') expect(message).toContain('Blocked');
			// Whether the proxy sent it on cannot be known from these.
			const isUnknown = PLACED.includes(id) && status >= 500;
			expect({ status, kind, isUnknown: text.includes('not known') }).toEqual({
				status,
				kind,
				isUnknown,
			});
		});
	});

	it('did not connect n8n', async () => {
		const cases = [
			[403, 'ERR_ACCESS_DENIED 0'],
			[503, 'ERR_DNS_FAIL 0'],
			[503, 'ERR_CONNECT_FAIL 111'],
		] as const;
		await each(cases, async ([status, squid], id) => {
			const headers = { 'X-Squid-Error': squid, 'Content-Type': 'text/html' };
			const answer = httpAnswer(status, headers, PAGE);
			const { message, text } = await askThrough(answer, id, targets()[target]);
			expect(message).toMatch(/^The proxy between n8n and Samora didn't let n8n through/);
			expect(message).toContain(`(status ${status}, ${squid.split(' ')[0]})`);
			expect(text).toContain('Nothing was sent');
			expect(text).not.toMatch(/not known/);
		});
	});
});

describe('nothing was sent', () => {
	it('when the proxy closes the connection, or answers with half a head or one that cannot be read', async () => {
		const answers = ['', 'HTTP/1.1 403 Forbid', 'HTTP/1.1 403 x\r\nnonsense\r\n\r\n'];
		await each(answers, async (answer, id) => {
			const { message, text } = await askThrough(answer, id, targets().https);
			expect(message).toMatch(/^The proxy between n8n and Samora closed the connection/);
			expect(text).toContain('Nothing was sent');
			expect(text).not.toContain('not known');
		});
	});

	it('when the proxy connects and hangs up before the connection is encrypted', async () => {
		await each([httpAnswer(200)], async (answer, id) => {
			const { message, text } = await askThrough(answer, id, targets().https);
			expect(message).toMatch(/^n8n couldn't reach Samora/);
			expect(text).toMatch(/Nothing was sent.*ECONNRESET/);
			expect(text).not.toContain('not known');
		});
	});

	it('when there is no proxy at its address', async () => {
		await each(['https', 'http'] as const, async (target, id) => {
			const nobody = await addressOfNobody();
			const outcome = await samora.run(
				parametersOf(id, world, { requestOptions: { proxy: nobody } }),
				[{}],
				{},
				{ baseUrl: targets()[target] },
			);
			const { message, description } = stopOf(outcome);
			expect(message).toBe(`n8n couldn't reach the proxy at ${new URL(nobody).host} [item 0]`);
			expect(description).toMatch(
				/^Nothing was sent to Samora \(ECONNREFUSED\)\. This isn't Samora's address/,
			);
			expect(await samora.sent()).toEqual([]);
		});
	});

	it("when n8n's own proxy is not there", async () => {
		const nobody = await addressOfNobody();
		process.env.HTTPS_PROXY = nobody;
		try {
			await each([targets().https], async (baseUrl, id) => {
				const outcome = await samora.run(parametersOf(id, world), [{}], {}, { baseUrl });
				expect(stopOf(outcome).message).toBe(
					`n8n couldn't reach the proxy at ${new URL(nobody).host} [item 0]`,
				);
			});
		} finally {
			delete process.env.HTTPS_PROXY;
		}
	});
});

it.each([
	[403, '', /^Samora, or a proxy between n8n and Samora, answered with status 403 \[item 0\]$/],
	[502, PAGE, /^Samora, or a proxy between n8n and Samora, answered with status 502 \[item 0\]$/],
])("may be n8n's own proxy: %i %j", async (status, body, message) => {
	const proxy = await proxyThatSays(httpAnswer(status, { 'Retry-After': '0' }, body));
	process.env.HTTPS_PROXY = proxy.url;
	try {
		const baseUrl = targets().https;
		const outcome = await samora.run(parametersOf('getCall', world), [{}], {}, { baseUrl });
		expect(stopOf(outcome).message).toMatch(message);
		expect(proxy.asked[0]).toBe('CONNECT api.samora.example:443 HTTP/1.1');
	} finally {
		delete process.env.HTTPS_PROXY;
	}
});
