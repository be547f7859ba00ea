import { execFile } from 'node:child_process';
import { cp } from 'node:fs/promises';
import { watch } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

import { installedPackageFolder } from '../tools/n8n/install/communityPackage';
import { PROJECT_FOLDER } from '../tools/n8n/install/thisPackage';
import type { RunningN8n } from '../tools/n8n/run/start';

const run = promisify(execFile);

const SOURCES = ['nodes', 'credentials', 'icons'];
/** Editors write a file in several steps. */
const SETTLED_AFTER_MS = 200;

/** Makes n8n watch the files of its packages and reload them when they change. */
export const RELOADING_N8N = { N8N_DEV_RELOAD: 'true' };

/**
 * Builds the nodes whenever a source changes, and copies them to an n8n that was started with `RELOADING_N8N`.
 *
 * @returns stops watching
 */
export function bringChanges(n8n: RunningN8n, say: (line: string) => void): () => void {
	let settling: NodeJS.Timeout | undefined;
	let bringing = Promise.resolve();
	const watchers = SOURCES.map((folder) =>
		watch(path.join(PROJECT_FOLDER, folder), { recursive: true }, (_event, file) => {
			clearTimeout(settling);
			settling = setTimeout(() => {
				bringing = bringing.then(() => bring(n8n, say, path.join(folder, file ?? '')));
			}, SETTLED_AFTER_MS);
		}),
	);
	return () => {
		clearTimeout(settling);
		for (const watcher of watchers) watcher.close();
	};
}

async function bring(n8n: RunningN8n, say: (line: string) => void, changed: string) {
	try {
		await run('npx', ['gulp', 'refresh'], { cwd: PROJECT_FOLDER });
		const installed = installedPackageFolder(path.join(n8n.userFolder, '.n8n'), 'n8n-nodes-samora');
		await cp(path.join(PROJECT_FOLDER, 'dist'), path.join(installed, 'dist'), { recursive: true });
		say(`${changed} changed. n8n has reloaded it`);
	} catch (error) {
		const { stderr = '' } = error as { stderr?: string };
		say(`${changed} changed, but the build failed:\n${stderr || String(error)}`);
	}
}
