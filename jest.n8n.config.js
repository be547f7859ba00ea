'use strict';

const everyday = require('./jest.config.js');

/** `npm run test:n8n`: the packed package in a real n8n, which is installed on first use. */
/** @type {import('jest').Config} */
module.exports = {
	...everyday,
	testMatch: ['<rootDir>/test/n8n/**/*.test.ts'],
	testPathIgnorePatterns: ['/node_modules/'],
	testTimeout: 120_000,
	maxWorkers: 1,
};
