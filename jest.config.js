'use strict';

const { availableParallelism } = require('node:os');

const FULL_MATRIX = process.env.SAMORA_FULL_MATRIX === '1';

const project = {
	testEnvironment: '<rootDir>/test/support/jest/environment.js',
	transform: { '^.+\\.ts$': '<rootDir>/test/support/jest/typescript.js' },
	// Loaded once in each worker, not once in each file: that takes more than a second.
	moduleNameMapper: { '^(n8n-core|n8n-workflow)$': '<rootDir>/test/support/jest/once/$1.js' },
	modulePathIgnorePatterns: ['<rootDir>/dist/'],
	globalSetup: '<rootDir>/test/support/jest/n8nFolder.js',
	globalTeardown: '<rootDir>/test/support/jest/removeN8nFolder.js',
};

/** These need an installed n8n, PostgreSQL and Redis, or a browser, so each has a script of its own. */
const SEPARATE = ['n8n', 'queue', 'browser'];

/**
 * The scripts in package.json choose a project. They also name the timeout and the number of workers, because jest
 * reads both for the whole run and not per project. An option must follow the project's name: it ends the list of
 * projects, so that a person can add the path of a test.
 *
 * @type {import('jest').Config}
 */
module.exports = {
	projects: [
		{
			...project,
			displayName: 'default',
			testMatch: ['<rootDir>/test/**/*.test.ts'],
			testPathIgnorePatterns: [
				'/node_modules/',
				...SEPARATE.map((folder) => `<rootDir>/test/${folder}/`),
			],
		},
		...SEPARATE.map((folder) => ({
			...project,
			displayName: folder,
			testMatch: [`<rootDir>/test/${folder}/**/*.test.ts`],
		})),
	],
	// Tests mostly wait for a server or a pause, so more files than there are cores run at once. Each may take 700 MB. The
	// full matrices wait less.
	maxWorkers: Math.min((FULL_MATRIX ? 2 : 3) * availableParallelism(), 12),
	testTimeout: 30_000,
};
