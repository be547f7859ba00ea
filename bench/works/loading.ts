import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { packThisPackage } from '../../tools/n8n/install/thisPackage';
import { installFolder } from '../../tools/n8n/install/recipes';
import { interleaved } from '../measure';
import type { WorkReport } from '../report';
import type { Stage } from '../stage';

const run = promisify(execFile);

const SAMORA = 'n8n-nodes-samora';

/** Loads the package like n8n does when it starts. n8n has already loaded n8n-workflow. */
const LOAD = `
const path = require('node:path');
const [folder, from] = process.argv.slice(1);
require(require.resolve('n8n-workflow', { paths: [from] }));
const { n8n } = require(path.join(folder, 'package.json'));
const began = performance.now();
for (const file of [...n8n.credentials, ...n8n.nodes]) {
	const loaded = require(path.join(folder, file));
	for (const type of Object.values(loaded)) new type();
}
console.log(performance.now() - began);
`;

/** Measures how long n8n takes to load the package, and how large the package is. */
export async function loading(
	stage: Stage,
	rounds: number,
	say: (line: string) => void,
): Promise<WorkReport[]> {
	const n8nFolder = installFolder(stage.n8n.version);
	const folder = await mkdtemp(path.join(os.tmpdir(), 'n8n-nodes-samora-load-'));
	const packed = await packThisPackage();
	try {
		// Like in n8n, the folder must be able to resolve n8n-workflow.
		await run('tar', ['-xzf', packed.tarball, '-C', folder, '--strip-components=1']);
		const kB = (await sizeOf(folder)) / 1000;
		const load = async () => {
			const { stdout } = await run(stage.n8n.node, ['--eval', LOAD, folder, n8nFolder], {
				env: { ...process.env, NODE_PATH: path.join(n8nFolder, 'node_modules') },
			});
			return { ms: Number(stdout), kB };
		};
		const results = await interleaved([{ name: SAMORA, run: load }], {
			rounds: rounds * 3,
			say,
		});
		return [
			{
				title: 'Loading the package',
				what: 'Loads the credential and both nodes in a new process. The size is that of the unpacked package.',
				results,
				units: { ms: 'ms', kB: 'kB unpacked' },
				comparisons: [],
				bounds: [
					{ of: SAMORA, quantity: 'ms', unit: 'ms', atMost: 30 },
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
