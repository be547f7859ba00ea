import { DIALECT_NAMES, type DialectName, type Sandbox, startSandbox } from '../../sandbox';
import {
	AGENT,
	ApiClient,
	CampaignClient,
	NOBODY,
	ordinary,
	type Reply,
} from './support/apiClient';
import { startWebhookReceiver, type WebhookReceiver } from './support/webhookReceiver';

let sandbox: Sandbox;
let api: ApiClient;
let receiver: WebhookReceiver;

beforeAll(async () => {
	sandbox = await startSandbox({ speed: 0, checkAnswers: true });
	api = new ApiClient(sandbox);
	receiver = await startWebhookReceiver();
});
beforeEach(async () => {
	await sandbox.control.reset();
	receiver.received.length = 0;
});
afterAll(async () => {
	await sandbox.stop();
	await receiver.stop();
});

const speak = async (dialect: DialectName) => await sandbox.control.setSettings({ dialect });

const CAMPAIGNS = `/v1/external/campaigns/${AGENT}`;

const trigger = async () =>
	await api.request<unknown>('POST', '/v1/call/trigger', {
		agent_id: AGENT,
		to_number: ordinary(1),
	});
const createWebhook = async () =>
	await api.request<unknown>('POST', '/v2/webhooks', {
		agent_id: AGENT,
		name: 'CRM',
		url: receiver.url,
		events: ['CALL_STARTED', 'CALL_FINISHED'],
	});

const callId = async () => (await sandbox.control.calls())[0].id;
const campaignId = async () => (await sandbox.control.campaigns())[0].id;
const numberOf = (uuid: string) => parseInt(uuid.slice(-12), 16);

/** Everything that can be asked once, in an order in which each finds what it needs. */
async function askAll(): Promise<Record<string, Reply<unknown>>> {
	const replies: Record<string, Reply<unknown>> = {};
	const ask = async (name: string, method: string, path: string, body?: unknown) => {
		replies[name] = await api.request<unknown>(method, path, body);
	};
	replies.triggerCall = await trigger();
	const call = await callId();
	await ask('createCampaign', 'POST', CAMPAIGNS, { name: 'Spring' });
	const campaign = `${CAMPAIGNS}/${await campaignId()}`;
	await ask('addCampaignRecipients', 'POST', `${campaign}/scheduled-calls`, {
		phone_numbers: [{ to_number: ordinary(2) }],
	});
	await ask('stopDraft', 'POST', `${campaign}/stop`);
	await ask('startCampaign', 'POST', `${campaign}/start`);
	await ask('stopCampaign', 'POST', `${campaign}/stop`);
	await ask('updateCampaign', 'PUT', campaign, { name: 'Summer' });
	await ask('getCampaign', 'GET', campaign);
	await ask('listCampaigns', 'GET', CAMPAIGNS);
	await ask('listCampaignCalls', 'GET', `${campaign}/calls`);
	await ask('cancelCampaign', 'POST', `${campaign}/cancel`);
	replies.createWebhook = await createWebhook();
	const webhook = `/v2/webhooks/${(await sandbox.control.webhooks())[0].id}`;
	await ask('getWebhook', 'GET', webhook);
	await ask('updateWebhook', 'PUT', webhook, { name: 'ERP' });
	await ask('listWebhooks', 'GET', '/v2/webhooks');
	await ask('listWebhookEvents', 'GET', '/v2/webhooks/events');
	await ask('deleteWebhook', 'DELETE', webhook);
	await ask('getCall', 'GET', `/v1/call/${call}`);
	await ask('unknownCall', 'GET', `/v1/call/${NOBODY}`);
	return replies;
}

describe.each(DIALECT_NAMES)('in the dialect %s', (dialect) => {
	it('everything is done as in the documented one', async () => {
		await speak(dialect);
		const replies = Object.entries(await askAll());
		const refused = replies.filter(([, { status }]) => status >= 400).map(([name]) => name);
		expect(refused).toEqual(['stopDraft', 'unknownCall']);
		expect(await sandbox.control.calls()).toHaveLength(2);
		expect(await sandbox.control.campaigns()).toMatchObject([
			{ name: 'Summer', status: 'CANCELLED' },
		]);
		expect(await sandbox.control.webhooks()).toEqual([]);
	});

	it('no answer breaks the document before it is put into the dialect', async () => {
		await speak(dialect);
		for (const { text } of Object.values(await askAll())) {
			expect(text).not.toContain('breaks its own API description');
		}
	});
});

