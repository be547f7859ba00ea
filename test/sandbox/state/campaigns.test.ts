import {
	CAMPAIGN_STATUSES,
	type Campaign,
	type CampaignCall,
	type Sandbox,
	startSandbox,
} from '../../../sandbox';
import {
	AGENT,
	ApiClient,
	type CampaignClient,
	type Enveloped,
	ordinary,
	OTHER_AGENT,
} from '../support/apiClient';

let sandbox: Sandbox;
let api: ApiClient;

beforeAll(async () => {
	sandbox = await startSandbox({ speed: 0, checkAnswers: true });
	api = new ApiClient(sandbox);
});
beforeEach(() => sandbox.control.reset());
afterAll(() => sandbox.stop());

interface CallPage {
	calls: CampaignCall[];
	page: number;
	page_size: number;
	total: number;
}

const listCalls = async (campaign: CampaignClient, query = '') =>
	(await api.request<Enveloped<CallPage>>('GET', `${campaign.path}/calls?${query}`)).body.data;

const retryConfig = (...retry_on: string[]) => ({
	retry_config: { max_retries: 2, retry_delay_minutes: 30, retry_on },
});

describe('a campaign', () => {
	it('is a draft without calls at first', async () => {
		const campaign = await api.campaign({ name: 'Spring', ...retryConfig('UNANSWERED') });
		expect(await campaign.now()).toMatchObject({
			id: campaign.id,
			name: 'Spring',
			agent_id: AGENT,
			agent_name: sandbox.agents[0].name,
			status: 'DRAFT',
			...retryConfig('UNANSWERED'),
			call_stats: {
				total: 0,
				finished: 0,
				pending: 0,
				unanswered: 0,
				failed: 0,
				total_duration: '0',
			},
		});
	});

	it('can be renamed and given another retry_config, each alone', async () => {
		const campaign = await api.campaign();
		const put = (body: unknown) =>
			api.request<Enveloped<Campaign>>('PUT', campaign.path, body).then((reply) => reply.body.data);
		expect(await put({ name: 'Summer' })).toMatchObject({ name: 'Summer', retry_config: null });
		expect(await put(retryConfig('FAILED'))).toMatchObject({
			name: 'Summer',
			...retryConfig('FAILED'),
		});
	});

	it('belongs to its agent', async () => {
		const { id } = await api.campaign();
		const elsewhere = `/v1/external/campaigns/${OTHER_AGENT}`;
		expect((await api.request('GET', `${elsewhere}/${id}`)).status).toBe(404);
		const list = await api.request<Enveloped<{ total: number }>>('GET', elsewhere);
		expect(list.body.data.total).toBe(0);
	});

	it('is listed in pages, the newest first', async () => {
		for (const name of ['a', 'b', 'c']) {
			await api.campaign({ name });
			await sandbox.control.advance(1);
		}
		const page = async (query: string) =>
			(
				await api.request<Enveloped<{ campaigns: Campaign[]; page: number; total: number }>>(
					'GET',
					`/v1/external/campaigns/${AGENT}?${query}`,
				)
			).body.data;
		const first = await page('page_size=2');
		expect(first).toMatchObject({ page: 1, page_size: 2, total: 3 });
		expect(first.campaigns.map(({ name }) => name)).toEqual(['c', 'b']);
		expect((await page('page_size=2&page=2')).campaigns.map(({ name }) => name)).toEqual(['a']);
		expect((await page('page=9')).campaigns).toEqual([]);
	});
});

describe('the lifecycle', () => {
	const actions = {
		add: { from: ['DRAFT', 'PAUSED'], to: null },
		start: { from: ['DRAFT', 'PAUSED'], to: 'IN_PROGRESS' },
		stop: { from: ['IN_PROGRESS'], to: 'PAUSED' },
		cancel: { from: ['DRAFT', 'SCHEDULED', 'IN_PROGRESS', 'PAUSED'], to: 'CANCELLED' },
	} as const;
	const cases = (['add', 'start', 'stop', 'cancel'] as const).flatMap((action) =>
		CAMPAIGN_STATUSES.map((status) => [action, status] as const),
	);

	const act = (campaign: CampaignClient, action: keyof typeof actions) =>
		action === 'add' ? campaign.add(ordinary(1)) : campaign.act(action);

	it.each(cases)('%s from %s is allowed or forbidden as documented', async (action, status) => {
		const campaign = await api.campaign();
		await sandbox.control.setCampaignStatus(campaign.id, status);
		const reply = await act(campaign, action);
		const { from, to } = actions[action];
		if (from.some((allowed) => allowed === status)) {
			expect(reply.status).toBeLessThan(300);
			expect((await campaign.now()).status).toBe(to ?? status);
		} else {
			expect(reply.status).toBe(409);
			expect(reply.body.message).toContain(status);
			expect((await campaign.now()).status).toBe(status);
			expect((await campaign.now()).call_stats.total).toBe(0);
		}
	});

	it('answers a forbidden transition with 400 when told to', async () => {
		await sandbox.control.setSettings({ forbiddenTransition: 400 });
		expect((await (await api.campaign()).act('stop')).status).toBe(400);
	});
});

