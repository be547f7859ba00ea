import { readFile } from 'node:fs/promises';

import { DEFAULT_N8N_VERSION } from '../../tools/n8n/install/recipes';
import { at } from '../../tools/n8n/client/answers';
import type { Execution, SavedWorkflow } from '../../tools/n8n/client/client';
import type { RunningN8n } from '../../tools/n8n/run/start';
import { waitFor } from '../../tools/waiting';
import {
	CAMPAIGN_TRIGGER,
	campaignThatEnds,
	campaignWorkflow,
	inShort,
	toldOf,
	wholeCampaign,
} from '../n8n/support/campaigns';
import { interruptedStream, STREAM_MS, streamLine } from '../n8n/support/eventStream';
import {
	FIRST_INSTALL_MS,
	installedQueueMode,
	type InstalledQueueMode,
} from '../n8n/support/installedN8n';
import { CALL, callWorkflow, outcomesWorkflow, TRIGGER } from '../n8n/support/workflows';
import { ApiClient, ordinary, OTHER_AGENT } from '../sandbox/support/apiClient';

/** Calls on each side of the worker's end; each is good for two events. */
const CALLS = 20;

/** How many executions a worker of n8n has under way at a time. */
const CONCURRENCY = 10;

/** More than one worker can have, so that some of them are the killed one's. */
const UNDER_WAY = CONCURRENCY + 2;

/** Long enough for so many to be under way at once on a slow machine, too. */
const EXECUTION_SECONDS = 20;

/** n8n finds out sooner than by itself that a worker is gone. Milliseconds. */
const SOON = {
	QUEUE_WORKER_LOCK_DURATION: '10000',
	QUEUE_WORKER_LOCK_RENEW_TIME: '3000',
	QUEUE_WORKER_STALLED_INTERVAL: '5000',
};

/** Read in the processes' logs: who polls, and who runs an execution. */
const LOGGED = { N8N_LOG_LEVEL: 'debug' };

/** In n8n 3 they always do. */
const MANUAL_ON_WORKERS = { OFFLOAD_MANUAL_EXECUTIONS_TO_WORKERS: 'true' };