describe('the answer to a placed call', () => {
	it.each<[DialectName, number, (id: string) => object]>([
		['documented', 202, (id) => ({ message: 'Call triggered', status: 'accepted', call_id: id })],
		['openapi', 200, (id) => ({ message: 'Call triggered', status: 'accepted', id })],
		['data-id', 200, (id) => ({ message: 'Call triggered', data: { id } })],
		['whole', 202, (id) => ({ message: 'Call triggered', data: { call_id: id } })],
		['mixed-case', 202, (id) => ({ message: 'Call triggered', status: 'Accepted', call_id: id })],
		[
			'numbers',
			202,
			(id) => ({ message: 'Call triggered', status: 'accepted', call_id: numberOf(id) }),
		],
		['digits', 202, (id) => ({ message: 'Call triggered', data: { id: String(numberOf(id)) } })],
	])('in the dialect %s is a %i with the id', async (dialect, status, body) => {
		await speak(dialect);
		const reply = await trigger();
		expect(reply.status).toBe(status);
		expect(reply.body).toEqual(body(await callId()));
	});

	it.each<DialectName>(['numbers', 'digits'])(
		'in the dialect %s has an id under which the call is found',
		async (dialect) => {
			await speak(dialect);
			await trigger();
			const reply = await api.request<object>('GET', `/v1/call/${numberOf(await callId())}`);
			expect(reply.status).toBe(200);
			expect((await api.request('GET', '/v1/call/1')).status).toBe(400);
		},
	);

	it.each<DialectName>(['numbers', 'digits'])(
		'in the dialect %s has the id that lists and recipients have',
		async (dialect) => {
			const campaign = await api.campaign();
			await speak(dialect);
			const added = await campaign.add(ordinary(3));
			const { body } = await api.request('GET', `${campaign.path}/calls`);
			const id = numberOf(await callId());
			const told = dialect === 'digits' ? String(id) : id;
			expect(added.body).toMatchObject({ data: { scheduled_call_ids: [told] } });
			expect(body).toMatchObject({ data: { calls: [{ id: told, to_number: ordinary(3) }] } });
		},
	);
});

describe('the answer to a created campaign', () => {
	const whole = async () => (await sandbox.control.campaigns())[0];

	it.each<[DialectName, number, () => Promise<object>]>([
		['documented', 201, async () => ({ data: { campaign_id: await campaignId() } })],
		['openapi', 200, whole],
		['bare', 201, async () => ({ campaign_id: await campaignId() })],
		['data-id', 200, async () => ({ data: { id: await campaignId() } })],
		['whole', 201, async () => ({ data: await whole() })],
	])('in the dialect %s is a %i', async (dialect, status, body) => {
		await speak(dialect);
		const reply = await api.request('POST', CAMPAIGNS, { name: 'Spring' });
		expect(reply.status).toBe(status);
		const { message, ...rest } = reply.body;
		expect(rest).toEqual(await body());
		expect(message).toBe(dialect === 'openapi' ? undefined : 'Campaign created');
	});
});

describe("a created webhook's secret", () => {
	it.each<[DialectName, (secret: string) => object]>([
		['documented', (secret) => ({ data: { name: 'CRM', secret } })],
		['openapi', (secret) => ({ name: 'CRM', secret })],
		['bare', (secret) => ({ message: 'Webhook created', name: 'CRM', secret })],
		['data-id', (secret) => ({ data: { name: 'CRM' }, secret })],
	])('in the dialect %s', async (dialect, body) => {
		await speak(dialect);
		const reply = await createWebhook();
		const [{ secret }] = await sandbox.control.webhooks();
		expect(reply.body).toMatchObject(body(secret));
		expect(reply.text.split(secret)).toHaveLength(2);
	});
});

describe('a list', () => {
	it.each<[DialectName, object]>([
		['documented', { data: { campaigns: [{ name: 'Spring' }], page: 1, total: 1 } }],
		['openapi', [{ name: 'Spring' }]],
		['bare', { campaigns: [{ name: 'Spring' }], page: 1, total: 1 }],
		['data-id', { data: { items: [{ name: 'Spring' }], page: 1, total: 1 } }],
		['whole', { data: [{ name: 'Spring' }] }],
	])('in the dialect %s', async (dialect, body) => {
		await api.campaign();
		await speak(dialect);
		expect((await api.request('GET', CAMPAIGNS)).body).toMatchObject(body);
	});

	it.each<[DialectName, object]>([
		['openapi', ['CALL_STARTED', 'CALL_FINISHED', 'CALL_FAILED']],
		['lowercase', { data: { events: [{ event_type: 'call_started' }, {}, {}] } }],
		['data-id', { data: { items: [{ event_type: 'CALL_STARTED' }, {}, {}] } }],
	])('of event types in the dialect %s', async (dialect, body) => {
		await speak(dialect);
		expect((await api.request('GET', '/v2/webhooks/events')).body).toMatchObject(body);
	});
});

