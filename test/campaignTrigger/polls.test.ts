import type { IDataObject, NodeParameterValueType } from 'n8n-workflow';

import { startSandbox, type Sandbox } from '../../sandbox';
import {
	AGENT,
	ApiClient,
	NOBODY,
	ordinary,
	type CampaignClient,
} from '../sandbox/support/apiClient';
import { campaignTriggerNode, PollHost } from './pollHost';

/** Numbers of the sandbox that are not picked up, and one that is picked up the second time. */
const UNANSWERED = '+14155550101';
const FAILS = '+14155550104';

let sandbox: Sandbox;
let api: ApiClient;

beforeAll(async () => {
	sandbox = await startSandbox({ speed: 0, checkAnswers: true });
	api = new ApiClient(sandbox);
});

beforeEach(async () => await sandbox.control.reset());

afterAll(async () => await sandbox.stop());

const hostOf = (parameters: Record<string, NodeParameterValueType> = {}, baseUrl = sandbox.url) =>
	new PollHost([campaignTriggerNode({ agentId: AGENT, ...parameters })], {
		apiKey: sandbox.apiKey,
		baseUrl,
	});

async function published(parameters: Record<string, NodeParameterValueType> = {}) {
	const host = hostOf(parameters);
	await host.publish();
	return host;
}

async function launched(...numbers: string[]): Promise<CampaignClient> {
	const campaign = await api.campaign({ name: 'Spring' });
	await campaign.add(...numbers);
	await campaign.act('start');
	return campaign;
}

const { advance } = {
	advance: async (seconds: number) => await sandbox.control.advance(seconds),
};

const reported = (events: IDataObject[]) =>
	events.map(({ event, status }) => `${String(event).replace('CAMPAIGN_', '')} ${String(status)}`);

/** The requests of what is done meanwhile. */
async function requestsOf(work: () => Promise<unknown>): Promise<string[]> {
	const before = await sandbox.control.journal({ bodies: false });
	const after = before.at(-1)?.seq ?? 0;
	await work();
	const entries = await sandbox.control.journal({ bodies: false, after });
	return entries.map(({ operationId }) => String(operationId));
}

