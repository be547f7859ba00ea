import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import { isRecord, parseJson } from './json';
import { lockFolder } from './folderLock';
import { startReporting, type InstallProgress, type Reporting } from './installProgress';
import { npmWithLog } from './npm';
import { installFolder, majorOf, recipeFor, type Recipe } from './recipes';

const run = promisify(execFile);

/** Written last: a folder without it is not used before it was checked. */
const MARKER = 'complete.json';
const LOG = 'install.log';

export interface InstalledN8n {
	version: string;
	folder: string;
	/** The Node binary this n8n runs under. */
	node: string;
	/** n8n's command line entry, to be run by that Node. */
	entry: string;
}

export interface InstallOptions {
	onProgress?: (progress: InstallProgress) => void;
	signal?: AbortSignal;
}

/**
 * Makes sure that an n8n of exactly this version is in the cache. Safe to call from several processes at
 * once: one installs, the others wait. What an interrupted run left behind is completed or done again.
 */
export async function ensureN8n(
	version: string,
	{ onProgress, signal }: InstallOptions = {},
): Promise<InstalledN8n> {
	const recipe = recipeFor(version);
	const installed = locate(version);
	if (await isMarkedComplete(installed)) return installed;

	await mkdir(installed.folder, { recursive: true });
	const progress = startReporting(version, installed.folder, onProgress);
	try {
		progress.activity('looking at what is there already');
		const release = await lockFolder(installed.folder, {
			onHeld: () => progress.activity('waiting for another install of this version to finish'),
			signal,
		});
		try {
			if (!(await isMarkedComplete(installed))) {
				await install(installed, recipe, progress, signal);
			}
		} finally {
			await release();
		}
		progress.done();
	} finally {
		progress.stop();
	}
	return installed;
}

function locate(version: string): InstalledN8n {
	const folder = installFolder(version);
	return {
		version,
		folder,
		node: path.join(folder, 'node_modules', 'node', 'bin', 'node'),
		entry: path.join(folder, 'node_modules', 'n8n', 'bin', 'n8n'),
	};
}

async function isMarkedComplete({ folder, version, node, entry }: InstalledN8n): Promise<boolean> {
	const marker = await readJson(path.join(folder, MARKER));
	return (
		isRecord(marker) && marker.n8n === version && [node, entry].every((file) => existsSync(file))
	);
}

async function install(
	installed: InstalledN8n,
	recipe: Recipe,
	progress: Reporting,
	signal?: AbortSignal,
) {
	const { folder, version } = installed;
	if (!(await isDownloaded(installed))) {
		const modules = path.join(folder, 'node_modules');
		if (existsSync(modules)) {
			progress.activity('clearing away what an interrupted install left behind');
			await rm(modules, { recursive: true });
		}
		await rm(path.join(folder, 'package-lock.json'), { force: true });
		await writeFile(
			path.join(folder, 'package.json'),
			JSON.stringify({
				name: 'n8n-host',
				private: true,
				dependencies: { n8n: version, node: recipe.node },
				overrides: recipe.overrides,
			}),
		);
		progress.activity('downloading about 2,400 npm packages', recipe.expectedBytes);
		// Without install scripts: one of a Kafka client's wants sources from outside the registry.
		await npmWithLog(
			folder,
			LOG,
			['install', '--ignore-scripts', '--no-audit', '--no-fund'],
			signal,
		);
	}
	const missing = await whatDoesNotRun(installed, recipe);
	if (missing) {
		progress.activity(`compiling SQLite and fetching Node ${majorOf(recipe.node)}`);
		await npmWithLog(folder, LOG, ['rebuild', '--ignore-scripts=false', 'sqlite3', 'node'], signal);
	}
	progress.activity('checking that it runs');
	const stillMissing = await whatDoesNotRun(installed, recipe);
	if (stillMissing) {
		throw new Error(
			`n8n ${version} was installed into ${folder}, but ${stillMissing}. See ${path.join(folder, LOG)}; deleting the folder starts afresh.`,
		);
	}
	await writeFile(
		path.join(folder, MARKER),
		JSON.stringify({ n8n: version, node: recipe.node, completedAt: new Date().toISOString() }),
	);
}

/** npm writes its hidden lockfile when everything is in place, so a half download is recognised by its absence. */
async function isDownloaded({ folder, version }: InstalledN8n): Promise<boolean> {
	const modules = path.join(folder, 'node_modules');
	if (!existsSync(path.join(modules, '.package-lock.json'))) return false;
	const manifest = await readJson(path.join(modules, 'n8n', 'package.json'));
	return isRecord(manifest) && manifest.version === version;
}

async function whatDoesNotRun(
	{ folder, node }: InstalledN8n,
	recipe: Recipe,
): Promise<string | undefined> {
	const major = majorOf(recipe.node);
	try {
		const { stdout } = await run(node, ['--version']);
		if (!stdout.startsWith(`v${major}.`)) return `its Node is ${stdout.trim()}, not ${major}`;
	} catch {
		return 'its Node binary does not start';
	}
	try {
		await run(node, ['--eval', "require('sqlite3')"], { cwd: folder });
	} catch {
		return 'its SQLite driver does not load';
	}
	return undefined;
}

async function readJson(file: string): Promise<unknown> {
	try {
		return parseJson(await readFile(file, 'utf8'));
	} catch {
		return undefined;
	}
}
