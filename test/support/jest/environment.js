'use strict';

const { setTimeout: sleep } = require('node:timers/promises');

const { TestEnvironment } = require('jest-environment-node');

// A worker of an interrupted run would go on with its tests, and with the servers and processes they started.
const leave = () => process.exit(1);
process.on('disconnect', leave);

// This listener keeps the worker alive, so it goes once jest has no more tests for the worker.
process.on('removeListener', (event) => {
	if (event === 'message') process.removeListener('disconnect', leave);
});

/** The nodes wait in slices of this length. n8n's sleep cannot be broken off, so one may be left when a wait ends. */
const LONGEST_SLEEP_MS = 1000;

module.exports = class extends TestEnvironment {
	/** In a worker, lets a sleep that is left run out: jest would take it for a leak. A real leak lasts longer. */
	async teardown() {
		const until = Date.now() + (process.connected ? LONGEST_SLEEP_MS : 0);
		while (process.getActiveResourcesInfo().includes('Timeout') && Date.now() < until) {
			await sleep(20);
		}
		await super.teardown();
	}
};
