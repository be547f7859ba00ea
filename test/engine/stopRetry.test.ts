import type { INode } from 'n8n-workflow';

import { startSandbox, type Sandbox } from '../../sandbox';
import { ApiClient } from '../sandbox/support/apiClient';
import {
	CONNECTIONS,
	passOnNode,
	retryExecution,
	samoraNode,
	startNode,
	type NodeSettings,
	type Outcome,
	type SamoraCredential,
	type StartOptions,
} from '../support/engine';
import type { Parameters } from '../support/sandboxRuns';

/**
 * A person stops an execution and retries it. n8n has saved nothing of the node that ran, so it starts the whole
 * execution anew, in the mode `retry`.
 */

let sandbox: Sandbox;
let credential: SamoraCredential;

beforeAll(async () => {
	sandbox = await startSandbox({ port: 0, filesPort: 0 });
	credential = { apiKey: sandbox.apiKey, baseUrl: sandbox.url };
});

afterAll(async () => await sandbox.stop());

let workflows = 0;
let workflowId: string;

beforeEach(async () => {
	await sandbox.control.reset();
	workflowId = `workflow ${workflows++}`;
});

const people = (count: number): Array<{ phone: string }> =>
	Array.from({ length: count }, (_, n) => ({ phone: `+1415556${String(1000 + n)}` }));

const caller = (more: Parameters = {}, settings: NodeSettings = {}): INode =>
	samoraNode(
		{
			resource: 'call',
			operation: 'trigger',
			agentId: sandbox.agents[0].id,
			toNumber: '={{ $json.phone }}',
			metadataMode: 'keyValue',
			...more,
		},
		settings,
	);

const called = async () => (await sandbox.control.calls()).map(({ to_number }) => to_number);

const twice = (numbers: string[]) => numbers.filter((number, at) => numbers.indexOf(number) !== at);

/** Starts an execution and stops it once `count` requests have come to the sandbox. */
async function stopped(
	node: INode,
	rows: Array<{ phone: string }>,
	count: number,
	options: StartOptions,
): Promise<void> {
	const before = (await sandbox.control.journal({ method: 'POST' })).length;
	const running = startNode(node, rows, credential, { workflowId, ...options });
	await sandbox.control.until(
		async () => (await sandbox.control.journal({ method: 'POST' })).length >= before + count,
	);
	running.stop();
	await running.outcome;
}

/** Each call takes a while, so that some are under way at any time. */
const slowly = async () =>
	await sandbox.control.addFault({ kind: 'slow', ms: 30, times: null, operationId: 'triggerCall' });

const messageOf = ({ error }: Outcome) => `${error?.message ?? ''} ${error?.description ?? ''}`;

