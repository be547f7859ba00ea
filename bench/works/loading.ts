import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { packThisPackage } from '../../tools/n8n/install/thisPackage';
import { DEFAULT_N8N_VERSION, installFolder, recipeFor } from '../../tools/n8n/install/recipes';
import { ensureNode } from '../../tools/n8n/install/nodeRuntime';
import { interleaved, type Figures } from '../measure';
import type { WorkReport } from '../report';

const run = promisify(execFile);

const SAMORA = 'n8n-nodes-samora';

/** Loads what n8n loads of the package when it starts, or one part of it. n8n has already loaded n8n-workflow. */
const LOAD = `
const path = require('node:path');
const [folder, from, part] = process.argv.slice(1);
require(require.resolve('n8n-workflow', { paths: [from] }));
const { n8n } = require(path.join(folder, 'package.json'));
const files = [...n8n.credentials, ...n8n.nodes].filter((file) => file.includes(part));
const began = performance.now();
for (const file of files) {
	const loaded = require(path.join(folder, file));
	for (const type of Object.values(loaded)) new type();
}
console.log(performance.now() - began);
`;

/** Parts of the package, by what only their files' names contain. */
const PARTS: Record<string, string> = {
	[SAMORA]: '',
	'Samora alone': 'Samora.node',
	'Samora Trigger alone': 'SamoraTrigger.node',
	'Samora Campaign Trigger alone': 'SamoraCampaignTrigger.node',
};

/** Measures how long n8n takes to load the package, and how large the package is. */
export async function loading(rounds: number, say: (line: string) => void): Promise<WorkReport[]> {
	const n8nFolder = installFolder(DEFAULT_N8N_VERSION);
	const node = await ensureNode(recipeFor(DEFAULT_N8N_VERSION).node);
	const folder = await mkdtemp(path.join(os.tmpdir(), 'n8n-nodes-samora-load-'));
	const packed = await packThisPackage();
	try {
		// Like in n8n, the folder must be able to resolve n8n-workflow.
		await run('tar', ['-xzf', packed.tarball, '-C', folder, '--strip-components=1']);
		const kB = (await sizeOf(folder)) / 1000;
		const contenders = Object.entries(PARTS).map(([name, part]) => ({
			name,
			run: async (): Promise<Figures> => {
				const { stdout } = await run(node, ['--eval', LOAD, folder, n8nFolder, part], {
					env: { ...process.env, NODE_PATH: path.join(n8nFolder, 'node_modules') },
				});
				return part === '' ? { ms: Number(stdout), kB } : { ms: Number(stdout) };
			},
		}));
		return [
			{
				title: 'Loading the package',
				what: 'Loads the credential and the nodes in a new process, and each node by itself. The size is that of the unpacked package.',
				results: await interleaved(contenders, { rounds, say }),
				units: { ms: 'ms', kB: 'kB unpacked' },
				comparisons: [],
				bounds: [
					...Object.keys(PARTS).map((of) => ({ of, quantity: 'ms', unit: 'ms', atMost: 30 })),
					{ of: SAMORA, quantity: 'kB', unit: 'kB', atMost: 450 },
				],
				plotted: 'ms',
			},
		];
	} finally {
		await packed.remove();
		await rm(folder, { recursive: true, force: true });
	}
}

async function sizeOf(folder: string): Promise<number> {
	const files = (await readdir(folder, { withFileTypes: true, recursive: true })).filter((entry) =>
		entry.isFile(),
	);
	const sizes = await Promise.all(
		files.map(async ({ parentPath, name }) => (await stat(path.join(parentPath, name))).size),
	);
	return sizes.reduce((sum, size) => sum + size, 0);
}