describe("n8n's queue mode", () => {
	let here: InstalledQueueMode;
	let campaigns: SavedWorkflow;

	beforeAll(async () => {
		here = await installedQueueMode({
			workers: 2,
			webhookProcesses: 1,
			env: { ...SOON, ...LOGGED, ...MANUAL_ON_WORKERS },
		});
		// It polls once a minute, beside everything else. The events of its agent's calls go nowhere.
		campaigns = await here.client.createWorkflow(campaignWorkflow(OTHER_AGENT, here.credential));
		await here.client.publish(campaigns);
		await campaign('Spring');
	}, FIRST_INSTALL_MS);

	afterAll(async () => await here?.stop(), STREAM_MS);

	const campaign = async (name: string) =>
		await campaignThatEnds(
			here.sandbox,
			OTHER_AGENT,
			name,
			[1, 2].map((n) => ({ to_number: ordinary(n) })),
		);

	/** Waits until a webhook process has taken the event of a new call. */
	async function takesAnEvent(): Promise<void> {
		const call = await new ApiClient(here.sandbox).trigger(ordinary(100));
		await waitFor(
			async () =>
				(await here.sandbox.control.deliveries()).some(
					({ call_id, status }) => call_id === call && status === 200,
				),
			{ what: `An event of call ${call}` },
		);
	}

	/** The processes that have logged this. */
	async function whoLogged(text: string): Promise<string[]> {
		const { main, webhookProcesses, workers } = here.n8n;
		const named: Array<[string, RunningN8n]> = [
			['main', main],
			...webhookProcesses.map((process): [string, RunningN8n] => ['webhook', process]),
			...workers.map((process): [string, RunningN8n] => ['worker', process]),
		];
		const logs = await Promise.all(
			named.map(async ([, { logFile }]) => await readFile(logFile, 'utf8')),
		);
		return named.flatMap(([name], index) => (logs[index].includes(text) ? [name] : []));
	}

	const whoRan = async ({ id }: Pick<Execution, 'id'>) =>
		await whoLogged(`Worker started execution ${id} `);

	it(
		'gives events an execution each, none two, with a worker killed on the way; what the worker had under way shows as broken off',
		async () => {
			const figures = await interruptedStream(here, {
				calls: CALLS,
				executionSeconds: EXECUTION_SECONDS,
				underWay: UNDER_WAY,
				happens: async () => await here.n8n.workers[1].kill(),
			});
			process.stdout.write(
				streamLine(`n8n ${DEFAULT_N8N_VERSION}, queue mode, one of two workers killed`, figures),
			);
			const events = 4 * CALLS;
			expect(figures).toMatchObject({ sent: events, acknowledged: events, doubled: 0, lost: 0 });
			expect(figures.deliveries).toBeGreaterThanOrEqual(2 * events);
			expect(figures.executed + figures.brokenOff).toBe(events);
			expect(figures.brokenOff).toBeGreaterThanOrEqual(1);
			expect(figures.brokenOff).toBeLessThanOrEqual(CONCURRENCY);
		},
		STREAM_MS,
	);

	it(
		'polls campaigns in the main process and runs what they start on workers, also after the main process was killed',
		async () => {
			expect(await toldOf(here.client, campaigns, 3)).toEqual(wholeCampaign('Spring'));
			const outcomes = await here.client.createWorkflow(
				outcomesWorkflow(here.agentId, here.credential),
			);
			await here.client.publish(outcomes);
			await here.n8n.main.kill();
			await campaign('Summer');
			await takesAnEvent();
			await here.n8n.main.startAgain();
			await here.client.unpublish(outcomes.id);
			const both = [...wholeCampaign('Spring'), ...wholeCampaign('Summer')];
			expect(await toldOf(here.client, campaigns, 6)).toEqual(both);
			await campaign('Fall');
			expect(await toldOf(here.client, campaigns, 9)).toEqual([...both, ...wholeCampaign('Fall')]);

			expect(await whoLogged('Poll trigger initiated for workflow "Campaigns"')).toEqual(['main']);
			for (const execution of await here.client.executions(campaigns.id)) {
				expect(await whoRan(execution)).toEqual(['worker']);
			}
		},
		STREAM_MS,
	);

	it(
		'runs on workers what somebody tries in the editor',
		async () => {
			const { client, credential, agentId, sandbox } = here;
			const outcomes = await client.createWorkflow(outcomesWorkflow(agentId, credential));
			await client.listen(outcomes, TRIGGER);
			const call_id = await new ApiClient(sandbox).trigger(ordinary(200));
			const [heard] = await waitFor(
				async () => {
					const executions = await client.executions(outcomes.id);
					return executions.length > 0 && executions;
				},
				{ what: 'The execution of the test event' },
			);
			const listened = await client.finished(heard.id);
			expect(listened).toMatchObject({ status: 'success', mode: 'manual' });
			expect(listened.output(TRIGGER)).toMatchObject([{ event: 'CALL_STARTED', call_id }]);

			const number = ordinary(201);
			const calls = await client.createWorkflow(callWorkflow(agentId, credential, [number]));
			const before = await client.finished(await client.executeStep(calls, 'Numbers'));
			expect(before.output('Numbers')).toEqual([{ number }]);
			const earlier = at(before.data, 'resultData', 'runData');
			const step = await client.finished(await client.executeStep(calls, CALL, earlier));
			expect(step).toMatchObject({ status: 'success', errorMessage: undefined });
			expect(step.output(CALL)).toMatchObject([{ to_number: number }]);
			const placed = (await sandbox.control.calls()).filter((call) => call.to_number === number);
			expect(placed).toHaveLength(1);

			const polled = await client.finished(await client.run(campaigns, CAMPAIGN_TRIGGER));
			expect(polled).toMatchObject({ status: 'success', mode: 'manual' });
			expect(polled.output(CAMPAIGN_TRIGGER).map(inShort)).toContain('Spring FINISHED');

			for (const execution of [listened, before, step, polled]) {
				expect(await whoRan(execution)).toEqual(['worker']);
			}
		},
		STREAM_MS,
	);
});
