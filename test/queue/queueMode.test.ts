import { DEFAULT_N8N_VERSION } from '../../tools/n8n/install/recipes';
import { interruptedStream, STREAM_MS, streamLine } from '../n8n/support/eventStream';
import {
	FIRST_INSTALL_MS,
	installedQueueMode,
	type InstalledQueueMode,
} from '../n8n/support/installedN8n';

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

describe("events in n8n's queue mode, with a worker killed on the way", () => {
	let here: InstalledQueueMode;

	beforeAll(async () => {
		here = await installedQueueMode({ workers: 2, webhookProcesses: 1, env: SOON });
	}, FIRST_INSTALL_MS);

	afterAll(async () => await here?.stop(), STREAM_MS);

	it(
		'have an execution each, none two; what the worker had under way shows as broken off',
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
});
