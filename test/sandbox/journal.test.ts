import { type Sandbox, startSandbox } from '../../sandbox';
import { ApiClient, NOBODY, ordinary } from './support/apiClient';

let sandbox: Sandbox;
let api: ApiClient;

beforeAll(async () => {
	sandbox = await startSandbox({ speed: 0 });
	api = new ApiClient(sandbox);
});
beforeEach(() => sandbox.control.reset());
afterAll(() => sandbox.stop());

describe('the journal', () => {
	it('has every request in the order of arrival, with what was asked and answered', async () => {
		const id = await api.trigger(ordinary(1), { name: 'Jo' });
		await api.request('GET', `/v1/call/${NOBODY}?verbose=1`);
		const campaign = await api.campaign();
		const added = (await campaign.add(ordinary(2), ordinary(3))).body.data.scheduled_call_ids;
		await api.request('GET', '/v1/agents');

		expect(await sandbox.control.journal()).toMatchObject([
			{
				seq: 1,
				method: 'POST',
				path: '/v1/call/trigger',
				operationId: 'triggerCall',
				query: {},
				body: { to_number: ordinary(1), metadata: { name: 'Jo' } },
				status: 202,
				accepted: true,
				fault: null,
				violation: null,
				keyed: true,
				callIds: [id],
			},
			{ seq: 2, operationId: 'getCall', query: { verbose: '1' }, body: null, status: 400 },
			{ seq: 3, operationId: 'createCampaign', status: 201, accepted: true },
			{ seq: 4, operationId: 'addCampaignRecipients', scheduledCallIds: added },
			{ seq: 5, operationId: null, path: '/v1/agents', status: 404, accepted: false },
		]);
	});

	it('never has the API key, nor what else a client is known by', async () => {
		await api.request('GET', '/v2/webhooks', undefined, { 'x-api-key': 'my-secret-key' });
		await api.request('GET', '/v2/webhooks', undefined, {
			'x-api-key': sandbox.apiKey,
			authorization: 'Bearer my-secret-token',
			cookie: 'session=my-secret-session',
		});
		const entries = await sandbox.control.journal();
		expect(entries.map(({ keyed, status }) => ({ keyed, status }))).toEqual([
			{ keyed: false, status: 401 },
			{ keyed: true, status: 200 },
		]);
		expect(JSON.stringify(entries)).not.toMatch(/my-secret|sandbox-key/);
	});

	it('has a body that is not JSON as it came', async () => {
		await api.request('POST', '/v1/call/trigger', '{"to_number":');
		expect(await sandbox.control.journal()).toMatchObject([
			{ body: '{"to_number":', bodyBytes: 13 },
		]);
	});

	it('can be asked for a part, and without bodies', async () => {
		await api.trigger(ordinary(1));
		await api.request('GET', '/v2/webhooks');
		await api.request('GET', `/v1/call/${NOBODY}`);
		const seqs = async (filter: Parameters<typeof sandbox.control.journal>[0]) =>
			(await sandbox.control.journal(filter)).map(({ seq }) => seq);
		expect(await seqs({ operationId: 'listWebhooks' })).toEqual([2]);
		expect(await seqs({ method: 'GET' })).toEqual([2, 3]);
		expect(await seqs({ accepted: false })).toEqual([3]);
		expect(await seqs({ after: 1 })).toEqual([2, 3]);
		expect(
			await sandbox.control.journal({ bodies: false, operationId: 'triggerCall' }),
		).toMatchObject([{ body: null, bodyBytes: expect.any(Number) }]);
	});

	it('tells how many requests were under way at once', async () => {
		await sandbox.control.addFault({ kind: 'slow', ms: 500, times: null });
		await Promise.all([1, 2, 3].map((n) => api.trigger(ordinary(n))));
		await api.trigger(ordinary(4));
		const entries = await sandbox.control.journal();
		expect(entries.map(({ concurrent }) => concurrent)).toEqual([1, 2, 3, 1]);
		for (const { took } of entries) expect(took).toBeGreaterThanOrEqual(490);
	});

	it('does not have requests to the control API', async () => {
		await sandbox.control.calls();
		await sandbox.control.advance(1);
		expect(await sandbox.control.journal()).toEqual([]);
	});
});
