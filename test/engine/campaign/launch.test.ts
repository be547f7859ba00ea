import type { IDataObject } from 'n8n-workflow';

import type { Campaign, FaultKind } from '../../../sandbox';
import { ApiClient, ordinary } from '../../sandbox/support/apiClient';
import {
	passOnNode,
	retryExecution,
	samoraNode,
	type NodeSettings,
	type Outcome,
} from '../../support/engine';
import { parametersOf } from '../../support/operations';
import { paired, SandboxRuns, stopOf, type Parameters } from '../../support/sandboxRuns';
import { settle, type World } from '../../support/world';

const samora = new SandboxRuns();
let world: World;

beforeEach(async () => {
	world = await settle(samora.sandbox);
	// What was there before is older than what the node creates.
	await samora.control.advance(60);
});

const NAME = 'Renewals';
const again: NodeSettings = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };

const parameters = (more: Parameters = {}) =>
	parametersOf('launch', world, { name: NAME, toNumber: '={{ $json.phone }}', ...more });

const rows = (count: number): IDataObject[] =>
	Array.from({ length: count }, (_, n) => ({ phone: ordinary(n) }));

const regional = (count: number): IDataObject[] =>
	rows(count).map((row, n) => ({ ...row, region: n % 2 === 0 ? 'North' : 'South' }));

/** The campaigns that the node created, oldest first. */
const created = async (): Promise<Campaign[]> =>
	(await samora.control.campaigns())
		.filter(({ id }) => !world.campaigns.includes(id))
		.sort((one, other) => one.created_at.localeCompare(other.created_at));

const theCampaign = async () => {
	const campaigns = await created();
	expect(campaigns).toHaveLength(1);
	return campaigns[0];
};

const numbersIn = async ({ id }: Campaign) =>
	(await samora.control.calls({ campaign_id: id })).map(({ to_number }) => to_number);

const steps = async () =>
	(await samora.sent({ bodies: false })).map(({ operationId }) => operationId);

