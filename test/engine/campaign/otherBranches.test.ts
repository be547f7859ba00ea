import type { IDataObject } from 'n8n-workflow';

import {
	passOnNode,
	retryExecution,
	samoraNode,
	startWorkflow,
	TWO_BRANCHES,
	type NodeSettings,
	type Outcome,
} from '../../support/engine';
import { parametersOf } from '../../support/operations';
import { SandboxRuns, type Parameters } from '../../support/sandboxRuns';
import { settle, type World } from '../../support/world';
import { ordinary } from '../../sandbox/support/apiClient';

/** Two branches of a workflow that lead into one node run it twice. */

const samora = new SandboxRuns();
let world: World;

beforeEach(async () => (world = await settle(samora.sandbox)));

const OPERATIONS = {
	addRecipients: (more: Parameters) =>
		parametersOf('addCampaignRecipients', world, {
			campaignId: { __rl: true, mode: 'id', value: world.campaigns[1] },
			...more,
		}),
	launch: (more: Parameters) => parametersOf('launch', world, { name: 'Renewals', ...more }),
};

const ROWS: IDataObject[] = [{ phone: ordinary(50) }, { phone: ordinary(51) }];

describe.each(['addRecipients', 'launch'] as const)('%s after two branches', (operation) => {
	const nodes = (more: Parameters = {}, settings: NodeSettings = {}) => [
		...['Before', 'Left', 'Right'].map((name) => passOnNode(name)),
		samoraNode(OPERATIONS[operation]({ toNumber: '={{ $json.phone }}', ...more }), settings),
	];

	const run = async (more: Parameters = {}, settings: NodeSettings = {}): Promise<Outcome> =>
		await startWorkflow(nodes(more, settings), TWO_BRANCHES, ROWS, samora.credential, 'Samora')
			.outcome;

	const recipients = async () =>
		(await samora.control.calls())
			.map(({ to_number }) => to_number)
			.filter((number) => ROWS.some(({ phone }) => phone === number))
			.sort();

	const EACH_ONCE = [ordinary(50), ordinary(51)];

	it('leaves out whom the first branch has added', async () => {
		const { output, error } = await run();
		expect(error).toBeUndefined();
		expect(await recipients()).toEqual(EACH_ONCE);
		for (const { json } of output) {
			expect(json).toMatchObject({
				skipped: true,
				reason: `${String(json.to_number)} was already added in this execution, for another branch of the workflow`,
			});
		}
	});

	it('adds each for every branch without Skip Duplicates', async () => {
		await run({ options: { skipDuplicates: false } });
		expect(await recipients()).toHaveLength(4);
	});

	it.each(['reset-after', '500-after', 'malformed'] as const)(
		'leaves out whom the first branch may have added (%s)',
		async (kind) => {
			const added = operation === 'launch' ? 'startCampaign' : 'addCampaignRecipients';
			await samora.control.addFault({ kind, operationId: added });
			await samora.control.addFault({ kind: '503', operationId: 'getCampaign', times: null });
			const { output } = await run({}, { onError: 'continueRegularOutput' });
			expect(await recipients()).toEqual(EACH_ONCE);
			const reasons = output.map(({ json }) => String(json.reason));
			expect(reasons.join()).toMatch(/(may have been added already|was already added) in this/);
		},
	);

	it('adds for the second branch whom the first could not', async () => {
		const failing = operation === 'launch' ? 'startCampaign' : 'addCampaignRecipients';
		await samora.control.addFault({ kind: '500', status: 422, operationId: failing });
		const { output } = await run({}, { onError: 'continueRegularOutput' });
		expect(output.filter(({ json }) => json.skipped === true)).toEqual([]);
		const started = (await samora.control.campaigns()).filter(
			({ id, status }) => !world.campaigns.includes(id) && status !== 'DRAFT',
		);
		expect(started).toHaveLength(operation === 'launch' ? 1 : 0);
	});

	describe('whose second run failed, in the retry of the execution', () => {
		/** The second branch has wrong numbers, which the retry corrects. */
		async function runAndRetry(more: Parameters = {}, isInDoubt = false): Promise<Outcome> {
			const wrong = { ...more, toNumber: '={{ $prevNode.name === "Left" ? "x" : $json.phone }}' };
			const failed = await run(wrong, isInDoubt ? { onError: 'continueRegularOutput' } : {});
			if (!isInDoubt) expect(failed.error?.message).toContain('2 of 2 rows');
			await samora.control.clearFaults();
			return await retryExecution(
				failed.run,
				nodes(more),
				TWO_BRANCHES,
				samora.credential,
				'Samora',
			);
		}

		it.each([
			['as they are', {}],
			['as a summary', { options: { output: 'summary' } }],
			['with the fields of the input', { options: { includeInputFields: true } }],
		] as const)('leaves out whom the first added, whose items came out %s', async (_, more) => {
			const { error } = await runAndRetry(more);
			expect(error).toBeUndefined();
			expect(await recipients()).toEqual(EACH_ONCE);
		});
	});
});
