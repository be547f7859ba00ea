import type { NodeSettings } from '../../support/engine';
import { parametersOf } from '../../support/operations';
import { SandboxRuns, stopOf, type Parameters } from '../../support/sandboxRuns';
import { toolsInTurn } from '../../support/toolsInTurn';
import { settle, type World } from '../../support/world';

/** An AI agent adds recipients and launches campaigns, one tool after the other, each time anew. */

const runs = new SandboxRuns();
const NUMBER = '+14155550100';
const OTHER = '+14155550101';
let world: World;
/** The journal's last entry before the test. */
let before: number | undefined;

beforeEach(async () => {
	world = await settle(runs.sandbox);
	before = (await runs.control.journal({ bodies: false })).at(-1)?.seq;
});

const sent = async (operationId?: string) =>
	await runs.control.journal({ operationId, after: before });

const add = (more: Parameters = {}, campaign = 1) =>
	parametersOf('addCampaignRecipients', world, {
		campaignId: { __rl: true, mode: 'id', value: world.campaigns[campaign] },
		toNumber: NUMBER,
		...more,
	});

const launch = (more: Parameters = {}): Parameters => ({
	resource: 'campaign',
	operation: 'launch',
	agentId: world.agentId,
	name: 'Spring',
	toNumber: NUMBER,
	...more,
});

const inTurn = async (steps: Parameters[], settings?: NodeSettings & { type?: string }) =>
	await toolsInTurn(runs, steps, settings);

const added = async () =>
	(await sent('addCampaignRecipients')).flatMap(({ body }) =>
		(body as { phone_numbers: Array<{ to_number: string }> }).phone_numbers.map(
			({ to_number }) => to_number,
		),
	);

describe('an AI agent in one execution', () => {
	it.each([
		['the same campaign', 1],
		['another campaign', 0],
	])('adds a number once, also when the model adds it to %s', async (_, second) => {
		const { output } = await inTurn([add(), add({}, second)]);
		expect(await added()).toEqual([NUMBER]);
		expect(output.map(({ json }) => json)).toEqual([
			{
				to_number: NUMBER,
				skipped: true,
				reason: `${NUMBER} was already added to campaign ${world.campaigns[1]} in this execution`,
			},
		]);
	});

	it('adds other numbers', async () => {
		await inTurn([add(), add({ toNumber: OTHER })]);
		expect(await added()).toEqual([NUMBER, OTHER]);
	});

	it('adds a number again when Skip Duplicates is off', async () => {
		await inTurn([add(), add({ options: { skipDuplicates: false } })]);
		expect(await added()).toEqual([NUMBER, NUMBER]);
	});

	it('does not add a number again when it is unknown whether it was added', async () => {
		await runs.control.addFault({ operationId: 'addCampaignRecipients', kind: 'reset-after' });
		const { output } = await inTurn([add(), add()], { onError: 'continueRegularOutput' });
		expect(await added()).toEqual([NUMBER]);
		expect(output[0].json).toMatchObject({ skipped: true });
	});

	it('adds a number that was refused when the model asks again', async () => {
		await runs.control.addFault({ operationId: 'addCampaignRecipients', kind: '401' });
		const { output } = await inTurn([add(), add()], { onError: 'continueRegularOutput' });
		expect(await added()).toEqual([NUMBER, NUMBER]);
		expect(output[0].json).toMatchObject({ scheduled_call_id: expect.any(String) });
	});

	it('creates no second campaign for the same people', async () => {
		const { output } = await inTurn([launch(), launch({ name: 'Summer' })]);
		expect(await added()).toEqual([NUMBER]);
		expect(await sent('startCampaign')).toHaveLength(1);
		expect(await sent('createCampaign')).toHaveLength(1);
		expect(output[0].json).toMatchObject({
			skipped: true,
			campaign_id: null,
			message: 'No campaign was created, because there are no recipients left to call',
		});
	});

	it('launches a second campaign when the first stayed a draft', async () => {
		await runs.control.addFault({ operationId: 'startCampaign', kind: '401' });
		const { output } = await inTurn([launch(), launch({ name: 'Summer' })], {
			onError: 'continueRegularOutput',
		});
		expect(output[0].json).toMatchObject({ scheduled_call_id: expect.any(String) });
		expect(await sent('startCampaign')).toHaveLength(2);
	});

	it('adds again in a workflow without an agent, where a node that runs again is new work', async () => {
		await inTurn([add(), add()], { type: 'n8n-nodes-samora.samora' });
		expect(await added()).toEqual([NUMBER, NUMBER]);
	});
});

it.each([
	['Add Recipients', add],
	['Launch', launch],
])('%s sends nothing where n8n runs only routes, and says what it needs', async (_, parameters) => {
	const stop = stopOf(await inTurn([parameters()], { type: 'test.samoraByRoutes' }));
	expect(stop.message).toBe(
		'Campaign: Add Recipients and Campaign: Launch need the AI Agent in version 3 or newer, and nothing was sent',
	);
	expect(stop.description).toMatch(/^Remove the AI Agent from the workflow and add it anew/);

	const going = { type: 'test.samoraByRoutes', onError: 'continueRegularOutput' } as const;
	const { output } = await inTurn([parameters()], going);
	expect(output.map(({ json }) => json)).toEqual([
		{ error: `${stop.message} [item 0]`, details: { description: stop.description } },
	]);
	expect(await sent()).toEqual([]);
});