describe('a started campaign', () => {
	it('calls its recipients and is finished', async () => {
		const campaign = await api.campaign();
		const { scheduled_call_ids } = (
			await campaign.add('+14155550100', '+14155550101', '+14155550104')
		).body.data;
		await campaign.act('start');
		await sandbox.control.advance(60);
		expect(await campaign.now()).toMatchObject({
			status: 'FINISHED',
			call_stats: {
				total: 3,
				finished: 1,
				pending: 0,
				unanswered: 1,
				failed: 1,
				total_duration: '6',
			},
		});
		const { calls } = await listCalls(campaign, 'sort_dir=asc');
		expect(calls.map(({ id, status, duration }) => ({ id, status, duration }))).toEqual([
			{ id: scheduled_call_ids[0], status: 'CALL_FINISHED', duration: 6 },
			{ id: scheduled_call_ids[1], status: 'UNANSWERED', duration: 0 },
			{ id: scheduled_call_ids[2], status: 'FAILED', duration: 0 },
		]);
	});

	it('gives every recipient an id, in their order, under which the call can be looked up', async () => {
		const campaign = await api.campaign();
		const reply = await api.request<Enveloped<{ scheduled_call_ids: string[] }>>(
			'POST',
			`${campaign.path}/scheduled-calls`,
			{
				phone_numbers: [
					{ to_number: ordinary(1), call_variables: { row: 1 } },
					{ to_number: ordinary(2) },
					{ to_number: ordinary(1), call_variables: { row: 3 } },
				],
			},
		);
		const variables = [];
		for (const id of reply.body.data.scheduled_call_ids) {
			const call = await api.request<Enveloped<{ call_variables: unknown }>>(
				'GET',
				`/v1/call/${id}`,
			);
			variables.push(call.body.data.call_variables);
		}
		expect(variables).toEqual([{ row: 1 }, null, { row: 3 }]);
	});

	it('calls at most ten at a time', async () => {
		const campaign = await api.campaign();
		await campaign.add(...Array.from({ length: 25 }, (_, n) => ordinary(n)));
		await campaign.act('start');
		const underWay = [];
		for (const seconds of [5, 9, 9]) {
			await sandbox.control.advance(seconds);
			underWay.push((await listCalls(campaign, 'status=ONGOING')).total);
		}
		expect(underWay).toEqual([10, 10, 5]);
	});

	it('calls nobody new while it is paused, and goes on when started again', async () => {
		const campaign = await api.campaign();
		await campaign.add(...Array.from({ length: 25 }, (_, n) => ordinary(n)));
		await campaign.act('start');
		await sandbox.control.advance(5);
		await campaign.act('stop');
		await sandbox.control.advance(3600);
		expect(await campaign.now()).toMatchObject({
			status: 'PAUSED',
			call_stats: { finished: 10, pending: 15 },
		});
		await campaign.add(ordinary(99));
		await campaign.act('start');
		await sandbox.control.advance(3600);
		expect(await campaign.now()).toMatchObject({
			status: 'FINISHED',
			call_stats: { finished: 26 },
		});
	});

	it('calls nobody new once it is cancelled', async () => {
		const campaign = await api.campaign(retryConfig('UNANSWERED'));
		await campaign.add('+14155550101', ...Array.from({ length: 24 }, (_, n) => ordinary(n)));
		await campaign.act('start');
		await sandbox.control.advance(5);
		await campaign.act('cancel');
		await sandbox.control.advance(24 * 3600);
		expect(await campaign.now()).toMatchObject({
			status: 'CANCELLED',
			call_stats: { total: 25, finished: 9, unanswered: 1, pending: 15 },
		});
	});

	it('calls again, after the delay, those whose outcome is in retry_on', async () => {
		const campaign = await api.campaign(retryConfig('UNANSWERED', 'VOICEMAIL'));
		await campaign.add('+14155550107', '+14155550103', '+14155550102');
		await campaign.act('start');
		await sandbox.control.advance(29 * 60);
		expect(await campaign.now()).toMatchObject({ status: 'IN_PROGRESS' });
		expect(
			(await sandbox.control.calls()).map(({ status, retry }) => `${status} ${retry}`),
		).toEqual(['UNANSWERED 0', 'VOICEMAIL 0', 'REJECTED 0', 'PENDING 1', 'PENDING 1']);
		await sandbox.control.advance(3 * 3600);
		const outcomes = (await sandbox.control.calls()).map(
			({ to_number, status, retry }) => `${to_number.slice(-2)} ${status} ${retry}`,
		);
		expect(outcomes.sort()).toEqual([
			'02 REJECTED 0',
			'03 VOICEMAIL 0',
			'03 VOICEMAIL 1',
			'03 VOICEMAIL 2',
			'07 CALL_FINISHED 1',
			'07 UNANSWERED 0',
		]);
		expect((await campaign.now()).status).toBe('FINISHED');
	});

	it('refuses all recipients of a request when the API refuses the number of one', async () => {
		const campaign = await api.campaign();
		expect((await campaign.add(ordinary(1), '+14155550110')).status).toBe(400);
		expect((await campaign.now()).call_stats.total).toBe(0);
	});
});