describe('launching a campaign', () => {
	it('creates it, adds all rows and starts it', async () => {
		const items = rows(12);
		const retryConfig = {
			values: { maxRetries: 2, retryDelayMinutes: 30, retryOn: ['UNANSWERED'] },
		};
		const { output, error } = await samora.run(
			parameters({ retryConfig, variablesMode: 'allFields' }),
			items,
		);
		expect(error).toBeUndefined();
		expect(await steps()).toEqual(['createCampaign', 'addCampaignRecipients', 'startCampaign']);
		const campaign = await theCampaign();
		expect(campaign).toMatchObject({
			name: NAME,
			status: 'IN_PROGRESS',
			retry_config: { max_retries: 2, retry_delay_minutes: 30, retry_on: ['UNANSWERED'] },
		});
		const calls = await samora.control.calls({ campaign_id: campaign.id });
		expect(calls.map(({ call_variables: variables }) => variables)).toEqual(items);
		expect(paired(output)).toEqual(
			calls.map(({ id, to_number }, item) => ({
				json: { campaign_id: campaign.id, scheduled_call_id: id, to_number },
				pairedItem: { item },
			})),
		);
	});

	it('takes as few requests as the size allows, and gives a summary when that is chosen', async () => {
		const { output } = await samora.run(parameters({ options: { output: 'summary' } }), [
			...rows(5001),
			{ phone: ordinary(0) },
		]);
		const campaign = await theCampaign();
		expect(output.map(({ json }) => json)).toEqual([
			{
				campaign_id: campaign.id,
				name: NAME,
				status: 'IN_PROGRESS',
				added: 5001,
				skipped: 1,
				skipped_items: [
					{ item: 5001, phone: ordinary(0), to_number: ordinary(0), reason: expect.any(String) },
				],
				requests: 2,
			},
		]);
		expect(campaign.call_stats.total).toBe(5001);
	});

	it('creates one campaign for each name and agent that the expressions give', async () => {
		const items = regional(6);
		const { output } = await samora.run(parameters({ name: '={{ $json.region }}' }), items);
		const campaigns = await created();
		expect(campaigns.map(({ name, status }) => [name, status]).sort()).toEqual([
			['North', 'IN_PROGRESS'],
			['South', 'IN_PROGRESS'],
		]);
		for (const { id, name } of campaigns) {
			const its = output.filter(({ json }) => json.campaign_id === id);
			expect(its.map(({ json }) => json.to_number)).toEqual(
				items.filter(({ region }) => region === name).map(({ phone }) => phone),
			);
		}
	});

	it('calls whoever is in the rows of several campaigns by the first of them only', async () => {
		const items = regional(6).map((row, n) => (n < 4 ? row : { ...row, phone: ordinary(n - 3) }));
		const { output } = await samora.run(parameters({ name: '={{ $json.region }}' }), items);
		const called = (await Promise.all((await created()).map(numbersIn))).flat();
		expect(called.sort()).toEqual([0, 1, 2, 3].map(ordinary));
		expect(output.map(({ json }) => json.reason)).toEqual([
			...Array.from({ length: 4 }, () => undefined),
			`${ordinary(1)} is the number of item 1 too`,
			`${ordinary(2)} is the number of item 2 too`,
		]);
		await samora.run(
			parameters({ name: '={{ $json.region }}', options: { skipDuplicates: false } }),
			items,
		);
		expect((await Promise.all((await created()).map(numbersIn))).flat()).toHaveLength(4 + 6);
	});

	it('says so of whoever is left out for a campaign that then was not started', async () => {
		await samora.control.addFault({ kind: '500', status: 422, operationId: 'startCampaign' });
		const [first, other] = [ordinary(0), ordinary(1)];
		const items = [
			{ phone: first, region: 'North' },
			{ phone: first, region: 'South' },
			{ phone: other, region: 'South' },
			{ phone: other, region: 'South' },
		];
		const { output } = await samora.run(parameters({ name: '={{ $json.region }}' }), items, {
			onError: 'continueRegularOutput',
		});
		expect(output.map(({ json }) => json.reason)).toEqual([
			undefined,
			`${first} is the number of item 0 too, but its campaign may not have been started: see item 0`,
			undefined,
			`${other} is the number of item 2 too`,
		]);
		expect(output[0].json.error).toContain('it was not started');
	});

	it('creates one campaign for all rows when its name has the time in it', async () => {
		const { output } = await samora.run(
			parameters({ name: '=Renewals {{ $now.toMillis() }} {{ Math.random() }}' }),
			rows(20),
		);
		expect(output).toHaveLength(20);
		expect((await theCampaign()).call_stats.total).toBe(20);
	});
});

describe('a row that cannot be called', () => {
	it('keeps the campaign from being created', async () => {
		const { message } = stopOf(await samora.run(parameters(), [...rows(2), { phone: 'nobody' }]));
		expect(message).toContain('To Number');
		expect(message).toContain('[item 2]');
		expect(await steps()).toEqual([]);
	});

	it('leaves no campaign to create when it was the last one', async () => {
		const chosen = (output: string) => parameters({ options: { skipInvalid: true, output } });
		const items = [{ phone: 'nobody' }, { phone: '' }];
		const { output } = await samora.run(chosen('recipients'), items);
		expect(paired(output)).toEqual(
			items.map((_, item) => ({
				json: expect.objectContaining({
					skipped: true,
					campaign_id: null,
					message: expect.stringContaining('No campaign was created'),
				}),
				pairedItem: { item },
			})),
		);
		const { output: summed } = await samora.run(chosen('summary'), items);
		expect(summed.map(({ json }) => json)).toEqual([
			expect.objectContaining({ campaign_id: null, added: 0, skipped: 2, requests: 0 }),
		]);
		expect(await created()).toEqual([]);
	});

	it('is left out with On Error, and the others are called', async () => {
		const { output, errorOutput } = await samora.run(
			parameters(),
			[...rows(2), { phone: 'nobody' }],
			{ onError: 'continueErrorOutput' },
		);
		expect(output).toHaveLength(2);
		expect(errorOutput.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 2 }]);
		expect(await theCampaign()).toMatchObject({ status: 'IN_PROGRESS' });
	});
});

