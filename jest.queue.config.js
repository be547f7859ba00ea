'use strict';

const everyday = require('./jest.config.js');

/** `npm run test:queue`: the packed package in n8n's queue mode, with a real PostgreSQL and Redis. */
/** @type {import('jest').Config} */
module.exports = {
	...everyday,
	testMatch: ['<rootDir>/test/queue/**/*.test.ts'],
	testPathIgnorePatterns: ['/node_modules/'],
	maxWorkers: 1,
};