describe("a campaign's calls", () => {
	it('can be filtered and sorted, page by page', async () => {
		const campaign = await api.campaign();
		await campaign.add('+14155550101', '+14155550103', '+14155550100', '+14165550100');
		await campaign.act('start');
		await sandbox.control.advance(60);
		const numbers = async (query: string) =>
			(await listCalls(campaign, query)).calls.map((call) => call.to_number.slice(2));

		expect(await numbers('')).toEqual(['4165550100', '4155550100', '4155550103', '4155550101']);
		expect(await numbers('sort_dir=asc&page_size=3&page=2')).toEqual(['4165550100']);
		expect(await numbers('search=416')).toEqual(['4165550100']);
		expect(await numbers('status=VOICEMAIL')).toEqual(['4155550103']);
		expect(await numbers('duration_min=3&duration_max=5')).toEqual(['4155550103']);
		expect(await numbers('duration_max=0')).toEqual(['4155550101']);
		expect(await numbers('sort_by=duration&sort_dir=asc')).toEqual([
			'4155550101',
			'4155550103',
			'4155550100',
			'4165550100',
		]);
		expect(await numbers('sort_by=started_at&page_size=1&page=4')).toEqual(['4155550101']);
		expect(await listCalls(campaign, 'search=415&page_size=2')).toMatchObject({
			page: 1,
			page_size: 2,
			total: 3,
		});
	});

	it('are sorted anew when one has changed', async () => {
		const campaign = await api.campaign();
		await campaign.add('+14155550105', '+14155550100');
		await campaign.act('start');
		const first = async () =>
			(await listCalls(campaign, 'sort_by=updated_at&page_size=1')).calls[0].to_number;
		await sandbox.control.advance(10);
		expect(await first()).toBe('+14155550100');
		await sandbox.control.advance(60);
		expect(await first()).toBe('+14155550105');
	});
});

describe('100,000 recipients', () => {
	it('are taken in 20 requests, called, and read back in pages', async () => {
		const campaign = await api.campaign();
		for (let n = 0; n < 100_000; n += 5000) {
			const numbers = Array.from({ length: 5000 }, (_, i) => ordinary(n + i));
			expect((await campaign.add(...numbers)).status).toBe(201);
		}
		await campaign.act('start');
		await sandbox.control.advance(48 * 3600);
		expect(await campaign.now()).toMatchObject({
			status: 'FINISHED',
			call_stats: { total: 100_000, finished: 100_000 },
		});
		const last = await listCalls(campaign, 'page_size=100&page=1000&status=CALL_FINISHED');
		expect(last.total).toBe(100_000);
		expect(last.calls[99].to_number).toBe(ordinary(0));
	});
});
