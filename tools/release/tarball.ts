import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { isRecord, parseJson } from '../json';
import { npm } from '../processes/npm';
import type { PackageFiles } from './packageRules';

const run = promisify(execFile);

export interface Packed {
	/** The path of the tarball. */
	tarball: string;
	remove: () => Promise<void>;
}

/** Packs a package as it is, into a new folder. */
export async function pack(packageFolder: string): Promise<Packed> {
	const folder = await mkdtemp(path.join(os.tmpdir(), 'n8n-nodes-samora-pack-'));
	const packed = parseJson(
		await npm(['pack', '--json', `--pack-destination=${folder}`], packageFolder),
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

/** Unpacks a package's tarball into a new folder. */
export async function unpacked(
	tarball: string,
): Promise<{ folder: string; remove: () => Promise<void> }> {
	const folder = await mkdtemp(path.join(os.tmpdir(), 'n8n-nodes-samora-unpacked-'));
	await run('tar', ['-xzf', tarball, '-C', folder, '--strip-components=1']);
	return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Every file in a folder. Our packages only contain text files. */
export async function filesIn(folder: string): Promise<PackageFiles> {
	const entries = await readdir(folder, { withFileTypes: true, recursive: true });
	const files = await Promise.all(
		entries
			.filter((entry) => !entry.isDirectory())
			.map(async (entry) => {
				const file = path.join(entry.parentPath, entry.name);
				const name = path.relative(folder, file).split(path.sep).join('/');
				return [name, await readFile(file, 'utf8')] as const;
			}),
	);
	return new Map(files);
}
