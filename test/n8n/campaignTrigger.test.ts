import type { SavedWorkflow } from '../../tools/n8n/client/client';
import { waitFor } from '../../tools/waiting';
import { ordinary } from '../sandbox/support/apiClient';
import {
	campaignThatEnds,
	campaignWorkflow,
	NEXT_POLL_MS,
	toldOf,
	wholeCampaign,
} from './support/campaigns';
import {
	FIRST_INSTALL_MS,
	installedN8n,
	VERSIONS,
	type InstalledN8n,
} from './support/installedN8n';

/** Polls are a minute apart, and n8n is started anew once. */
jest.setTimeout(600_000);

describe.each(VERSIONS)('the Samora Campaign Trigger in n8n %s', (version) => {
	let here: InstalledN8n;

	beforeAll(async () => {
		here = await installedN8n(version);
	}, FIRST_INSTALL_MS);

	afterAll(async () => await here?.stop(), 60_000);

	async function published(agentId: string): Promise<SavedWorkflow> {
		const workflow = await here.client.createWorkflow(campaignWorkflow(agentId, here.credential));
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

	const told = async (workflow: SavedWorkflow, count: number) =>
		await toldOf(here.client, workflow, count);

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
		expect(await told(workflow, 3)).toEqual(wholeCampaign('Spring'));

		await here.restart({
			whileDown: async () => {
				await campaign(busy, 'Summer');
				await campaign(quiet, 'Summer');
			},
		});
		expect(await told(workflow, 6)).toEqual([
			...wholeCampaign('Spring'),
			...wholeCampaign('Summer'),
		]);
		expect(await told(neverTold, 3)).toEqual(wholeCampaign('Summer'));

		await nextPolls();
		expect(await told(workflow, 6)).toHaveLength(6);
		expect(await told(neverTold, 3)).toHaveLength(3);
	});
});
