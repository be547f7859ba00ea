import { randomUUID } from 'node:crypto';

import type { CampaignStatus, FaultKind, FaultOptions } from '../../sandbox';
import type { Outcome, NodeSettings } from '../support/engine';
import { OPERATION_IDS, parametersOf, type OperationId } from '../support/operations';
import { addressOfNobody, startOtherServer, type OtherServer } from '../support/otherServer';
import { SandboxRuns, stopOf, type Parameters } from '../support/sandboxRuns';
import { ApiClient, ordinary } from '../sandbox/support/apiClient';
import { settle, type World } from '../support/world';

/** What people read when Samora, or whatever stands in its place, does not do what was asked. */

const samora = new SandboxRuns();
let world: World;

beforeEach(async () => (world = await settle(samora.sandbox)));

const run = async (id: OperationId, more: Parameters = {}, settings: NodeSettings = {}) =>
	await samora.run(parametersOf(id, world, more), [{}], settings);
const byId = (value: string) => ({ __rl: true as const, mode: 'id', value });
const httpCode = ({ error }: Outcome) => error?.httpCode;

describe('a key that Samora does not know', () => {
	it.each(OPERATION_IDS)('makes %s stop with the API’s words after one request', async (id) => {
		const outcome = await samora.run(
			parametersOf(id, world),
			[{}],
			{},
			{ apiKey: 'not-the-key-7f3a' },
		);
		const { message, description } = stopOf(outcome);
		expect(message).toBe('Samora rejected the API key: Invalid API key [item 0]');
		expect(description).toMatch(/API Key.*Samora credential/);
		expect(httpCode(outcome)).toBe('401');
		expect(await samora.sent({ operationId: id })).toEqual([
			expect.objectContaining({ status: 401, keyed: false, accepted: false }),
		]);
	});

	it('comes out with every item on the error output', async () => {
		const { output, errorOutput } = await samora.run(
			parametersOf('getCall', world),
			[{ lead: 1 }, { lead: 2 }],
			{ onError: 'continueErrorOutput' },
			{ apiKey: 'not-the-key-7f3a' },
		);
		expect(output).toEqual([]);
		expect(errorOutput).toMatchObject([
			{ pairedItem: { item: 0 }, json: { lead: 1, details: { http_code: 401 } } },
			{ pairedItem: { item: 1 }, json: { lead: 2, details: { http_code: 401 } } },
		]);
	});
});

it.each(['getCall', 'createCampaign', 'addCampaignRecipients'] as const)(
	'says that the key may not do this: %s',
	async (id) => {
		await samora.control.addFault({ kind: '403', operationId: id, times: null });
		const outcome = await run(id);
		const { message, description } = stopOf(outcome);
		expect(message).toMatch(
			/^This API key can't access this (call|campaign): Forbidden \[item 0\]$/,
		);
		expect(description).toContain('organization');
		expect(httpCode(outcome)).toBe('403');
	},
);

