import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { isRecord, parseJson } from '../../json';
import { npm } from '../../processes/npm';

export const PROJECT_FOLDER = path.resolve(__dirname, '..', '..', '..');

const SOURCES = [
	'nodes',
	'credentials',
	'icons',
	'package.json',
	'tsconfig.json',
	'tsconfig.build.json',
	'gulpfile.js',
	'tools/build',
];

/** Builds this package if a source file has changed, packs it, and returns the tarball's path. */
export async function packThisPackage(): Promise<{ tarball: string; remove: () => Promise<void> }> {
	if (await isStale()) await npm(['run', 'build'], PROJECT_FOLDER);
	const folder = await mkdtemp(path.join(os.tmpdir(), 'n8n-nodes-samora-pack-'));
	const packed = parseJson(
		await npm(['pack', '--json', `--pack-destination=${folder}`], PROJECT_FOLDER),
	);
	const [entry] = Array.isArray(packed) ? packed : [];
	if (!isRecord(entry) || typeof entry.filename !== 'string') {
		throw new Error('npm pack returned no file name');
	}
	return {
		tarball: path.join(folder, entry.filename),
		remove: () => rm(folder, { recursive: true, force: true }),
	};
}

async function isStale(): Promise<boolean> {
	const builtAt = await lastChange('dist');
	const changedAt = await Promise.all(SOURCES.map(lastChange));
	return builtAt === 0 || changedAt.some((time) => time > builtAt);
}

/** When a file, or the newest file in a folder, was last changed. 0 if there is none. */
async function lastChange(name: string): Promise<number> {
	const file = path.join(PROJECT_FOLDER, name);
	if (!existsSync(file)) return 0;
	const times = (await stat(file)).isDirectory()
		? (await readdir(file, { withFileTypes: true, recursive: true }))
				.filter((entry) => entry.isFile())
				.map(async (entry) => (await stat(path.join(entry.parentPath, entry.name))).mtimeMs)
		: [(await stat(file)).mtimeMs];
	return Math.max(0, ...(await Promise.all(times)));
}
