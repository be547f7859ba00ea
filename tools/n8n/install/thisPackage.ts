import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';

import { npm } from '../../processes/npm';
import { pack, type Packed } from '../../release/tarball';

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
export async function packThisPackage(): Promise<Packed> {
	if (await isStale()) await npm(['run', 'build'], PROJECT_FOLDER);
	return await pack(PROJECT_FOLDER);
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