describe('a published Samora Campaign Trigger', () => {
	it('tells what becomes of a campaign, from its creation to its end, in the order of the times', async () => {
		const host = await published();
		const campaign = await api.campaign({ name: 'Spring' });
		await host.poll();
		await campaign.add(ordinary(1), UNANSWERED);
		await campaign.act('start');
		await host.poll();
		await advance(60);
		await host.poll();
		expect(reported(host.events)).toEqual([
			'STATUS_CHANGED DRAFT',
			'STATUS_CHANGED IN_PROGRESS',
			'CALL_ENDED UNANSWERED',
			'CALL_ENDED CALL_FINISHED',
			'STATUS_CHANGED FINISHED',
		]);
		expect(host.events.map(({ previous_status }) => previous_status)).toEqual([
			null,
			'DRAFT',
			undefined,
			undefined,
			'IN_PROGRESS',
		]);
		expect(host.events[2]).toMatchObject({
			event: 'CAMPAIGN_CALL_ENDED',
			outcome: 'unanswered',
			to_number: UNANSWERED,
			campaign_id: campaign.id,
			campaign_name: 'Spring',
		});
		const { data } = (await api.request<{ data: IDataObject }>('GET', campaign.path)).body;
		expect(host.events[4]).toEqual({
			...data,
			event: 'CAMPAIGN_STATUS_CHANGED',
			previous_status: 'IN_PROGRESS',
		});
		expect(await host.poll()).toEqual([]);
	});

	it('does not tell what was before it was published', async () => {
		await launched(ordinary(1), ordinary(2));
		await advance(60);
		await launched(ordinary(3), '+14155550106');
		await advance(20);
		const host = await published();
		await host.poll();
		expect(host.events).toEqual([]);
		await advance(600);
		await host.poll();
		expect(reported(host.events)).toEqual(['CALL_ENDED CALL_FINISHED', 'STATUS_CHANGED FINISHED']);
	});

	it('tells calls that were going on when the campaign was stopped or cancelled', async () => {
		const host = await published();
		const [stopped, cancelled] = [await launched(ordinary(1)), await launched(ordinary(2))];
		await host.poll();
		await stopped.act('stop');
		await cancelled.act('cancel');
		await host.poll();
		await advance(60);
		await host.poll();
		expect(reported(host.batches[2] ?? [])).toEqual([
			'CALL_ENDED CALL_FINISHED',
			'CALL_ENDED CALL_FINISHED',
		]);
	});

	it('tells a call that is retried as two ends', async () => {
		const host = await published({ events: ['CAMPAIGN_CALL_ENDED'] });
		const campaign = await api.campaign({
			retry_config: { max_retries: 1, retry_delay_minutes: 1, retry_on: ['UNANSWERED'] },
		});
		await campaign.add('+14155550107');
		await campaign.act('start');
		for (let polls = 0; polls < 4; polls++) {
			await advance(40);
			await host.poll();
		}
		expect(reported(host.events)).toEqual(['CALL_ENDED UNANSWERED', 'CALL_ENDED CALL_FINISHED']);
	});

	it('watches the one campaign that is chosen', async () => {
		const [one, other] = [await launched(ordinary(1)), await launched(ordinary(2))];
		const host = await published({ campaignId: { __rl: true, mode: 'id', value: one.id } });
		await advance(60);
		expect(await requestsOf(async () => await host.poll())).toEqual([
			'getCampaign',
			'listCampaignCalls',
		]);
		expect(host.events.map(({ campaign_id, id }) => campaign_id ?? id)).toEqual([one.id, one.id]);
		expect(host.events).not.toContainEqual(expect.objectContaining({ campaign_id: other.id }));
	});

	it('tells only what the options ask for, however it is written', async () => {
		const host = await published({
			options: { statuses: ['FINISHED'], callStatuses: ['unanswered', 'FAILED'] },
		});
		await launched(ordinary(1), UNANSWERED, FAILS);
		await host.poll();
		await advance(60);
		await host.poll();
		expect(reported(host.events)).toEqual([
			'CALL_ENDED FAILED',
			'CALL_ENDED UNANSWERED',
			'STATUS_CHANGED FINISHED',
		]);
	});

	it('adds what is known of each ended call', async () => {
		const host = await published({
			events: ['CAMPAIGN_CALL_ENDED'],
			options: { includeDetails: true },
		});
		await launched(ordinary(1));
		await advance(60);
		await sandbox.control.addFault({ operationId: 'getCall', kind: '503', times: 1 });
		await host.poll();
		expect(host.events).toEqual([
			expect.objectContaining({
				event: 'CAMPAIGN_CALL_ENDED',
				to_number: ordinary(1),
				outcome: 'finished',
				call_id: host.events[0]?.id,
				recording_url: expect.stringContaining('http'),
				call_variables: null,
			}),
		]);
	});

	it('begins anew when it was unpublished meanwhile, and goes on when it is only changed', async () => {
		const host = await published({ events: ['CAMPAIGN_CALL_ENDED'] });
		await launched(ordinary(1));
		await advance(60);
		await host.publish('update');
		expect(host.events).toHaveLength(1);
		await launched(ordinary(2));
		await advance(60);
		await host.publish('activate');
		await host.poll();
		expect(host.events).toHaveLength(1);
	});

	it('shows what happened last in the editor, and changes nothing by it', async () => {
		const host = await published();
		await launched(ordinary(1), UNANSWERED);
		await advance(60);
		const { stored } = host;
		expect(reported(await host.fetchTestEvent())).toEqual([
			'CALL_ENDED CALL_FINISHED',
			'CALL_ENDED UNANSWERED',
			'STATUS_CHANGED FINISHED',
		]);
		expect(host.stored).toBe(stored);
		expect(await host.poll()).toHaveLength(3);
	});

	it('says in the editor that there is nothing to show', async () => {
		await expect(hostOf().fetchTestEvent()).rejects.toThrow("There's nothing to show yet");
	});
});