describe('a step that does not go through', () => {
	const spoil = async (kind: FaultKind, operationId: string, skip = 0, times = 1) =>
		await samora.control.addFault({ kind, operationId, skip, times, retryAfter: 0 });

	it('leaves a draft, and the message says which and what is missing', async () => {
		await spoil('401', 'addCampaignRecipients', 1);
		const { message, description } = stopOf(await samora.run(parameters(), rows(5003)));
		const campaign = await theCampaign();
		expect(campaign.status).toBe('DRAFT');
		expect(message).toContain(
			`Campaign ${campaign.id} ("${NAME}") was created, 5000 of 5003 recipients are in it (items 0–4999), it was not started: Samora rejected the API key`,
		);
		expect(description).toContain('continues with this campaign');
	});

	it.each([
		['createCampaign', 0],
		['addCampaignRecipients', 0],
		['addCampaignRecipients', 1],
		['startCampaign', 0],
	])('is repeated by Retry On Fail with the same draft (%s, request %i)', async (id, skip) => {
		await spoil('401', id, skip);
		const items = rows(5003);
		const { output, error } = await samora.run(parameters(), items, again);
		expect(error).toBeUndefined();
		const campaign = await theCampaign();
		expect(campaign.status).toBe('IN_PROGRESS');
		expect(await numbersIn(campaign)).toEqual(items.map(({ phone }) => phone));
		expect(output.every(({ json }) => typeof json.scheduled_call_id === 'string')).toBe(true);
	});

	describe('that fails, when the execution is retried from the list', () => {
		const connections = {
			Before: { main: [[{ node: 'Samora', type: 'main' as const, index: 0 }]] },
		};
		const retried = async (failed: Outcome, more: Parameters = {}) =>
			await retryExecution(
				failed.run,
				[passOnNode('Before'), samoraNode(parameters(more))],
				connections,
				samora.credential,
				'Samora',
			);

		it.each([
			['addCampaignRecipients', 1],
			['startCampaign', 0],
		])('is repeated with the same draft (%s, request %i)', async (id, skip) => {
			await spoil('401', id, skip);
			const items = rows(5003);
			const failed = await samora.run(parameters({ name: '=It is {{ $now }}' }), items);
			expect(failed.error).toBeDefined();
			const second = await retried(failed, { name: '=It is {{ $now }}' });
			expect(second.error).toBeUndefined();
			const campaign = await theCampaign();
			expect(campaign.status).toBe('IN_PROGRESS');
			const calls = await samora.control.calls({ campaign_id: campaign.id });
			expect(second.output.map(({ json }) => json.scheduled_call_id)).toEqual(
				calls.map((call) => call.id),
			);
			expect(calls.map(({ to_number }) => to_number)).toEqual(items.map(({ phone }) => phone));
		});

		it('starts no second campaign for the same people when the name was changed', async () => {
			await spoil('reset-after', 'startCampaign');
			await spoil('500', 'getCampaign', 0, 9);
			const failed = await samora.run(parameters(), rows(2));
			const { id } = await theCampaign();
			expect(failed.error?.message).toContain(
				`Campaign ${id} ("${NAME}") was created, 2 of 2 recipients are in it (items 0–1), it is not known whether it was started`,
			);
			await samora.control.clearFaults();
			const second = await retried(failed, { name: 'Another' });
			expect(second.error?.message).toContain(id);
			expect(await theCampaign()).toMatchObject({ id });
		});
	});

	it('comes out with the rows of its campaign with On Error, and the others are called', async () => {
		const items = regional(4);
		await spoil('401', 'startCampaign');
		const { output, errorOutput } = await samora.run(
			parameters({ name: '={{ $json.region }}' }),
			items,
			{ onError: 'continueErrorOutput' },
		);
		const [north] = (await created()).filter(({ name }) => name === 'North');
		expect(north.status).toBe('DRAFT');
		expect(errorOutput.map(({ json }) => json.details)).toEqual(
			[0, 2].map((item) =>
				expect.objectContaining({
					campaign_id: north.id,
					scheduled_call_id: expect.any(String),
					to_number: items[item].phone,
				}),
			),
		);
		for (const { json } of errorOutput) {
			expect(json.error).toContain(
				'2 of 2 recipients are in it (items 0 and 2), it was not started',
			);
		}
		expect(output.map(({ json }) => json.to_number)).toEqual([items[1].phone, items[3].phone]);
	});

	it('keeps the other campaigns from being started', async () => {
		const items = regional(4);
		await spoil('401', 'addCampaignRecipients', 1);
		const { message, description } = stopOf(
			await samora.run(parameters({ name: '={{ $json.region }}' }), items),
		);
		const campaigns = await created();
		expect(campaigns.map(({ status }) => status)).toEqual(['DRAFT', 'DRAFT']);
		for (const { id } of campaigns) expect(`${message} ${description}`).toContain(id);
	});
});

