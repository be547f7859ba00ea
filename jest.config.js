'use strict';

/** Transpile only: `npm run lint` and `npm run build` check the types. */
const transform = { '^.+\\.ts$': ['ts-jest', { transpilation: true, diagnostics: false }] };

/** @type {import('jest').Config} */
module.exports = {
	testEnvironment: 'node',
	transform,
	testMatch: ['<rootDir>/test/**/*.test.ts'],
	testPathIgnorePatterns: [
		'/node_modules/',
		'<rootDir>/test/n8n/',
		'<rootDir>/test/browser/',
		'<rootDir>/test/queue/',
	],
	modulePathIgnorePatterns: ['<rootDir>/dist/'],
	globalSetup: '<rootDir>/test/support/n8nFolder.js',
	globalTeardown: '<rootDir>/test/support/removeN8nFolder.js',
	// The tests mostly wait for a server of their own, so every core may have them.
	maxWorkers: '100%',
	testTimeout: 30_000,
};
