import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import type { N8nClient } from '../client/client';
import { isRecord, parseJson, type JsonRecord } from '../../json';
import { ensureNode } from './nodeRuntime';
import { npm } from '../../processes/npm';
import { NODE_24 } from './recipes';

const run = promisify(execFile);

/** The folder of a community package in an n8n. */
export const installedPackageFolder = (n8nFolder: string, name: string): string =>
	path.join(n8nFolder, 'nodes', 'node_modules', name);

/**
 * Installs a packed package like n8n's Community nodes screen: unpacks it into `nodes/node_modules/<name>`, drops its dev,
 * peer and optional dependencies (so there's no second n8n-workflow), installs its dependencies without scripts, and adds
 * the package to `nodes/package.json`.
 */
export async function installPackage(tarball: string, n8nFolder: string): Promise<void> {
	const nodesFolder = path.join(n8nFolder, 'nodes');
	const unpacked = await mkdtemp(path.join(os.tmpdir(), 'n8n-nodes-samora-unpack-'));
	try {
		await run('tar', ['-xzf', tarball, '-C', unpacked, '--strip-components=1']);
		const manifest = await readManifest(path.join(unpacked, 'package.json'));
		const name = String(manifest.name);
		const packageFolder = installedPackageFolder(n8nFolder, name);
		await rm(packageFolder, { recursive: true, force: true });
		await mkdir(packageFolder, { recursive: true });
		await run('tar', ['-xzf', tarball, '-C', packageFolder, '--strip-components=1']);

		for (const kind of ['devDependencies', 'peerDependencies', 'optionalDependencies']) {
			delete manifest[kind];
		}
		await writeJson(path.join(packageFolder, 'package.json'), manifest);
		await npm(
			[
				'install',
				'--audit=false',
				'--fund=false',
				'--bin-links=false',
				'--install-strategy=shallow',
				'--ignore-scripts=true',
				'--package-lock=false',
			],
			packageFolder,
		);
		await writeJson(path.join(nodesFolder, 'package.json'), {
			name: 'installed-nodes',
			private: true,
			dependencies: { [name]: manifest.version },
		});
	} finally {
		await rm(unpacked, { recursive: true, force: true });
	}
}

async function readManifest(file: string): Promise<JsonRecord> {
	const manifest = parseJson(await readFile(file, 'utf8'));
	if (!isRecord(manifest)) throw new Error(`${file} is not a package manifest`);
	return manifest;
}

async function writeJson(file: string, value: unknown): Promise<void> {
	await writeFile(file, JSON.stringify(value, null, 2));
}

const NOTE_PACKAGE = `
const { DatabaseSync } = require('node:sqlite');
const [file, given] = process.argv.slice(1);
const { manifest, nodes } = JSON.parse(given);
const database = new DatabaseSync(file, { timeout: 10000 });
const now = "strftime('%Y-%m-%d %H:%M:%f', 'now')";
database
	.prepare('insert or replace into installed_packages values (?, ?, ?, ?, ' + now + ', ' + now + ')')
	.run(manifest.name, manifest.version, manifest.author.name, manifest.author.email);
for (const { displayName, name, version } of nodes) {
	database
		.prepare('insert or replace into installed_nodes (name, type, latestVersion, package) values (?, ?, ?, ?)')
		.run(displayName, name, [version].flat().at(-1), manifest.name);
}
`;

/** Node.js 20 has no built-in SQLite. */
async function hasSqlite(node: string): Promise<boolean> {
	try {
		await run(node, ['--eval', "require('node:sqlite')"]);
		return true;
	} catch {
		return false;
	}
}

/**
 * Does the rest of what the Community nodes screen does: adds the package and its nodes to n8n's database, which that
 * screen lists. n8n loads the package without this.
 */
export async function noteInstalledPackage(
	{ node, userFolder }: { node: string; userFolder: string },
	client: N8nClient,
	name: string,
): Promise<void> {
	const n8nFolder = path.join(userFolder, '.n8n');
	const manifest = await readManifest(
		path.join(installedPackageFolder(n8nFolder, name), 'package.json'),
	);
	const nodes = (await client.nodeTypes(`${name}.`))
		// n8n creates the tool variant of a node itself. It isn't part of the package.
		.filter((type) => !String(type.name).endsWith('Tool'))
		.map(({ displayName, name: type, version }) => ({ displayName, name: type, version }));
	await run((await hasSqlite(node)) ? node : await ensureNode(NODE_24), [
		'--eval',
		NOTE_PACKAGE,
		path.join(n8nFolder, 'database.sqlite'),
		JSON.stringify({ manifest, nodes }),
	]);
}
