import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { loadApiDescription, OPENAPI_FILE, type Sandbox, startSandbox } from '../../sandbox';
import { AGENT, ApiClient, NOBODY, ordinary } from './support/apiClient';

const ENDPOINTS = {
	triggerCall: 'POST /v1/call/trigger',
	getCall: 'GET /v1/call/{call_id}',
	createCampaign: 'POST /v1/external/campaigns/{agent_id}',
	listCampaigns: 'GET /v1/external/campaigns/{agent_id}',
	getCampaign: 'GET /v1/external/campaigns/{agent_id}/{campaign_id}',
	updateCampaign: 'PUT /v1/external/campaigns/{agent_id}/{campaign_id}',
	addCampaignRecipients: 'POST /v1/external/campaigns/{agent_id}/{campaign_id}/scheduled-calls',
	listCampaignCalls: 'GET /v1/external/campaigns/{agent_id}/{campaign_id}/calls',
	startCampaign: 'POST /v1/external/campaigns/{agent_id}/{campaign_id}/start',
	stopCampaign: 'POST /v1/external/campaigns/{agent_id}/{campaign_id}/stop',
	cancelCampaign: 'POST /v1/external/campaigns/{agent_id}/{campaign_id}/cancel',
	createWebhook: 'POST /v2/webhooks',
	listWebhooks: 'GET /v2/webhooks',
	listWebhookEvents: 'GET /v2/webhooks/events',
	getWebhook: 'GET /v2/webhooks/{webhook_id}',
	updateWebhook: 'PUT /v2/webhooks/{webhook_id}',
	deleteWebhook: 'DELETE /v2/webhooks/{webhook_id}',
};

describe('the OpenAPI document', () => {
	it('is valid OpenAPI 3.1', () => {
		const validator = join(
			require.resolve('@seriousme/openapi-schema-validator/package.json'),
			'../bin/validate-api-cli.js',
		);
		const verdict = execFileSync(process.execPath, [validator, OPENAPI_FILE], { encoding: 'utf8' });
		expect(JSON.parse(verdict)).toEqual({ valid: true });
	});

	it('describes the 17 endpoints', async () => {
		const { openapi, paths } = await (await loadApiDescription()).document();
		expect(openapi).toBe('3.1.0');
		const described: Record<string, string> = {};
		for (const [path, item] of Object.entries(paths ?? {})) {
			for (const method of ['get', 'put', 'post', 'delete'] as const) {
				const operationId = item?.[method]?.operationId;
				if (operationId) described[operationId] = `${method.toUpperCase()} ${path}`;
			}
		}
		expect(described).toEqual(ENDPOINTS);
	});
});

