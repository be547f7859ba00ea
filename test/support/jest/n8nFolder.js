'use strict';

const { mkdtemp, rm } = require('node:fs/promises');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

/** n8n-core keeps an encryption key in its folder; the tests' one is theirs alone, and goes with them. */
module.exports = async () => {
	const folder = await mkdtemp(join(tmpdir(), 'n8n-core-'));
	process.env.N8N_USER_FOLDER = folder;
	// What n8n logs would drown the tests' own words.
	process.env.N8N_LOG_LEVEL ??= 'silent';
};

module.exports.remove = async () => {
	await rm(process.env.N8N_USER_FOLDER, { recursive: true, force: true });
};
