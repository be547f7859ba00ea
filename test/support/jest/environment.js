'use strict';

const { setTimeout: sleep } = require('node:timers/promises');
const vm = require('node:vm');

const { ModernFakeTimers } = require('@jest/fake-timers');
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

/** Stands for the worker's own context, which Node.js has no object for. */
const OWN_CONTEXT = vm.createContext();

// jest compiles each module with this function, which takes the worker's own context when it is told of none.
const { compileFunction } = vm;
vm.compileFunction = (source, names, options) =>
	compileFunction(
		source,
		names,
		options?.parsingContext === OWN_CONTEXT ? { ...options, parsingContext: undefined } : options,
	);

/** For `once/`: the modules that jest does not load anew for each file. */
globalThis.requireOnce = require;

/**
 * Tests, nodes and n8n share one context, as nodes and n8n do in n8n. jest would give each test file a context of its
 * own, and would have to load n8n-core anew in each. What a file changes in `global` or `process` it has to put back.
 */
module.exports = class extends TestEnvironment {
	constructor(config, context) {
		super(config, context);
		this.global = global;
		this.fakeTimersModern = new ModernFakeTimers({ config: config.projectConfig, global });
	}

	getVmContext() {
		return OWN_CONTEXT;
	}

	/**
	 * In a worker, lets a sleep that is left run out: jest would take it for a leak. A real leak lasts longer. jest's own
	 * teardown would empty the context, which the next file goes on with.
	 */
	async teardown() {
		this.fakeTimersModern.dispose();
		this.moduleMocker.restoreAllMocks();
		const until = Date.now() + (process.connected ? LONGEST_SLEEP_MS : 0);
		while (process.getActiveResourcesInfo().includes('Timeout') && Date.now() < until) {
			await sleep(20);
		}
	}
};
