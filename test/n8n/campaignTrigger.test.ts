import { chain, node } from '../../tools/n8n/client/chain';
import type { JsonRecord } from '../../tools/json';
import type { SavedWorkflow } from '../../tools/n8n/client/client';
import { waitFor } from '../../tools/waiting';
import { ordinary } from '../sandbox/support/apiClient';
import { campaignThatEnds } from './support/campaigns';
import {
	FIRST_INSTALL_MS,
	installedN8n,
	VERSIONS,
	type InstalledN8n,
} from './support/installedN8n';

const CAMPAIGN_TRIGGER = 'Samora Campaign Trigger';

/** Polls are a minute apart, and n8n is started anew once. */
jest.setTimeout(600_000);
const NEXT_POLL_MS = 150_000;

describe.each(VERSIONS)('the Samora Campaign Trigger in n8n %s', (version) => {
	let here: InstalledN8n;

	beforeAll(async () => {
		here = await installedN8n(version);
	}, FIRST_INSTALL_MS);

	afterAll(async () => await here?.stop(), 60_000);

	async function published(agentId: string): Promise<SavedWorkflow> {
		const workflow = await here.client.createWorkflow(
			chain('Campaigns', [
				node(
					CAMPAIGN_TRIGGER,
					'n8n-nodes-samora.samoraCampaignTrigger',
					{
						pollTimes: { item: [{ mode: 'everyMinute' }] },
						agentId,
						campaignId: { __rl: true, mode: 'list', value: '' },
						events: ['CAMPAIGN_CALL_ENDED', 'CAMPAIGN_STATUS_CHANGED'],
						options: {},
					},
					here.credential,
				),
			]),
		);
		await here.client.publish(workflow);
		return workflow;
	}

	/** A campaign of two calls that ends at once in the sandbox's time. */
	const campaign = async (agentId: string, name: string) =>
		await campaignThatEnds(
			here.sandbox,
			agentId,
			name,
			[1, 2].map((n) => ({ to_number: ordinary(n) })),
		);

	async function events({ id }: SavedWorkflow): Promise<JsonRecord[]> {
		const executions = await here.client.executions(id);
		const ended = await Promise.all(
			executions.map(async (execution) => await here.client.finished(execution.id)),
		);
		return ended.reverse().flatMap((execution) => execution.output(CAMPAIGN_TRIGGER));
	}

	/** What is told of a campaign that nobody saw before it was finished. */
	const whole = (name: string) => [`${name} finished`, `${name} finished`, `${name} FINISHED`];

	const inShort = (all: JsonRecord[]) =>
		all.map(({ campaign_name, outcome, name, status }) =>
			String(
				campaign_name
					? `${String(campaign_name)} ${String(outcome)}`
					: `${String(name)} ${String(status)}`,
			),
		);

	async function told(workflow: SavedWorkflow, count: number): Promise<string[]> {
		return inShort(
			await waitFor(
				async () => {
					const all = await events(workflow);
					return all.length >= count ? all : undefined;
				},
				{ what: `${count} events of a campaign`, timeoutMs: NEXT_POLL_MS },
			),
		);
	}

	/** Waits until each workflow has polled once more. */
	async function nextPolls(): Promise<void> {
		const { control } = here.sandbox;
		const after = (await control.journal({ bodies: false })).at(-1)?.seq ?? 0;
		await waitFor(
			async () => {
				const polls = await control.journal({ operationId: 'listCampaigns', bodies: false, after });
				const agents = new Set(polls.map(({ path }) => path));
				return agents.size === 2 && polls.length >= 3;
			},
			{ what: 'The next polls', timeoutMs: NEXT_POLL_MS },
		);
	}

	it('tells each event once, also what happens while n8n is killed, and what was noted as it was published', async () => {
		const [busy, quiet] = here.sandbox.agents.map(({ id }) => id);
		for (const agent of [busy, quiet]) await campaign(agent, 'Before');
		const workflow = await published(busy);
		const neverTold = await published(quiet);

		await campaign(busy, 'Spring');
		expect(await told(workflow, 3)).toEqual(whole('Spring'));

		await here.restart({
			whileDown: async () => {
				await campaign(busy, 'Summer');
				await campaign(quiet, 'Summer');
			},
		});
		expect(await told(workflow, 6)).toEqual([...whole('Spring'), ...whole('Summer')]);
		expect(await told(neverTold, 3)).toEqual(whole('Summer'));

		await nextPolls();
		expect(await told(workflow, 6)).toHaveLength(6);
		expect(await told(neverTold, 3)).toHaveLength(3);
	});
});
