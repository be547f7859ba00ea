import { type Sandbox, startSandbox, type Webhook } from '../../../sandbox';
import { AGENT, ApiClient, type Enveloped, NOBODY, OTHER_AGENT } from '../support/apiClient';

let sandbox: Sandbox;
let api: ApiClient;

beforeAll(async () => {
	sandbox = await startSandbox({ speed: 0, checkAnswers: true });
	api = new ApiClient(sandbox);
});
beforeEach(() => sandbox.control.reset());
afterAll(() => sandbox.stop());

const wanted = {
	agent_id: AGENT,
	name: 'n8n',
	url: 'https://n8n.example/webhook/1',
	events: ['CALL_STARTED'],
};

const create = async (change: Record<string, unknown> = {}) => {
	const body = { ...wanted, ...change };
	const reply = await api.request<Enveloped<Webhook & { secret: string }>>(
		'POST',
		'/v2/webhooks',
		body,
	);
	return reply.body.data;
};

const list = async (query = '') =>
	(
		await api.request<{ data: { webhooks: Webhook[]; total_count: number } }>(
			'GET',
			`/v2/webhooks${query}`,
		)
	).body.data;

describe('a webhook', () => {
	it('has no options, no headers and is active unless told otherwise', async () => {
		expect(await create()).toMatchObject({
			...wanted,
			data_options: { include_transcript: false, include_recording_url: false },
			custom_headers: {},
			is_active: true,
		});
	});

	it('shows its secret in the answer to its creation and nowhere else', async () => {
		const { id, secret } = await create();
		expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
		const answers = [
			await api.request('GET', `/v2/webhooks/${id}`),
			await api.request('GET', '/v2/webhooks'),
			await api.request('PUT', `/v2/webhooks/${id}`, { name: 'renamed' }),
		];
		expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
		for (const { text } of answers) expect(text).not.toContain(secret.slice(0, 12));
	});

	it('is listed for its agent only', async () => {
		const { id } = await create();
		await create({ agent_id: OTHER_AGENT });
		expect(await list()).toMatchObject({ total_count: 2 });
		expect(await list(`?agent_id=${AGENT}`)).toMatchObject({ total_count: 1, webhooks: [{ id }] });
		expect(await list(`?agent_id=${NOBODY}`)).toMatchObject({ total_count: 0, webhooks: [] });
	});

	it('is changed in what is sent and stays as it is otherwise', async () => {
		const { id } = await create({
			data_options: { include_transcript: true },
			custom_headers: { a: '1', b: '2' },
		});
		const put = (body: unknown) =>
			api.request<Enveloped<Webhook>>('PUT', `/v2/webhooks/${id}`, body);
		const change = {
			name: 'renamed',
			url: 'https://n8n.example/webhook/2',
			events: ['CALL_FAILED'],
			custom_headers: { a: '3' },
			is_active: false,
		};
		expect((await put(change)).body.data).toMatchObject({
			id,
			agent_id: AGENT,
			...change,
			data_options: { include_transcript: true, include_recording_url: false },
		});
		expect((await put({ agent_id: OTHER_AGENT })).status).toBe(400);
	});

	it('is gone once deleted', async () => {
		const { id } = await create();
		const deletion = await api.request('DELETE', `/v2/webhooks/${id}`);
		expect(deletion).toMatchObject({ status: 200, body: { message: expect.any(String) } });
		expect((await api.request('GET', `/v2/webhooks/${id}`)).status).toBe(404);
		expect((await api.request('DELETE', `/v2/webhooks/${id}`)).status).toBe(404);
		expect((await list()).total_count).toBe(0);
	});

	it('can be told to answer its deletion with an empty 204', async () => {
		await sandbox.control.setSettings({ deleteWebhook: 'empty' });
		const { id } = await create();
		expect(await api.request('DELETE', `/v2/webhooks/${id}`)).toMatchObject({
			status: 204,
			text: '',
		});
	});

	it('cannot be created for an unknown agent', async () => {
		const reply = await api.request('POST', '/v2/webhooks', { ...wanted, agent_id: NOBODY });
		expect(reply.status).toBe(404);
	});
});

it('lists the three event types; only CALL_FINISHED has data options', async () => {
	const reply = await api.request<{
		data: { events: Array<{ event_type: string; available_data_options: string[] }> };
	}>('GET', '/v2/webhooks/events');
	const options = reply.body.data.events.map((event) => [
		event.event_type,
		event.available_data_options,
	]);
	expect(options).toEqual([
		['CALL_STARTED', []],
		['CALL_FINISHED', ['include_transcript', 'include_recording_url']],
		['CALL_FAILED', []],
	]);
});
