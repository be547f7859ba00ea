import { readFile } from 'node:fs/promises';

import manifest from '../../package.json';
import type { Sandbox } from '../../sandbox';
import type { CredentialReference, Execution, N8nClient } from '../../tools/n8n/client/client';
import { noteInstalledPackage } from '../../tools/n8n/install/communityPackage';
import type { RunningN8n } from '../../tools/n8n/run/start';
import { waitFor } from '../../tools/waiting';
import {
	FIRST_INSTALL_MS,
	installedN8n,
	VERSIONS,
	type InstalledN8n,
} from './support/installedN8n';
import { CALL, callWorkflow, outcomesWorkflow, START, TRIGGER } from './support/workflows';

describe.each(VERSIONS)('the packed package in n8n %s', (version) => {
	let here: InstalledN8n;
	let sandbox: Sandbox;
	let n8n: RunningN8n;
	let client: N8nClient;
	let credential: CredentialReference;
	let agentId: string;

	beforeAll(async () => {
		here = await installedN8n(version);
		({ sandbox, n8n, client, credential, agentId } = here);
	}, FIRST_INSTALL_MS);

	afterAll(() => here?.stop());

	beforeEach(() => sandbox.control.reset());

	/** Executions of the trigger workflow that have ended, by the event that started them. */
	async function eventsOf(workflowId: string, callId: string): Promise<Map<unknown, Execution>> {
		const summaries = await client.executions(workflowId);
		const executions = await Promise.all(summaries.map(({ id }) => client.finished(id)));
		const events = executions.flatMap((execution) =>
			execution
				.output(TRIGGER)
				.filter(({ call_id }) => call_id === callId)
				.map(({ event }) => [event, execution] as const),
		);
		return new Map(events);
	}

	const noWebhookLeft = () =>
		waitFor(async () => (await sandbox.control.webhooks()).length === 0, {
			what: 'The removal of the webhook at Samora',
		});

	it('offers all nodes, and the first as a tool of AI agents', async () => {
		const types = await client.nodeTypes('n8n-nodes-samora.');
		expect(types.map(({ name }) => name).sort()).toEqual([
			'n8n-nodes-samora.samora',
			'n8n-nodes-samora.samoraCampaignTrigger',
			'n8n-nodes-samora.samoraTool',
			'n8n-nodes-samora.samoraTrigger',
		]);
	});

	it('is listed on the Community nodes screen as installed and loaded', async () => {
		await noteInstalledPackage(n8n, client, 'n8n-nodes-samora');
		expect(await client.communityPackages()).toEqual([
			{
				packageName: 'n8n-nodes-samora',
				installedVersion: manifest.version,
				failedLoading: false,
				nodeTypes: ['samora', 'samoraCampaignTrigger', 'samoraTrigger'].map(
					(name) => `n8n-nodes-samora.${name}`,
				),
			},
		]);
	});

	it('finds the right API key right and a wrong one wrong', async () => {
		const right = { apiKey: sandbox.apiKey, baseUrl: sandbox.url };
		expect(await client.testCredential(credential, right)).toMatchObject({ passed: true });

		const wrong = await client.testCredential(credential, { ...right, apiKey: 'not-the-key' });
		expect(wrong.passed).toBe(false);
		// The later n8n 1.x say it in words of their own.
		expect(wrong.message).toMatch(version.startsWith('1.') ? /credentials|API key/ : /API key/);
		// n8n itself asks once more when the answer is 401.
		const [first, ...others] = await sandbox.control.journal();
		expect(first).toMatchObject({ operationId: 'listWebhookEvents', keyed: true });
		expect(others.map(({ keyed }) => keyed)).not.toContain(true);
	});

	it('does not send the key over plain http to another machine', async () => {
		const test = await client.testCredential(credential, {
			apiKey: sandbox.apiKey,
			baseUrl: 'http://samora.example',
		});
		expect(test.passed).toBe(false);
		expect(test.message).toMatch(/https/i);
	});

	it('hears of the calls it places, from publishing the trigger to unpublishing it', async () => {
		const outcomes = await client.createWorkflow(outcomesWorkflow(agentId, credential));
		await client.publish(outcomes);
		expect(await sandbox.control.webhooks()).toMatchObject([
			{
				agent_id: agentId,
				url: expect.stringContaining(`${n8n.url}/webhook/`),
				events: ['CALL_STARTED', 'CALL_FINISHED', 'CALL_FAILED'],
				is_active: true,
			},
		]);

		const numbers = ['+14155550100', '+14155550101'];
		const calls = await client.createWorkflow(callWorkflow(agentId, credential, numbers));
		const run = await client.finished(await client.run(calls, START));
		expect(run).toMatchObject({ status: 'success', errorMessage: undefined });
		const placed = run.output(CALL);
		expect(placed.map(({ to_number }) => to_number)).toEqual(numbers);
		const [answered, unanswered] = placed.map(({ call_id }) => String(call_id));

		await waitFor(
			async () =>
				(await eventsOf(outcomes.id, answered)).has('CALL_FINISHED') &&
				(await eventsOf(outcomes.id, unanswered)).has('CALL_FAILED'),
			{ what: 'The executions about the ends of both calls' },
		);
		const aboutAnswered = await eventsOf(outcomes.id, answered);
		expect([...aboutAnswered.keys()].sort()).toEqual(['CALL_FINISHED', 'CALL_STARTED']);
		for (const execution of aboutAnswered.values()) {
			expect(execution).toMatchObject({ status: 'success', mode: 'webhook' });
		}

		await client.unpublish(outcomes.id);
		await noWebhookLeft();
	});

	it('writes the API key into no execution and no log', async () => {
		const summaries = await client.executions();
		const executions = await Promise.all(summaries.map(({ id }) => client.execution(id)));
		expect(executions.length).toBeGreaterThan(0);
		for (const { data } of executions) {
			expect(JSON.stringify(data)).not.toContain(sandbox.apiKey);
		}
		expect(await readFile(n8n.logFile, 'utf8')).not.toContain(sandbox.apiKey);
	});
});
