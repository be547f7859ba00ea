import type { FaultKind } from '../../sandbox';
import type { Execution, NewWorkflow } from '../../tools/n8n/client/client';
import {
	FIRST_INSTALL_MS,
	installedN8n,
	VERSIONS,
	type InstalledN8n,
} from './support/installedN8n';
import { campaignWorkflow } from './support/campaigns';
import { CALL, callWorkflow, outcomesWorkflow, START } from './support/workflows';

/** The faults after which a phone may ring, and those after which it certainly does not. */
const FAULTS: FaultKind[] = [
	'500-after',
	'reset-after',
	'malformed',
	'empty',
	'429',
	'reset-before',
	'401',
];
const ON_ERROR = ['stopWorkflow', 'continueRegularOutput', 'continueErrorOutput'];
const NUMBERS = ['+14155561000', '+14155561001', '+14155561002', '+14155561003'];

describe.each(VERSIONS)('dialing in n8n %s', (version) => {
	let here: InstalledN8n;
	const figures = { runs: 0, accepted: 0, doubled: 0, lost: 0 };

	beforeAll(async () => {
		here = await installedN8n(version);
	}, FIRST_INSTALL_MS);

	afterAll(async () => {
		process.stdout.write(
			`dialing in n8n ${version}: ${figures.runs} runs, ${figures.accepted} calls accepted, ${figures.doubled} doubled, ${figures.lost} lost\n`,
		);
		await here?.stop();
	});

	beforeEach(async () => await here.sandbox.control.reset());

	/** A workflow that calls the numbers; the node has these settings. */
	function calls(settings: object): NewWorkflow {
		const workflow = callWorkflow(here.agentId, here.credential, NUMBERS);
		return {
			...workflow,
			nodes: workflow.nodes.map((node) => (node.name === CALL ? { ...node, ...settings } : node)),
		};
	}

	async function run(settings: object): Promise<Execution> {
		const workflow = await here.client.createWorkflow(calls(settings));
		return await here.client.finished(await here.client.run(workflow, START));
	}

	/** Counts in the sandbox whom it called, and looks for each call in what the execution kept. */
	async function judge(execution: Execution): Promise<{ doubled: string[]; lost: string[] }> {
		const kept = JSON.stringify(execution.data);
		const placed = await here.sandbox.control.calls();
		const numbers = placed.map(({ to_number }) => to_number);
		const doubled = numbers.filter((number, at) => numbers.indexOf(number) !== at);
		const lost = placed
			.filter(
				({ id, to_number }) =>
					!kept.includes(id) &&
					!kept.includes(`It is not known whether ${to_number} is being called`),
			)
			.map(({ to_number }) => to_number);
		figures.runs += 1;
		figures.accepted += placed.length;
		figures.doubled += doubled.length;
		figures.lost += lost.length;
		return { doubled, lost };
	}

	it.each(ON_ERROR.flatMap((onError) => FAULTS.map((kind) => [kind, onError] as const)))(
		'calls nobody twice and loses no call on %s with %s and Retry On Fail',
		async (kind, onError) => {
			await here.sandbox.control.addFault({
				kind,
				operationId: 'triggerCall',
				match: NUMBERS[1],
				times: null,
				...(kind === '429' ? { retryAfter: 0 } : {}),
			});
			const execution = await run({
				onError,
				retryOnFail: true,
				maxTries: 2,
				waitBetweenTries: 10,
			});
			expect(await judge(execution)).toEqual({ doubled: [], lost: [] });
			expect(execution.status).toBe(onError === 'stopWorkflow' ? 'error' : 'success');
		},
	);

	it('does not call again whom a failed execution has called when it is retried from the list', async () => {
		await here.sandbox.control.addFault({
			kind: '401',
			operationId: 'triggerCall',
			match: NUMBERS[1],
		});
		const failed = await run({});
		expect(failed.status).toBe('error');
		expect(failed.errorMessage).toContain('3 calls were placed (items 0 and 2–3) [item 1]');
		expect(await here.sandbox.control.calls()).toHaveLength(3);

		const retried = await here.client.finished(await here.client.retry(failed.id));
		expect(retried.status).toBe('success');
		expect(retried.output(CALL).map(({ to_number }) => to_number)).toEqual(NUMBERS);
		expect(await judge(retried)).toEqual({ doubled: [], lost: [] });
		expect(await here.sandbox.control.calls()).toHaveLength(NUMBERS.length);
	});

	// 1.x knows no such protection.
	if (!version.startsWith('1.')) {
		it('says that n8n kept a request back, and not that a phone may be ringing', async () => {
			await here.restart({ env: { N8N_SSRF_PROTECTION_ENABLED: 'true' } });
			const kept = /protection against SSRF/;
			const execution = await run({});
			expect(execution.status).toBe('error');
			expect(execution.errorMessage).toMatch(kept);
			expect(execution.errorMessage).not.toMatch(/not known|didn't answer/);

			for (const workflow of [
				outcomesWorkflow(here.agentId, here.credential),
				campaignWorkflow(here.agentId, here.credential),
			]) {
				const saved = await here.client.createWorkflow(workflow);
				await expect(here.client.publish(saved)).rejects.toThrow(kept);
			}
			expect(await here.sandbox.control.journal()).toEqual([]);
		}, 120_000);
	}
});
