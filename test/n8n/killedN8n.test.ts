import { interruptedStream, STREAM_MS, streamLine } from './support/eventStream';
import {
	FIRST_INSTALL_MS,
	installedN8n,
	VERSIONS,
	type InstalledN8n,
} from './support/installedN8n';

/** Calls on each side of the kill; each is good for two events. */
const CALLS = 40;

/** As many deliveries as the sandbox has under way at a time. */
const BURST = 8;

describe.each(VERSIONS)('events at n8n %s, killed and started again on the way', (version) => {
	let here: InstalledN8n;

	beforeAll(async () => {
		here = await installedN8n(version);
	}, FIRST_INSTALL_MS);

	afterAll(async () => await here?.stop(), STREAM_MS);

	it(
		'have an execution each; what n8n had under way shows as broken off',
		async () => {
			const figures = await interruptedStream(here, {
				calls: CALLS,
				executionSeconds: 1,
				underWay: 1,
				happens: async () => await here.restart(),
			});
			process.stdout.write(streamLine(`n8n ${version}, killed and started again`, figures));
			const events = 4 * CALLS;
			expect(figures).toMatchObject({ sent: events, acknowledged: events });
			expect(figures.deliveries).toBeGreaterThanOrEqual(2 * events);
			// n8n 1 answers a moment before it has noted the event.
			expect(figures.lost).toBeLessThanOrEqual(version.startsWith('1.') ? BURST : 0);
			expect(figures.executed + figures.brokenOff + figures.lost).toBe(events);
			// n8n 1 also leaves executions of which it never notes the end, and does not run those again.
			if (!version.startsWith('1.')) expect(figures).toMatchObject({ endless: 0, empty: 0 });
			expect(figures.retried).toBeGreaterThanOrEqual(figures.brokenOff - figures.endless);
			// What n8n had taken and not yet answered comes again.
			expect(figures.doubled).toBeLessThanOrEqual(BURST);
		},
		STREAM_MS,
	);
});