describe('an ID that Samora does not know', () => {
	const stranger = randomUUID();
	const agent = { agentId: stranger };
	const campaign = { campaignId: byId(stranger) };
	const webhook = { webhookId: byId(stranger) };

	it.each<[OperationId, Parameters, string, string]>([
		['triggerCall', agent, 'Agent not found', 'Agent ID'],
		['getCall', { callId: stranger }, 'Call not found', 'Call ID'],
		['createCampaign', agent, 'Agent not found', 'Agent ID'],
		['listCampaigns', agent, 'Agent not found', 'Agent ID'],
		['getCampaign', campaign, 'Campaign not found', 'Campaign ID'],
		['updateCampaign', campaign, 'Campaign not found', 'Campaign ID'],
		['addCampaignRecipients', campaign, 'Campaign not found', 'Campaign ID'],
		['listCampaignCalls', campaign, 'Campaign not found', 'Campaign ID'],
		['startCampaign', campaign, 'Campaign not found', 'Campaign ID'],
		['stopCampaign', campaign, 'Campaign not found', 'Campaign ID'],
		['cancelCampaign', agent, 'Agent not found', 'Agent ID'],
		['createWebhook', agent, 'Agent not found', 'Agent ID'],
		['getWebhook', webhook, 'Webhook not found', 'Webhook ID'],
		['updateWebhook', webhook, 'Webhook not found', 'Webhook ID'],
		['deleteWebhook', webhook, 'Webhook not found', 'Webhook ID'],
	])('is named in the message: %s %j', async (id, more, words, label) => {
		const outcome = await run(id, more);
		const { message, description } = stopOf(outcome);
		expect(message).toMatch(/^Samora can't find this \w+: /);
		expect(message).toContain(words);
		expect(description).toContain(`${label} ${stranger}`);
		expect(httpCode(outcome)).toBe('404');
		expect(await samora.sent({ operationId: id })).toHaveLength(1);
	});
});

describe('a campaign whose status forbids it', () => {
	const STATUSES: CampaignStatus[] = [
		'DRAFT',
		'SCHEDULED',
		'IN_PROGRESS',
		'PAUSED',
		'FINISHED',
		'FAILED',
		'CANCELLED',
	];
	const TRANSITIONS = [
		{ id: 'startCampaign', allowed: ['DRAFT', 'PAUSED'], words: 'Cannot start a campaign' },
		{ id: 'stopCampaign', allowed: ['IN_PROGRESS'], words: 'Cannot stop a campaign' },
		{
			id: 'cancelCampaign',
			allowed: ['DRAFT', 'SCHEDULED', 'IN_PROGRESS', 'PAUSED'],
			words: 'Cannot cancel a campaign',
		},
		{
			id: 'addCampaignRecipients',
			allowed: ['DRAFT', 'PAUSED'],
			words: 'Recipients cannot be added to a campaign',
		},
	] as const;

	describe.each([400, 409] as const)('answered with %i', (forbiddenTransition) => {
		it.each(TRANSITIONS)('$id', async ({ id, allowed, words }) => {
			await samora.control.setSettings({ forbiddenTransition });
			for (const status of STATUSES) {
				await samora.control.setCampaignStatus(world.campaigns[0], status);
				const outcome = await run(id);
				if ((allowed as readonly string[]).includes(status)) {
					expect({ status, error: outcome.error }).toEqual({ status, error: undefined });
					continue;
				}
				const { message, description } = stopOf(outcome);
				expect(message).toBe(`The campaign is ${status}: ${words} with status ${status} [item 0]`);
				const named = STATUSES.filter((one) => description.includes(one));
				expect(named).toEqual(allowed);
				expect(httpCode(outcome)).toBe(String(forbiddenTransition));
				expect(await samora.sent({ method: 'POST' })).toHaveLength(1);
			}
		});
	});

	it('is reported in the API’s words alone when the status cannot be read', async () => {
		await samora.control.setCampaignStatus(world.campaigns[0], 'FINISHED');
		await samora.control.addFault({ kind: '403', operationId: 'getCampaign', times: null });
		for (const id of ['startCampaign', 'addCampaignRecipients'] as const) {
			const { message, description } = stopOf(await run(id));
			expect(message).toMatch(/^The campaign doesn't allow this in its current state: .*FINISHED/);
			expect(description).not.toBe('');
		}
	});

	it('is not blamed when Samora refused something else', async () => {
		await samora.control.setSettings({ forbiddenTransition: 400 });
		const { message } = stopOf(await run('addCampaignRecipients', { toNumber: '+14155550110' }));
		expect(message).toMatch(/^Samora rejected .*: Invalid phone number: \+14155550110 \[item 0\]$/);
	});
});

it('quotes the API when it refuses a number', async () => {
	const outcome = await run('triggerCall', { toNumber: '+14155550110' });
	const { message, description } = stopOf(outcome);
	expect(message).toBe(
		'Samora rejected the request for this call: Invalid phone number: +14155550110 [item 0]',
	);
	expect(description).toContain('To Number +14155550110');
	expect(httpCode(outcome)).toBe('400');
});

/** Requests of every kind: what may be repeated, and what may not. */
const REPEATABLE = ['getCall', 'listWebhooks', 'updateWebhook', 'deleteWebhook'] as const;
const NOT_REPEATABLE = ['triggerCall', 'createCampaign', 'startCampaign', 'createWebhook'] as const;

async function spoil(id: OperationId, fault: Omit<FaultOptions, 'operationId'>) {
	await samora.control.addFault({ operationId: id, ...fault });
}
const tries = async (id: OperationId) => await samora.sent({ operationId: id });

describe('a request that Samora answers with 429', () => {
	it.each([...REPEATABLE, ...NOT_REPEATABLE, 'addCampaignRecipients'] as const)(
		'is sent again when Samora says, and goes through: %s',
		async (id) => {
			await spoil(id, { kind: '429', retryAfter: 0, times: 2 });
			const { error, output } = await run(id);
			expect(error).toBeUndefined();
			expect(output.length).toBeGreaterThan(0);
			expect((await tries(id)).map(({ accepted }) => accepted)).toEqual([false, false, true]);
		},
	);

	it.each(['getCall', 'triggerCall', 'addCampaignRecipients'] as const)(
		'is given up after four tries: %s',
		async (id) => {
			await spoil(id, { kind: '429', retryAfter: 0, times: null });
			const outcome = await run(id);
			const { message, description } = stopOf(outcome);
			expect(message).toMatch(/^Samora received too many requests.*: Too many requests/);
			expect(description).toMatch(/Samora did nothing for this item/);
			expect(httpCode(outcome)).toBe('429');
			expect(await tries(id)).toHaveLength(4);
		},
	);

	it('is sent again after the pause that Samora asks for, in seconds or until a date', async () => {
		await spoil('getCall', { kind: '429', retryAfter: 1 });
		const started = Date.now();
		expect((await run('getCall')).error).toBeUndefined();
		expect(Date.now() - started).toBeGreaterThanOrEqual(990);

		await spoil('getCall', { kind: '429', retryAfter: new Date(0).toUTCString() });
		expect((await run('getCall')).error).toBeUndefined();
		expect(await tries('getCall')).toHaveLength(2);
	});

	it.each([3600, new Date(Date.now() + 3_600_000).toUTCString()])(
		'is given up at once when Samora asks for a longer pause than a person waits (Retry-After: %s)',
		async (retryAfter) => {
			await spoil('getCall', { kind: '429', retryAfter, times: null });
			expect(stopOf(await run('getCall')).message).toMatch(/too many requests/);
			expect(await tries('getCall')).toHaveLength(1);
		},
	);

	it('is sent again after growing pauses when Samora does not say when', async () => {
		await spoil('getCall', { kind: '429', times: 2 });
		expect((await run('getCall')).error).toBeUndefined();
		const at = (await tries('getCall')).map((entry) => Date.parse(entry.at));
		expect(at).toHaveLength(3);
		expect(at[1] - at[0]).toBeGreaterThanOrEqual(240);
		expect(at[2] - at[1]).toBeGreaterThanOrEqual(490);
	});
});

describe('a request that Samora answers with 500', () => {
	it.each(REPEATABLE)('is sent again where repeating is safe: %s', async (id) => {
		await spoil(id, { kind: '500-after', retryAfter: 0, times: 1 });
		const { error, output } = await run(id);
		expect(error).toBeUndefined();
		expect(output.length).toBeGreaterThan(0);
		expect(await tries(id)).toHaveLength(2);
	});

	it('is given up after four tries, whatever was asked', async () => {
		// The pauses between the tries take seconds, so all are asked at once.
		await Promise.all(
			REPEATABLE.map(async (id) => {
				await spoil(id, { kind: '500', retryAfter: 0, times: null });
				const outcome = await run(id);
				const { message, description } = stopOf(outcome);
				expect(message).toBe('Samora is unavailable right now: Internal server error [item 0]');
				expect(description).toContain('Samora AI Support');
				expect(httpCode(outcome)).toBe('500');
				expect({ id, tries: (await tries(id)).length }).toEqual({ id, tries: 4 });
			}),
		);
	});

	it.each(NOT_REPEATABLE)('is sent once where repeating is not safe: %s', async (id) => {
		await spoil(id, { kind: '500', retryAfter: 0, times: null });
		const { message } = stopOf(await run(id));
		expect(message).toContain('Samora is unavailable right now: Internal server error');
		expect(await tries(id)).toHaveLength(1);
	});

	it('counts as a deletion when the second try finds nothing left', async () => {
		await spoil('deleteWebhook', { kind: '500-after', retryAfter: 0 });
		const { output } = await run('deleteWebhook');
		expect(output[0].json).toEqual({ id: world.webhooks[0], deleted: true });
		const statuses = (await tries('deleteWebhook')).map(({ status }) => status);
		expect(statuses).toEqual([500, 404]);
	});
});

describe('a request without an answer that can be read', () => {
	/** How the sentence begins; GETs are tried four times, with pauses, so all of them at once. */
	const FAULTS: Array<[FaultKind, RegExp]> = [
		['hang', /Samora didn't answer/],
		['reset-before', /Samora didn't answer/],
		['truncated', /Samora didn't answer/],
		['malformed', /The response didn't come from the Samora API/],
		['empty', /The response didn't come from the Samora API/],
		['html', /^Samora, or a proxy between n8n and Samora, answered with status 502/],
	];

	it('is sent again where repeating is safe, and then given up', async () => {
		const api = new ApiClient(samora.sandbox);
		const ids = await Promise.all(FAULTS.map(async (_, n) => await api.trigger(ordinary(100 + n))));
		for (const [n, [kind]] of FAULTS.entries()) {
			await spoil('getCall', { kind, match: ids[n], times: null });
		}
		const outcomes = await Promise.all(
			ids.map(async (callId) => await run('getCall', { callId, requestOptions: { timeout: 500 } })),
		);
		const journal = await samora.control.journal({ operationId: 'getCall' });
		for (const [n, [kind, sentence]] of FAULTS.entries()) {
			const { message, description } = stopOf(outcomes[n]);
			expect({ kind, message }).toEqual({ kind, message: expect.stringMatching(sentence) });
			expect(description).not.toBe('');
			expect(journal.filter(({ path }) => path.endsWith(ids[n]))).toHaveLength(4);
		}
	});

	it('goes through when a later try is answered', async () => {
		await spoil('getCall', { kind: 'reset-before' });
		await spoil('updateWebhook', { kind: 'malformed' });
		await spoil('deleteWebhook', { kind: 'reset-after' });
		for (const id of ['getCall', 'updateWebhook', 'deleteWebhook'] as const) {
			const { error, output } = await run(id);
			expect(error).toBeUndefined();
			expect(output).toHaveLength(1);
			expect(await tries(id)).toHaveLength(2);
		}
	});

	const UNKNOWN: Array<[OperationId, RegExp]> = [
		['triggerCall', /^It is not known whether \+14155550100 is being called: /],
		['startCampaign', /^It is not known whether the campaign was started: /],
		['createCampaign', /^It is not known whether the campaign was created: /],
		['createWebhook', /^It is not known whether the webhook was created: /],
		['addCampaignRecipients', /^It is not known whether 1 recipient was added: /],
	];

	it.each(['startCampaign', 'addCampaignRecipients'] as const)(
		'is a success of %s when it is empty, for the work is done with that',
		async (id) => {
			await spoil(id, { kind: 'empty', times: null });
			const { error, output } = await run(id);
			expect(error).toBeUndefined();
			expect(output).toHaveLength(1);
			expect(await tries(id)).toHaveLength(1);
		},
	);

	describe.each([...FAULTS.map(([kind]) => kind), 'hang-after', 'reset-after'] as const)(
		'that must not be repeated: %s',
		(kind) => {
			// Nothing at all is a success where the work is done with that.
			const isSuccess = (id: string) =>
				kind === 'empty' && ['startCampaign', 'addCampaignRecipients'].includes(id);
			it.each(UNKNOWN.filter(([id]) => !isSuccess(id)))('%s is sent once', async (id, sentence) => {
				await spoil(id, { kind, times: null });
				const { message, description } = stopOf(
					await run(id, { requestOptions: { timeout: 500 } }),
				);
				expect(message).toMatch(sentence);
				expect(description).not.toBe('');
				expect(await tries(id)).toHaveLength(1);
			});
		},
	);
});

describe('a Base URL that is not right', () => {
	let elsewhere: OtherServer;
	const elsewhereRun = async (id: OperationId, baseUrl: string) =>
		await samora.run(parametersOf(id, world), [{}], {}, { baseUrl, apiKey: 'a-key-to-keep-5d1c' });

	afterEach(async () => await elsewhere?.stop());

	it('makes the node say that nothing was sent when no server is there', async () => {
		const nobody = await addressOfNobody();
		const ids = ['getCall', 'triggerCall', 'addCampaignRecipients'] as const;
		for (const outcome of await Promise.all(ids.map((id) => elsewhereRun(id, nobody)))) {
			const { message, description } = stopOf(outcome);
			expect(message).toBe(`n8n couldn't reach Samora at ${new URL(nobody).host} [item 0]`);
			expect(description).toMatch(/Nothing was sent.*ECONNREFUSED.*Base URL/);
		}
	});

	it('makes the node say that this is not Samora’s API when a website is there', async () => {
		elsewhere = await startOtherServer(({ path }, res) => {
			res.writeHead(path.startsWith('/v1') ? 404 : 200, { 'content-type': 'text/html' });
			res.end('<html><body>Welcome</body></html>');
		});
		for (const id of [
			'triggerCall',
			'getCall',
			'startCampaign',
			'addCampaignRecipients',
			'createWebhook',
		] as const) {
			const { message, description } = stopOf(await elsewhereRun(id, elsewhere.url));
			expect(message).toContain(
				`The response didn't come from the Samora API (Base URL: ${new URL(elsewhere.url).host})`,
			);
			// A page that looks like a success leaves in doubt what became of the webhook, and that comes first.
			if (id !== 'createWebhook') expect(description).toMatch(/Base URL/);
		}
		expect(elsewhere.received).toHaveLength(5);
	});

	it.each(['getCall', 'triggerCall', 'addCampaignRecipients'] as const)(
		'gives no key away when the server redirects: %s',
		async (id) => {
			elsewhere = await startOtherServer((_, res) => res.end('{}'));
			const redirecting = await startOtherServer(({ path }, res) => {
				res.writeHead(307, { location: elsewhere.url + path });
				res.end();
			});
			const { message, description } = stopOf(await elsewhereRun(id, redirecting.url));
			await redirecting.stop();
			expect(message).toBe(
				"Samora answered with a redirect, which the node didn't follow [item 0]",
			);
			expect(description).toMatch(/Base URL/);
			expect(redirecting.received).toHaveLength(1);
			expect(elsewhere.received).toEqual([]);
		},
	);

	it.each([
		['http://api.samora.example', /must start with https:\/\//],
		['http://127.0.0.1.samora.example:4010', /must start with https:\/\//],
		['http://localhost.samora.example', /must start with https:\/\//],
		['api.samora.ai', /isn't a web address/],
		['ftp://127.0.0.1', /isn't a web address/],
		['', /isn't a web address/],
		['https://user:secret@api.samora.example', /username or password/],
	])('makes the node send nothing and say what to change: "%s"', async (baseUrl, sentence) => {
		for (const id of ['getCall', 'triggerCall', 'addCampaignRecipients'] as const) {
			const { message, description } = stopOf(await elsewhereRun(id, baseUrl));
			expect(message).toMatch(/^The Base URL of the Samora credential /);
			expect(message).toMatch(sentence);
			expect(message).toMatch(/ \[item 0\]$/);
			expect(description).toMatch(/Nothing was sent/);
			expect(message + description).not.toContain('secret');
		}
	});
});

it.each(['a-key\nof-two-lines', 'a-këy', 'a key', 'a-key…'])(
	'sends nothing and says so when the key cannot be a key: %j',
	async (apiKey) => {
		for (const id of ['getCall', 'triggerCall', 'addCampaignRecipients'] as const) {
			const outcome = await samora.run(parametersOf(id, world), [{}], {}, { apiKey });
			const { message, description } = stopOf(outcome);
			expect(message).toMatch(/^The API Key of the Samora credential .* \[item 0\]$/);
			expect(description).toContain('Nothing was sent');
			expect(await samora.sent()).toEqual([]);
		}
	},
);

it('waits for an answer no longer than Request Options say', async () => {
	await spoil('triggerCall', { kind: 'hang' });
	const started = Date.now();
	stopOf(await run('triggerCall', { requestOptions: { timeout: 150 } }));
	expect(Date.now() - started).toBeLessThan(5000);
	await spoil('addCampaignRecipients', { kind: 'hang' });
	stopOf(await run('addCampaignRecipients', { requestOptions: { timeout: 150 } }));
	expect(Date.now() - started).toBeLessThan(10_000);
});

describe('a credential that n8n restricts to other domains', () => {
	const restricted = { allowedHttpRequestDomains: 'domains', allowedDomains: 'other.example' };

	it.each(['getCall', 'triggerCall', 'startCampaign'] as const)(
		'makes the node say what to change, and that nothing was sent: %s',
		async (id) => {
			const outcome = await samora.run(parametersOf(id, world), [{}], {}, restricted);
			const { message, description } = stopOf(outcome);
			expect(message).toMatch(/Change its Allowed Domains.*Domain not allowed/);
			expect(`${message} ${description}`).not.toMatch(/not known|may be/);
			expect(description).toContain('Nothing was sent');
			expect(await samora.sent()).toEqual([]);
		},
	);
});

describe('a key that the API quotes', () => {
	const KEY = 'sk_live_0123456789abcdef';

	it.each([400, 401, 500])(
		'with %i appears in nothing that any operation gives',
		async (status) => {
			const server = await startOtherServer(({ headers }, res) =>
				res
					.writeHead(status, { 'content-type': 'application/json', 'retry-after': '0' })
					.end(
						JSON.stringify({ message: `The key ${String(headers['x-api-key'])} is not for this` }),
					),
			);
			const credential = { apiKey: KEY, baseUrl: server.url };
			try {
				// The pauses between the tries take seconds, so all are asked at once.
				await Promise.all(
					OPERATION_IDS.map(async (id) => {
						const stopped = await samora.run(parametersOf(id, world), [{}], {}, credential);
						expect(stopOf(stopped).message).toContain('The key … is not for this');
						const goesOn = { onError: 'continueErrorOutput' } as const;
						const went = await samora.run(parametersOf(id, world), [{}], goesOn, credential);
						expect(went.errorOutput).toHaveLength(1);

						const seen = JSON.stringify([stopped, stopOf(stopped), went]);
						expect(seen).not.toContain(KEY);
					}),
				);
			} finally {
				await server.stop();
			}
		},
	);
});

describe('a call that was placed', () => {
	it.each([
		[{ call_id: 12345, status: 'accepted' }, '12345'],
		[{ message: 'Accepted', data: { call_id: 'c-1', status: 'accepted' } }, 'c-1'],
	])('has its ID read from the answer %j: %s', async (body, call_id) => {
		const server = await startOtherServer((_request, res) =>
			res.writeHead(202, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
		);
		try {
			const { output, error } = await samora.run(
				parametersOf('triggerCall', world),
				[{}],
				{},
				{ baseUrl: server.url },
			);
			expect(error).toBeUndefined();
			expect(output.map(({ json }) => json)).toEqual([
				expect.objectContaining({ call_id, status: 'accepted' }),
			]);
		} finally {
			await server.stop();
		}
	});
});

it('names the agent when Samora does not know the agent of a call', async () => {
	const agentId = randomUUID();
	const { message, description } = stopOf(await run('triggerCall', { agentId }));
	expect(message).toMatch(/^Samora can't find this agent: .* \[item 0\]$/);
	expect(description).toContain(`Check Agent ID ${agentId}`);
});

it('quotes an answer to a call that it cannot read, for the ID of the call may be in it', async () => {
	const server = await startOtherServer((_, res) => {
		res.writeHead(202, { 'content-type': 'application/json' });
		res.end('{"message":"ok","data":{"call":{"id":"c-1234"}}}');
	});
	try {
		const baseUrl = server.url;
		const outcome = await samora.run(parametersOf('triggerCall', world), [{}], {}, { baseUrl });
		const { message } = stopOf(outcome);
		expect(message).toMatch(/^It is not known whether .* is being called: The node can't read/);
		expect(message).toContain('{"call":{"id":"c-1234"}}');
		expect(server.received).toHaveLength(1);
	} finally {
		await server.stop();
	}
});