describe('what goes wrong', () => {
	it.each([
		'429',
		'500',
		'503',
		'reset-before',
		'html',
		'truncated',
		'malformed',
		'empty',
	] as const)(
		'%s of the list and of the calls is made up for by the next poll, and logged',
		async (kind) => {
			const host = await published();
			await launched(ordinary(1));
			await advance(60);
			await sandbox.control.addFault({ operationId: 'listCampaigns', kind, times: 3 });
			await sandbox.control.addFault({ operationId: 'listCampaignCalls', kind, times: 3 });
			expect(await host.poll()).toEqual([]);
			expect(await host.poll()).toEqual([]);
			expect(host.thrown).toEqual([]);
			expect(host.warnings).toHaveLength(2);
			expect(reported(await host.poll())).toEqual([
				'CALL_ENDED CALL_FINISHED',
				'STATUS_CHANGED FINISHED',
			]);
		},
		30_000,
	);

	it('what could be read of other campaigns is reported', async () => {
		const host = await published({ events: ['CAMPAIGN_CALL_ENDED'] });
		const [lost, read] = [await launched(ordinary(1)), await launched(ordinary(2))];
		await advance(60);
		await sandbox.control.addFault({ kind: '500', times: 3, match: `${lost.id}/calls` });
		expect((await host.poll()).map(({ campaign_id }) => campaign_id)).toEqual([read.id]);
		expect((await host.poll()).map(({ campaign_id }) => campaign_id)).toEqual([lost.id]);
	}, 30_000);

	it('does not go on asking for other campaigns while Samora says that there are too many requests', async () => {
		const host = await published({ events: ['CAMPAIGN_CALL_ENDED'] });
		for (let n = 0; n < 20; n++) await launched(ordinary(n));
		await advance(60);
		await sandbox.control.addFault({ kind: '429', times: null, operationId: 'listCampaignCalls' });
		const requests = await requestsOf(async () => await host.poll());
		// The list, and five at a time, each tried three times.
		expect(requests.length).toBeLessThanOrEqual(2 + 5 * 3);
		await sandbox.control.clearFaults();
		expect(await host.poll()).toHaveLength(20);
	}, 30_000);

	it.each(['401', '403'] as const)(
		'%s is shown, and afterwards nothing is missing',
		async (kind) => {
			const host = await published();
			await launched(ordinary(1));
			await advance(60);
			await sandbox.control.addFault({ operationId: 'listCampaignCalls', kind, times: 1 });
			await host.poll();
			expect(host.thrown).toEqual([expect.objectContaining({ httpCode: kind })]);
			expect(await host.poll()).toHaveLength(2);
		},
	);

	it('a campaign that Samora does not know is shown as it is published, and so is an agent', async () => {
		const campaign = { __rl: true as const, mode: 'id', value: NOBODY };
		await expect(hostOf({ campaignId: campaign }).publish()).rejects.toMatchObject({
			httpCode: '404',
		});
		await expect(hostOf({ agentId: NOBODY }).publish()).rejects.toMatchObject({ httpCode: '404' });
	});

	it('an agent ID that is none is shown, with the parameter it stands in', async () => {
		await expect(hostOf({ agentId: 'Ava' }).publish()).rejects.toThrow('Agent ID must be a UUID');
	});

	it('Samora cannot be reached as it is published: the person sees it', async () => {
		await expect(hostOf({}, 'http://127.0.0.1:1').publish()).rejects.toThrow(
			"n8n couldn't reach Samora",
		);
	}, 30_000);
});

describe('n8n that is away', () => {
	it('reports everything afterwards, once', async () => {
		const host = await published();
		await launched(ordinary(1), ordinary(2));
		await host.restart();
		await advance(30);
		await host.restart();
		await advance(30);
		await host.restart();
		await host.restart();
		await host.poll();
		expect(reported(host.events).sort()).toEqual([
			'CALL_ENDED CALL_FINISHED',
			'CALL_ENDED CALL_FINISHED',
			'STATUS_CHANGED FINISHED',
			'STATUS_CHANGED IN_PROGRESS',
		]);
	});

	it('keeps what was noted as it was published, though no poll reported anything since', async () => {
		const host = await published({ events: ['CAMPAIGN_CALL_ENDED'] });
		await host.poll();
		await launched(ordinary(1));
		await advance(60);
		await host.restart();
		expect(reported(host.events)).toEqual(['CALL_ENDED CALL_FINISHED']);
	});

	it('is reported twice at worst after it was killed before it stored anything', async () => {
		const host = await published({ events: ['CAMPAIGN_CALL_ENDED'] });
		await launched(ordinary(1));
		await advance(60);
		await host.poll({ killed: true });
		await host.restart();
		expect(reported(host.events)).toEqual(['CALL_ENDED CALL_FINISHED', 'CALL_ENDED CALL_FINISHED']);
		await host.restart();
		expect(host.events).toHaveLength(2);
	});
});

describe("n8n's durable cursors", () => {
	const durable = () =>
		new PollHost(
			[campaignTriggerNode({ agentId: AGENT, events: ['CAMPAIGN_CALL_ENDED'] })],
			{ apiKey: sandbox.apiKey, baseUrl: sandbox.url },
			undefined,
			'durable',
			true,
		);

	it('do not lose what happens before the first poll after publishing', async () => {
		const host = durable();
		await launched(ordinary(1));
		await advance(60);
		await host.publish();
		await launched(ordinary(2));
		await advance(60);
		await host.poll();
		expect(host.events.map(({ to_number }) => to_number)).toEqual([ordinary(2)]);
		expect(await host.poll()).toEqual([]);
	});

	it('do not bring back what happened while the workflow was unpublished', async () => {
		const host = durable();
		await host.publish();
		await launched(ordinary(1));
		await advance(60);
		await host.poll();
		await launched(ordinary(2));
		await advance(60);
		await host.publish('activate');
		await launched(ordinary(3));
		await advance(60);
		await host.poll();
		await host.poll();
		expect(host.events.map(({ to_number }) => to_number)).toEqual([ordinary(1), ordinary(3)]);
	});

	it('tell again what n8n did not live to store', async () => {
		const host = durable();
		await host.publish();
		await host.poll();
		await launched(ordinary(1));
		await advance(60);
		await host.poll({ killed: true });
		await host.poll();
		await host.poll();
		expect(host.events).toHaveLength(2);
	});
});