describe('what needs no data', () => {
	it.each<[DialectName, number, string]>([
		['message-only', 200, '{"message":"Campaign started"}'],
		['sparse', 200, ''],
		['no-content', 204, ''],
		['openapi', 200, ''],
	])('in the dialect %s is answered with %i and "%s"', async (dialect, status, text) => {
		const campaign = await api.campaign();
		await speak(dialect);
		expect((await campaign.add(ordinary(1))).text).toBe(
			text.replace('Campaign started', 'Calls scheduled'),
		);
		expect(await campaign.act('start')).toMatchObject({ status, text });
		await createWebhook();
		const [{ id }] = await sandbox.control.webhooks();
		const deleted = await api.request('DELETE', `/v2/webhooks/${id}`);
		expect(deleted).toMatchObject({
			status,
			text: text.replace('Campaign started', 'Webhook deleted'),
		});
	});
});

describe('statuses', () => {
	it.each<[DialectName, string, string]>([
		['documented', 'DRAFT', 'UNANSWERED'],
		['lowercase', 'draft', 'unanswered'],
		['mixed-case', 'Draft', 'Unanswered'],
	])('in the dialect %s are spelled like %s', async (dialect, draft, unanswered) => {
		await speak(dialect);
		const { id } = await api.campaign({
			retry_config: { max_retries: 1, retry_delay_minutes: 1, retry_on: ['UNANSWERED'] },
		});
		expect(await new CampaignClient(api, id).now()).toMatchObject({
			status: draft,
			retry_config: { retry_on: [unanswered] },
		});
	});

	it('are respelled, what a caller has named "status" is not', async () => {
		await speak('lowercase');
		const id = await api.trigger(ordinary(1), { status: 'VIP' });
		const { body } = await api.request('GET', `/v1/call/${id}`);
		expect(body).toMatchObject({ data: { status: 'pending', call_variables: { status: 'VIP' } } });
	});
});

describe('a refusal', () => {
	it.each<[DialectName, object]>([
		['documented', { message: 'Invalid API key' }],
		['bare', { error: 'Invalid API key' }],
		['whole', { detail: 'Invalid API key' }],
		['wrapped-errors', { error: { message: 'Invalid API key' } }],
		['error-list', { errors: [{ message: 'Invalid API key' }] }],
		['numbers', { errors: ['Invalid API key'] }],
	])('in the dialect %s is %j, one that a fault makes too', async (dialect, body) => {
		await speak(dialect);
		const unkeyed = await api.request('GET', '/v2/webhooks', undefined, {});
		expect(unkeyed).toMatchObject({ status: 401, body });
		await sandbox.control.addFault({ kind: '401', status: 403 });
		expect(await trigger()).toMatchObject({ status: 403, body });
	});

	it.each<[DialectName, number, number]>([
		['documented', 409, 404],
		['bare', 400, 404],
		['lowercase', 422, 404],
		['whole', 409, 410],
	])('in the dialect %s has the status %i or %i', async (dialect, forbidden, notFound) => {
		const campaign = await api.campaign();
		await speak(dialect);
		expect((await campaign.act('stop')).status).toBe(forbidden);
		expect((await api.request('GET', `/v1/call/${NOBODY}`)).status).toBe(notFound);
	});
});

describe('a delivery', () => {
	const payloads = () => receiver.received.map(({ body }) => JSON.parse(body) as object);

	it.each<[DialectName, (id: string) => object]>([
		[
			'documented',
			(id) => ({ event: 'CALL_FINISHED', data: { call_id: id, status: 'CALL_FINISHED' } }),
		],
		['openapi', (id) => ({ type: 'call.finished', data: { id, status: 'CALL_FINISHED' } })],
		['bare', (id) => ({ event: 'CALL_FINISHED', call_id: id })],
		[
			'lowercase',
			(id) => ({ event: 'call_finished', data: { call_id: id, status: 'call_finished' } }),
		],
		['digits', (id) => ({ data: { call_id: String(numberOf(id)) } })],
		['numbers', (id) => ({ data: { call_id: numberOf(id) } })],
	])('in the dialect %s', async (dialect, payload) => {
		await speak(dialect);
		await createWebhook();
		await trigger();
		await sandbox.control.advance(60);
		expect(payloads()[1]).toMatchObject(payload(await callId()));
	});

	it('can differ from the dialect in what is set with it, and is documented again with it', async () => {
		const { control } = sandbox;
		await control.setSettings({ dialect: 'openapi', deliveries: { payload: 'flat' } });
		expect((await control.settings()).deliveries).toMatchObject({
			payload: 'flat',
			eventNames: 'dotted',
		});
		await speak('documented');
		expect((await control.settings()).deliveries).toMatchObject({
			payload: 'nested',
			eventNames: 'documented',
		});
	});
});

it('a fault changes what is told before it is put into the dialect', async () => {
	const campaign = await api.campaign();
	await speak('bare');
	await sandbox.control.addFault({ kind: 'no-ids' });
	expect((await campaign.add(ordinary(1))).body).toEqual({
		message: 'Calls scheduled',
		scheduled_call_ids: [],
	});
});

it('refuses an unknown dialect', async () => {
	await expect(speak('xml' as DialectName)).rejects.toThrow('400');
});
