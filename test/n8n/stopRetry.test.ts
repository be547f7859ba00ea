import { node } from '../../tools/n8n/client/chain';
import type { SavedWorkflow } from '../../tools/n8n/client/client';
import {
	FIRST_INSTALL_MS,
	installedN8n,
	VERSIONS,
	type InstalledN8n,
} from './support/installedN8n';
import { CALL, callWorkflow, START } from './support/workflows';

const PATH = 'call-everybody';

const NUMBERS = Array.from({ length: 40 }, (_, n) => `+1415556${1000 + n}`);

/** When the execution is stopped, in calls that were placed. */
const STOP_AT = 20;

describe.each(VERSIONS)('Stop and Retry in n8n %s', (version) => {
	let here: InstalledN8n;

	beforeAll(async () => {
		here = await installedN8n(version);
	}, FIRST_INSTALL_MS);

	afterAll(async () => await here?.stop());

	beforeEach(async () => {
		await here.sandbox.control.reset();
		// So slow that some are under way at any time.
		await here.sandbox.control.addFault({
			kind: 'slow',
			ms: 250,
			times: null,
			operationId: 'triggerCall',
		});
	});

	const called = async () => (await here.sandbox.control.calls()).map(({ to_number }) => to_number);

	/** Started by a request: n8n saves the data of an execution that a person starts in the editor only at its end. */
	async function published(operation: string, saveExecutionProgress: boolean) {
		const { nodes, ...workflow } = callWorkflow(here.agentId, here.credential, NUMBERS);
		const saved = await here.client.createWorkflow({
			...workflow,
			settings: { executionOrder: 'v1', saveExecutionProgress },
			nodes: nodes.map((node) => {
				if (node.name === START) {
					const parameters = { path: PATH, httpMethod: 'POST', responseMode: 'onReceived' };
					return { ...node, type: 'n8n-nodes-base.webhook', parameters };
				}
				if (node.name !== CALL) return node;
				const wait = { pollInterval: 0.5 };
				return { ...node, parameters: { ...node.parameters, operation, wait } };
			}),
		});
		await here.client.publish(saved);
		return saved;
	}

	/** Runs the workflow, and stops it when so many calls were placed. */
	async function stopped({ id }: SavedWorkflow): Promise<string> {
		const response = await fetch(`${here.n8n.url}/webhook/${PATH}`, { method: 'POST' });
		expect(response.status).toBe(200);
		await here.sandbox.control.until(async () => (await called()).length >= STOP_AT, {
			timeoutMs: 60_000,
		});
		const [execution] = await here.client.executions(id);
		await here.client.stop(execution.id);
		await here.client.unpublish(id);
		return execution.id;
	}

	it.each(
		['trigger', 'triggerAndWait'].flatMap((operation) =>
			[false, true].flatMap((progress) =>
				[false, true].map((loadWorkflow) => ({ operation, progress, loadWorkflow })),
			),
		),
	)(
		'40 people, stopped at about 20, are called once each: %j',
		async ({ operation, progress, loadWorkflow }) => {
			const workflow = await published(operation, progress);
			const id = await stopped(workflow);
			const atStop = (await called()).length;
			expect(atStop).toBeLessThan(NUMBERS.length);

			const retry = await here.client.finished(await here.client.retry(id, { loadWorkflow }));
			const all = await called();
			const twice = all.length - new Set(all).size;
			process.stdout.write(
				`Stop and Retry in n8n ${version}, ${operation}, Save Execution Progress ${progress}, current workflow ${loadWorkflow}: ${atStop} called at the stop, ${all.length} in all, ${twice} twice\n`,
			);
			expect(twice).toBe(0);
			if (version.startsWith('1.')) {
				// n8n 1 saves a stopped execution twice at once. When the later one has nothing left to do, its retry runs no node.
				expect([atStop, NUMBERS.length]).toContain(all.length);
				return;
			}
			expect(all).toHaveLength(NUMBERS.length);
			expect(JSON.stringify(retry.data)).toContain('It is not known whether');
		},
		180_000,
	);

	it('nobody is called again when a second branch of the workflow failed and is retried', async () => {
		const [first, second, other] = NUMBERS;
		const { name, nodes } = callWorkflow(here.agentId, here.credential, [first, second]);
		const numbers = `={{ { number: $itemIndex === 0 ? "${first}" : "${other}" } }}`;
		const set = node('Other numbers', 'n8n-nodes-base.set', {
			mode: 'raw',
			jsonOutput: numbers,
			options: {},
		});
		const [start, list, split, call] = nodes.map((each) => each.name);
		const to = (...names: string[]) => ({
			main: [names.map((one) => ({ node: one, type: 'main', index: 0 }))],
		});
		const workflow = await here.client.createWorkflow({
			name,
			// n8n runs the upper branch first.
			nodes: [...nodes, { ...set, position: [500, 400] }],
			connections: {
				[start]: to(list),
				[list]: to(split),
				[split]: to(call, set.name),
				[set.name]: to(call),
			},
		});
		await here.sandbox.control.clearFaults();
		await here.sandbox.control.addFault({
			kind: '500',
			status: 400,
			operationId: 'triggerCall',
			match: other,
		});
		const failed = await here.client.finished(await here.client.run(workflow, START));
		expect(failed.status).toBe('error');
		expect((await called()).sort()).toEqual([first, second]);
		const retry = await here.client.finished(await here.client.retry(failed.id));
		expect(retry.status).toBe('success');
		expect((await called()).sort()).toEqual([first, second, other]);
		expect(JSON.stringify(retry.data)).toContain('for another branch of the workflow');
	});
});