describe('requests', () => {
	it('a poll in which nothing changed is one per hundred campaigns and one per running one', async () => {
		for (let n = 0; n < 250; n++) await api.campaign({ name: `Campaign ${n}` });
		await launched('+14155550109');
		await launched('+14155550109');
		const host = await published();
		expect((await requestsOf(async () => await host.poll())).sort()).toEqual([
			'listCampaignCalls',
			'listCampaignCalls',
			'listCampaigns',
			'listCampaigns',
			'listCampaigns',
		]);
	}, 30_000);

	it('with changes, only the campaigns that changed are read, down to what is known', async () => {
		for (let n = 0; n < 20; n++) await launched(ordinary(5000 + n));
		await advance(2000);
		await sandbox.control.setSettings({ campaignConcurrency: 20 });
		const campaign = await launched(...Array.from({ length: 1000 }, (_, n) => ordinary(n)));
		await advance(200);
		const host = await published({ events: ['CAMPAIGN_CALL_ENDED'] });
		await advance(60);
		const requests = await requestsOf(async () => await host.poll());
		expect(host.events.map(({ campaign_id }) => campaign_id)).toEqual(
			host.events.map(() => campaign.id),
		);
		// About 130 calls of 1,020 end in a minute. What changed in the minute before the last poll is read again.
		expect(host.events.length).toBeGreaterThan(100);
		expect(requests).toEqual(['listCampaigns', ...Array(3).fill('listCampaignCalls')]);
	}, 30_000);

	it.each([1, 99, 100, 200])(
		'a poll in which nothing changed is one per hundred campaigns, also of exactly %d',
		async (count) => {
			for (let n = 0; n < count; n++) await api.campaign({ name: `Campaign ${n}` });
			const host = await published();
			const requests = await requestsOf(async () => await host.poll());
			expect(requests).toEqual(Array(Math.ceil(count / 100)).fill('listCampaigns'));
		},
	);

	it('a campaign that has ended is read for ten minutes, and no longer', async () => {
		const host = await published();
		await launched(ordinary(1));
		await advance(60);
		await host.poll();
		await advance(300);
		expect(await requestsOf(async () => await host.poll())).toEqual([
			'listCampaigns',
			'listCampaignCalls',
		]);
		await advance(300);
		await host.poll();
		expect(await requestsOf(async () => await host.poll())).toEqual(['listCampaigns']);
	});

	it('go out a few at a time', async () => {
		for (let n = 0; n < 30; n++) await launched('+14155550109');
		const host = await published();
		await sandbox.control.addFault({
			kind: 'slow',
			ms: 20,
			times: null,
			operationId: 'listCampaignCalls',
		});
		await host.poll();
		const journal = await sandbox.control.journal({ operationId: 'listCampaignCalls' });
		expect(Math.max(...journal.map(({ concurrent }) => concurrent))).toBeLessThanOrEqual(6);
	}, 30_000);

	it('a poll that n8n starts before the last one has ended asks nothing', async () => {
		const host = await published();
		await launched(ordinary(1));
		await advance(60);
		await sandbox.control.addFault({ kind: 'slow', ms: 200, operationId: 'listCampaigns' });
		const [first, second] = await Promise.all([host.poll(), host.poll()]);
		expect([first.length, second.length]).toEqual([2, 0]);
	});
});

it('10,000 calls that end between two polls are all reported, each once, in order', async () => {
	await sandbox.control.setSettings({ campaignConcurrency: 500 });
	const host = await published({ events: ['CAMPAIGN_CALL_ENDED'] });
	const campaign = await api.campaign({ name: 'Large' });
	for (let n = 0; n < 10_000; n += 5000) {
		await campaign.add(...Array.from({ length: 5000 }, (_, one) => ordinary(n + one)));
	}
	await campaign.act('start');
	await host.poll();
	await advance(10_000);
	const requests = await requestsOf(async () => await host.poll());
	expect(requests.length).toBeLessThan(110);
	const ids = host.events.map(({ id }) => id);
	expect([ids.length, new Set(ids).size]).toEqual([10_000, 10_000]);
	const ends = host.events.map(({ ended_at }) => String(ended_at));
	expect(ends).toEqual([...ends].sort());
	expect(await host.poll()).toEqual([]);
}, 120_000);
