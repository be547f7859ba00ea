'use strict';

const { TestEnvironment } = require('jest-environment-node');

// A worker of an interrupted run would go on with its tests, and with the servers and processes they started.
const leave = () => process.exit(1);
process.on('disconnect', leave);

// This listener keeps the worker alive, so it goes once jest has no more tests for the worker.
process.on('removeListener', (event) => {
	if (event === 'message') process.removeListener('disconnect', leave);
});

module.exports = TestEnvironment;