describe.each(['n8n 1', 'n8n 2'])('in %s', (line) => {
	const retry = async (
		node: INode,
		rows: Array<{ phone: string }>,
		executionId: string,
		retryOf: string,
	): Promise<Outcome> =>
		await startNode(node, rows, credential, {
			workflowId,
			mode: 'retry',
			executionId,
			...(line === 'n8n 2' ? { retryOf } : {}),
		}).outcome;

	it.each(['stopWorkflow', 'continueRegularOutput', 'continueErrorOutput'] as const)(
		'40 people, stopped at about 20: the retry calls the others and nobody again, with %s',
		async (onError) => {
			await slowly();
			const node = caller({}, { onError });
			await stopped(node, people(40), 20, { executionId: 'first' });
			const atStop = await called();
			expect(atStop.length).toBeGreaterThanOrEqual(15);
			expect(atStop.length).toBeLessThan(40);

			const retried = await retry(node, people(40), 'second', 'first');
			const all = await called();
			expect(twice(all)).toEqual([]);
			// Whoever was being requested at the stop may have been called or not, and is reported.
			const told = JSON.stringify([retried.output, retried.errorOutput, messageOf(retried)]);
			const unknown = people(40).filter(({ phone }) => !all.includes(phone));
			expect(unknown.length).toBeLessThanOrEqual(5);
			expect(told).toContain('It is not known whether');
		},
	);

	it('the retry of a retry, and another retry of the first, call nobody again', async () => {
		await slowly();
		const node = caller({}, { onError: 'continueRegularOutput' });
		await stopped(node, people(12), 5, { executionId: 'first' });
		await stopped(node, people(12), 3, {
			executionId: 'second',
			mode: 'retry',
			...(line === 'n8n 2' ? { retryOf: 'first' } : {}),
		});
		await retry(node, people(12), 'third', 'second');
		await retry(node, people(12), 'fourth', 'first');
		await retry(node, people(12), 'fifth', 'second');
		expect(twice(await called())).toEqual([]);
		expect((await called()).length).toBeGreaterThanOrEqual(5);
	});

	it('a changed workflow calls whose number was corrected, and nobody again', async () => {
		await slowly();
		await stopped(caller(), people(12), 4, { executionId: 'first' });
		const wrong = people(12)[11].phone;
		const changed = caller(
			{
				agentId: sandbox.agents[1].id,
				toNumber: `={{ $json.phone === "${wrong}" ? "+14155569999" : $json.phone }}`,
			},
			{ onError: 'continueRegularOutput' },
		);
		await retry(changed, people(12), 'second', 'first');
		const all = await called();
		expect(twice(all)).toEqual([]);
		expect(all).toContain('+14155569999');
		expect(all).not.toContain(wrong);
	});

	it('a request under way at the stop is reported as unknown, and the others are called', async () => {
		await sandbox.control.addFault({
			kind: 'hang-after',
			operationId: 'triggerCall',
			match: people(6)[2].phone,
		});
		await stopped(caller(), people(6), 6, { executionId: 'first' });
		const retried = await retry(caller(), people(6), 'second', 'first');
		expect(twice(await called())).toEqual([]);
		expect(messageOf(retried)).toContain(`It is not known whether ${people(6)[2].phone}`);
		expect(await called()).toHaveLength(6);
	});

	it('the retry of a retry that failed by it calls nobody again', async () => {
		await sandbox.control.addFault({
			kind: 'hang-after',
			operationId: 'triggerCall',
			match: people(6)[2].phone,
		});
		await stopped(caller(), people(6), 6, { executionId: 'first' });
		let failed = await retry(caller(), people(6), 'second', 'first');
		for (const executionId of ['third', 'fourth']) {
			failed = await retryExecution(
				failed.run,
				[passOnNode('Before'), caller()],
				CONNECTIONS,
				credential,
				'Samora',
				{ workflowId: `${workflowId} in another process`, executionId },
			);
			expect(messageOf(failed)).toContain('It is not known whether');
		}
		expect(twice(await called())).toEqual([]);
		expect(await called()).toHaveLength(6);
	});

	it('a stop while Trigger and Wait is waiting: the retry waits for the same calls', async () => {
		await sandbox.control.setSpeed(0);
		const node = caller({
			operation: 'triggerAndWait',
			wait: { pollInterval: 0.1, timeout: 1 },
		});
		const running = startNode(node, people(3), credential, { workflowId, executionId: 'first' });
		await sandbox.control.until(
			async () => (await sandbox.control.journal({ operationId: 'getCall' })).length >= 3,
		);
		running.stop();
		await running.outcome;
		await sandbox.control.setSpeed(90);
		const retried = await retry(node, people(3), 'second', 'first');
		expect(await called()).toHaveLength(3);
		expect(retried.output.map(({ json }) => json.to_number)).toEqual(
			people(3).map(({ phone }) => phone),
		);
	});

	it('recipients that were added are not added again', async () => {
		const campaign = await new ApiClient(sandbox).campaign();
		await sandbox.control.addFault({
			kind: 'slow',
			ms: 50,
			times: null,
			operationId: 'addCampaignRecipients',
		});
		// Too large for one request.
		const rows = people(1200).map((row) => ({ ...row, note: 'x'.repeat(4000) }));
		const node = caller({
			resource: 'campaign',
			operation: 'addRecipients',
			campaignId: { __rl: true, mode: 'id', value: campaign.id },
			variablesMode: 'selectedFields',
			variableFields: 'note',
		});
		await stopped(node, rows, 2, { executionId: 'first' });
		const retried = await retry(node, rows, 'second', 'first');
		const all = await called();
		expect(twice(all)).toEqual([]);
		expect(new Set(all).size).toBeGreaterThanOrEqual(600);
		expect(messageOf(retried)).toContain('It is not known whether');
	});

	it.each(['createCampaign', 'addCampaignRecipients', 'startCampaign'])(
		'a launch that was stopped at %s starts one campaign, with everybody in it once',
		async (operationId) => {
			await sandbox.control.setSpeed(0);
			await sandbox.control.addFault({ kind: 'hang-after', operationId });
			const node = caller({
				resource: 'campaign',
				operation: 'launch',
				name: 'Renewals',
				variablesMode: 'none',
			});
			const running = startNode(node, people(5), credential, { workflowId, executionId: 'first' });
			await sandbox.control.until(
				async () => (await sandbox.control.journal({ operationId })).length > 0,
			);
			running.stop();
			await running.outcome;
			await retry(node, people(5), 'second', 'first');
			const started = (await sandbox.control.campaigns()).filter(
				({ status }) => status !== 'DRAFT',
			);
			expect(started.map(({ call_stats: stats }) => stats.total)).toEqual([5]);
		},
	);

	it('a new execution with the same data is new work, and calls', async () => {
		await stopped(caller(), people(2), 2, { executionId: 'first' });
		await startNode(caller(), people(2), credential, { workflowId, executionId: 'second' }).outcome;
		expect(await called()).toHaveLength(4);
	});

	it('the retry of an execution that failed before the node calls, whatever others did', async () => {
		await stopped(caller(), people(2), 2, { executionId: 'first' });
		const before = (await called()).length;
		// The node before it has run, and the execution goes on with the caller, of which nothing is saved.
		const failed = await startNode(caller({ agentId: 'not an ID' }), people(2), credential, {
			workflowId,
			executionId: 'other',
		}).outcome;
		for (const context of Object.values(failed.run.data.executionData?.contextData ?? {})) {
			delete context.samoraRuns;
		}
		await retryExecution(
			failed.run,
			[passOnNode('Before'), caller()],
			CONNECTIONS,
			credential,
			'Samora',
			{ workflowId, executionId: 'third', ...(line === 'n8n 2' ? { retryOf: 'other' } : {}) },
		);
		expect((await called()).length).toBe(before + 2);
	});
});

it('n8n 2 tells apart executions with identical data', async () => {
	const node = caller({}, { onError: 'continueRegularOutput' });
	await slowly();
	await stopped(node, people(12), 8, { executionId: 'first' });
	await stopped(node, people(12), 2, { executionId: 'second' });
	const before = await called();
	await startNode(node, people(12), credential, {
		workflowId,
		mode: 'retry',
		executionId: 'third',
		retryOf: 'first',
	}).outcome;
	const since = (await called()).slice(before.length);
	expect(since.length).toBeLessThanOrEqual(4);
	expect(since).not.toContain(people(12)[0].phone);
});
