import { interruptedStream, STREAM_MS, streamLine } from '../n8n/eventStream';
import {
	FIRST_INSTALL_MS,
	installedQueueMode,
	VERSIONS,
	type InstalledQueueMode,
} from '../n8n/installedN8n';

/** Calls on each side of the worker's end; each is good for two events. */
const CALLS = 40;

/** How many executions a worker of n8n has under way at a time. */
const CONCURRENCY = 10;

/** More than one worker can have, so that some of them are the killed one's. */
const UNDER_WAY = CONCURRENCY + 4;

/** n8n finds out sooner than by itself that a worker is gone. Milliseconds. */
const SOON = {
	QUEUE_WORKER_LOCK_DURATION: '10000',
	QUEUE_WORKER_LOCK_RENEW_TIME: '3000',
	QUEUE_WORKER_STALLED_INTERVAL: '5000',
};

describe.each(VERSIONS)(
	'events in the queue mode of n8n %s, with a worker killed on the way',
	(version) => {
		let here: InstalledQueueMode;

		beforeAll(async () => {
			here = await installedQueueMode({ version, workers: 2, webhookProcesses: 1, env: SOON });
		}, FIRST_INSTALL_MS);

		afterAll(async () => await here?.stop(), STREAM_MS);

		it(
			'have an execution each, none two',
			async () => {
				const figures = await interruptedStream(here, {
					calls: CALLS,
					executionSeconds: 5,
					underWay: UNDER_WAY,
					happens: async () => await here.n8n.workers[1].kill(),
				});
				process.stdout.write(
					streamLine(`n8n ${version}, queue mode, one of two workers killed`, figures),
				);
				const events = 4 * CALLS;
				expect(figures).toMatchObject({ sent: events, acknowledged: events, doubled: 0, lost: 0 });
				expect(figures.deliveries).toBeGreaterThanOrEqual(2 * events);
				// n8n 2 does not run again what the killed worker had begun, n8n 1 does.
				const runsAgain = version.startsWith('1.');
				expect(figures.executed + figures.brokenOff).toBe(events);
				expect(figures.brokenOff).toBeGreaterThanOrEqual(runsAgain ? 0 : 1);
				expect(figures.brokenOff).toBeLessThanOrEqual(runsAgain ? 0 : CONCURRENCY);
			},
			STREAM_MS,
		);
	},
);
