'use strict';

const everyday = require('./jest.config.js');

/** `npm run test:browser`: n8n's editor with the nodes in it, as a person sees it. */
/** @type {import('jest').Config} */
module.exports = {
	...everyday,
	testMatch: ['<rootDir>/test/browser/**/*.test.ts'],
	testPathIgnorePatterns: ['/node_modules/'],
	testTimeout: 300_000,
	maxWorkers: 1,
};
