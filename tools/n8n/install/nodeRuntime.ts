import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import { lockFolder } from '../../processes/folderLock';
import { npmWithLog } from '../../processes/npm';
import { cacheFolder } from './recipes';

const run = promisify(execFile);

/**
 * Installs another version of Node.js to run an n8n with. It comes from the npm package `node` and is stored in the same
 * cache, once per version.
 *
 * @param version exact, e.g. `22.23.3`
 * @returns the path of its binary
 */
export async function ensureNode(version: string): Promise<string> {
	const folder = path.join(cacheFolder(), `node-${version}`);
	const binary = path.join(folder, 'node_modules', 'node', 'bin', 'node');
	if (await isNode(binary, version)) return binary;
	await mkdir(folder, { recursive: true });
	const release = await lockFolder(folder, { onHeld: () => undefined });
	try {
		if (!(await isNode(binary, version))) {
			await writeFile(
				path.join(folder, 'package.json'),
				JSON.stringify({ private: true, dependencies: { node: version } }),
			);
			// Its install script puts the binary for this machine in place.
			await npmWithLog(folder, 'install.log', [
				'install',
				'--ignore-scripts=false',
				'--no-audit',
				'--no-fund',
			]);
		}
	} finally {
		await release();
	}
	if (!(await isNode(binary, version))) {
		throw new Error(`Node.js ${version} was installed in ${folder}, but it doesn't start`);
	}
	return binary;
}

async function isNode(binary: string, version: string): Promise<boolean> {
	try {
		return (await run(binary, ['--version'])).stdout.trim() === `v${version}`;
	} catch {
		return false;
	}
}