describe('the sandbox holds requests to the document', () => {
	let sandbox: Sandbox;
	let api: ApiClient;
	let campaign: string;

	beforeAll(async () => {
		sandbox = await startSandbox({ speed: 0, checkAnswers: true });
		api = new ApiClient(sandbox);
		campaign = (await api.campaign()).path;
	});
	afterAll(() => sandbox.stop());

	const trigger = (change: Record<string, unknown>) => ({
		method: 'POST',
		path: () => '/v1/call/trigger',
		body: { agent_id: AGENT, to_number: ordinary(1), ...change },
	});
	const create = (change: Record<string, unknown>) => ({
		method: 'POST',
		path: () => `/v1/external/campaigns/${AGENT}`,
		body: { name: 'Spring', ...change },
	});
	const recipients = (...phone_numbers: unknown[]) => ({
		method: 'POST',
		path: () => `${campaign}/scheduled-calls`,
		body: { phone_numbers },
	});
	const webhook = (change: Record<string, unknown>) => ({
		method: 'POST',
		path: () => '/v2/webhooks',
		body: {
			agent_id: AGENT,
			name: 'n8n',
			url: 'https://n8n.example/webhook/1',
			events: ['CALL_STARTED'],
			...change,
		},
	});
	const get = (path: () => string) => ({ method: 'GET', path, body: undefined });
	const retry = (change: Record<string, unknown>) =>
		create({
			retry_config: {
				max_retries: 1,
				retry_delay_minutes: 1,
				retry_on: ['UNANSWERED'],
				...change,
			},
		});
	/** `{"a":"…"}`, of exactly so many bytes. */
	const variables = (bytes: number, letter = 'x') => ({
		a: letter.repeat((bytes - 8) / Buffer.byteLength(letter)),
	});
	const many = (count: number) =>
		recipients(...Array.from({ length: count }, (_, n) => ({ to_number: ordinary(n) })));

	it.each([
		['a number of 10 digits', trigger({ to_number: '+1234567890' })],
		['a number of 15 digits', trigger({ to_number: '+123456789012345' })],
		['metadata of any shape', trigger({ metadata: { a: { b: [1, null] } } })],
		['a name of 120 characters', create({ name: 'é'.repeat(120) })],
		[
			'the most retries and the longest delay',
			retry({ max_retries: 5, retry_delay_minutes: 1440 }),
		],
		['every retry reason', retry({ retry_on: ['UNANSWERED', 'REJECTED', 'VOICEMAIL', 'FAILED'] })],
		['5000 recipients', many(5000)],
		[
			'4096 bytes of variables',
			recipients({ to_number: ordinary(1), call_variables: variables(4096) }),
		],
		[
			'4096 bytes of variables in two-byte letters',
			recipients({ to_number: ordinary(1), call_variables: variables(4096, 'é') }),
		],
		['the biggest page', get(() => `${campaign}/calls?page=1&page_size=100`)],
		[
			'every filter',
			get(() => `${campaign}/calls?search=1&status=ONGOING&duration_min=0&duration_max=1.5`),
		],
		['a name of 255 characters', webhook({ name: 'x'.repeat(255) })],
		['an http URL on this machine', webhook({ url: 'http://localhost:5678/webhook/1' })],
		['an http URL on loopback', webhook({ url: 'http://127.0.0.1/webhook/1' })],
		[
			'all events and options',
			webhook({
				events: ['CALL_STARTED', 'CALL_FINISHED', 'CALL_FAILED'],
				data_options: { include_transcript: true, include_recording_url: false },
				custom_headers: { 'X-Token': 'a b' },
			}),
		],
	])('takes %s', async (_, { method, path, body }) => {
		const reply = await api.request(method, path(), body);
		expect(reply.text.slice(0, 200)).not.toContain('must');
		expect(reply.status).toBeLessThan(300);
	});

	it.each([
		['a number of 9 digits', trigger({ to_number: '+123456789' }), 'to_number'],
		['a number of 16 digits', trigger({ to_number: '+1234567890123456' }), 'to_number'],
		['a number without plus', trigger({ to_number: '14155552671' }), 'to_number'],
		['an agent id that is no UUID', trigger({ agent_id: 'ava' }), 'agent_id'],
		['metadata that is no object', trigger({ metadata: [] }), 'metadata'],
		['a property nobody knows', trigger({ callback_url: 'x' }), 'callback_url'],
		['an empty name', create({ name: '' }), 'name'],
		['a name of 121 characters', create({ name: 'x'.repeat(121) }), 'name'],
		['0 retries', retry({ max_retries: 0 }), 'max_retries'],
		['6 retries', retry({ max_retries: 6 }), 'max_retries'],
		['a delay of 0 minutes', retry({ retry_delay_minutes: 0 }), 'retry_delay_minutes'],
		['a delay of 1441 minutes', retry({ retry_delay_minutes: 1441 }), 'retry_delay_minutes'],
		['no retry reason', retry({ retry_on: [] }), 'retry_on'],
		['an unknown retry reason', retry({ retry_on: ['BUSY'] }), 'UNANSWERED'],
		['half a retry_config', create({ retry_config: { max_retries: 1 } }), 'retry_delay_minutes'],
		['no recipients', recipients(), 'phone_numbers'],
		['5001 recipients', many(5001), 'phone_numbers'],
		[
			'4097 bytes of variables',
			recipients({ to_number: ordinary(1), call_variables: variables(4097) }),
			'4096',
		],
		[
			'4098 bytes of variables in two-byte letters',
			recipients({ to_number: ordinary(1), call_variables: variables(4098, 'é') }),
			'4096',
		],
		[
			'a bad number among good ones',
			recipients({ to_number: ordinary(1) }, { to_number: '1' }),
			'[1].to_number',
		],
		['page 0', get(() => `${campaign}/calls?page=0`), 'page'],
		['a page of 101', get(() => `/v1/external/campaigns/${AGENT}?page_size=101`), 'page_size'],
		['a negative duration', get(() => `${campaign}/calls?duration_min=-1`), 'duration_min'],
		['an unknown status', get(() => `${campaign}/calls?status=BUSY`), 'status'],
		['an unknown sort key', get(() => `${campaign}/calls?sort_by=name`), 'sort_by'],
		['an unknown sort direction', get(() => `${campaign}/calls?sort_dir=up`), 'sort_dir'],
		['a query parameter nobody knows', get(() => `${campaign}/calls?cursor=1`), 'cursor'],
		['a malformed call id', get(() => '/v1/call/42'), 'call_id'],
		['an empty webhook name', webhook({ name: '' }), 'name'],
		['a webhook name of 256 characters', webhook({ name: 'x'.repeat(256) }), 'name'],
		['an http URL elsewhere', webhook({ url: 'http://n8n.example/webhook/1' }), 'url'],
		[
			'an http URL that only begins like loopback',
			webhook({ url: 'http://127.0.0.1.evil.example/' }),
			'url',
		],
		['no events', webhook({ events: [] }), 'events'],
		['an unknown event', webhook({ events: ['CALL_RINGING'] }), 'events'],
		['a custom header that is no string', webhook({ custom_headers: { a: 1 } }), 'custom_headers'],
		[
			'a header name that HTTP forbids',
			webhook({ custom_headers: { 'a b': '1' } }),
			'custom_headers',
		],
		['a body that is no object', { ...trigger({}), body: [] }, 'object'],
		['a body that is not JSON', { ...trigger({}), body: '{"agent_id":' }, 'JSON'],
		['no body', { ...trigger({}), body: undefined }, 'missing'],
		[
			'a body on start',
			{ method: 'POST', path: () => `${campaign}/start`, body: { now: true } },
			'now',
		],
	])('refuses %s with a message that names it', async (_, { method, path, body }, named) => {
		const reply = await api.request(method, path(), body);
		expect(reply.status).toBe(400);
		expect(reply.body.message).toContain(named);
		const [entry] = (await sandbox.control.journal()).slice(-1);
		expect(entry).toMatchObject({ accepted: false, status: 400, violation: reply.body.message });
	});

	it('takes a body of 2 MiB and refuses one byte more with 413', async () => {
		const body = (bytes: number) => {
			const empty = JSON.stringify({
				agent_id: AGENT,
				to_number: ordinary(1),
				metadata: { a: '' },
			});
			return empty.replace('""', `"${'x'.repeat(bytes - empty.length)}"`);
		};
		const limit = 2 * 1024 * 1024;
		expect((await api.request('POST', '/v1/call/trigger', body(limit))).status).toBe(202);
		const over = await api.request('POST', '/v1/call/trigger', body(limit + 1));
		expect(over.status).toBe(413);
		expect(over.body.message).toContain('2097152');
	});

	it('wants JSON to be called JSON', async () => {
		const reply = await api.request('POST', '/v1/call/trigger', '{}', {
			'x-api-key': 'sandbox-key',
			'content-type': 'text/plain',
		});
		expect(reply.status).toBe(400);
		expect(reply.body.message).toContain('application/json');
	});

	it.each([
		['none', {}],
		['a wrong one', { 'x-api-key': 'guess' }],
	])('answers 401 to a request whose API key is %s', async (_, headers) => {
		const reply = await api.request('GET', '/v2/webhooks/events', undefined, headers);
		expect(reply.status).toBe(401);
		expect(reply.body.message).toBe('Invalid API key');
	});

	it.each([
		['agent', 'POST', '/v1/call/trigger', { agent_id: NOBODY, to_number: ordinary(1) }],
		['call', 'GET', `/v1/call/${NOBODY}`, undefined],
		['agent of a campaign', 'GET', `/v1/external/campaigns/${NOBODY}`, undefined],
		['campaign', 'GET', `/v1/external/campaigns/${AGENT}/${NOBODY}`, undefined],
		['webhook', 'DELETE', `/v2/webhooks/${NOBODY}`, undefined],
		['path', 'GET', '/v1/agents', undefined],
	])('answers 404 for an unknown %s', async (_, method, path, body) => {
		const reply = await api.request(method, path, body);
		expect(reply.status).toBe(404);
		expect(reply.body.message).toMatch(/not found/i);
	});

	it('would notice an answer of its own that breaks the document', async () => {
		const description = await loadApiDescription();
		const answer = { message: 'Call triggered', status: 'accepted', call_id: NOBODY };
		expect(description.checkAnswer('triggerCall', 202, answer)).toBeNull();
		expect(description.checkAnswer('triggerCall', 202, { ...answer, call_id: 42 })).toContain(
			'call_id',
		);
		expect(description.checkAnswer('triggerCall', 200, answer)).toContain('200');
	});
});