describe('a step whose result is unknown', () => {
	const spoil = async (kind: FaultKind, operationId: string, skip = 0) =>
		await samora.control.addFault({ kind, operationId, skip });

	it('says so of the creation, and calls nobody', async () => {
		await spoil('reset-after', 'createCampaign');
		const { message, description } = stopOf(await samora.run(parameters(), rows(3)));
		expect(message).toMatch(/^It is not known whether the campaign "Renewals" was created/);
		expect(description).toContain('nobody is being called');
		expect(await theCampaign()).toMatchObject({ status: 'DRAFT', call_stats: { total: 0 } });
	});

	it('never takes over a draft of that name that may be somebody else’s', async () => {
		const other = await new ApiClient(samora.sandbox).campaign({ name: NAME });
		await spoil('reset-after', 'createCampaign');
		const { error, output } = await samora.run(parameters(), rows(3), again);
		expect(error).toBeUndefined();
		const campaigns = await created();
		const started = campaigns.filter(({ status }) => status !== 'DRAFT');
		expect(started).toHaveLength(1);
		expect(started[0].id).not.toBe(other.id);
		expect(output.every(({ json }) => json.campaign_id === started[0].id)).toBe(true);
		const drafts = campaigns.filter(({ status }) => status === 'DRAFT');
		expect(drafts.map(({ call_stats: { total } }) => total)).toEqual([0, 0]);
	});

	it('does not add recipients again that the campaign counts, and starts it', async () => {
		await spoil('reset-after', 'addCampaignRecipients', 1);
		const items = rows(5003);
		const { output, error } = await samora.run(parameters(), items);
		expect(error).toBeUndefined();
		const campaign = await theCampaign();
		expect(campaign.status).toBe('IN_PROGRESS');
		expect(await numbersIn(campaign)).toEqual(items.map(({ phone }) => phone));
		expect(output.slice(5000).map(({ json }) => json)).toEqual(
			items.slice(5000).map(({ phone }) => ({
				campaign_id: campaign.id,
				scheduled_call_id: null,
				to_number: phone,
			})),
		);
	});

	it('does not add recipients again that it does not count, and does not start it', async () => {
		await spoil('500', 'addCampaignRecipients', 1);
		const { message } = stopOf(await samora.run(parameters(), rows(5003), again));
		const campaign = await theCampaign();
		expect(campaign.status).toBe('DRAFT');
		expect(message).toContain(
			'5000 of 5003 recipients are in it (items 0–4999), it was not started',
		);
		expect(message).toContain('It is not known whether 3 recipients were added');
		expect((await steps()).filter((id) => id === 'addCampaignRecipients')).toHaveLength(2);
	});

	it('counts a campaign in progress as started', async () => {
		await spoil('reset-after', 'startCampaign');
		const { output, error } = await samora.run(parameters(), rows(3));
		expect(error).toBeUndefined();
		expect(output).toHaveLength(3);
		expect((await steps()).filter((id) => id === 'startCampaign')).toHaveLength(1);
	});

	it('starts a campaign on a retry that is still a draft', async () => {
		await spoil('500', 'startCampaign');
		const { message } = stopOf(await samora.run(parameters(), rows(3)));
		expect(message).toContain('it is not known whether it was started');
		expect((await theCampaign()).status).toBe('DRAFT');
		await spoil('500', 'startCampaign');
		const { error } = await samora.run(parameters(), rows(3), again);
		expect(error).toBeUndefined();
	});
});
