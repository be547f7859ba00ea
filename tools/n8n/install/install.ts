import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import { isRecord, parseJson } from '../../json';
import { lockFolder } from '../../processes/folderLock';
import { startReporting, type InstallProgress, type Reporting } from './installProgress';
import { npmWithLog } from '../../processes/npm';
import { installFolder, majorOf, recipeFor, type Recipe } from './recipes';

const run = promisify(execFile);

/** Written last. A folder without it is checked before it's used. */
const MARKER = 'complete.json';
const LOG = 'install.log';

export interface InstalledN8n {
	version: string;
	folder: string;
	/** The Node.js binary that runs this n8n. */
	node: string;
	/** n8n's command line entry, for that Node.js. */
	entry: string;
}

export interface InstallOptions {
	onProgress?: (progress: InstallProgress) => void;
	signal?: AbortSignal;
}

/**
 * Installs exactly this version of n8n in the cache, unless it's already there. Several processes can call this at the
 * same time: one installs and the others wait. An interrupted install is completed or repeated.
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
		progress.activity('checking what is already installed');
		const release = await lockFolder(installed.folder, {
			onHeld: () => progress.activity('waiting for another process that installs this version'),
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
			progress.activity('removing the remains of an interrupted install');
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
		// Skip install scripts: a Kafka client's script downloads sources from outside the registry.
		await npmWithLog(
			folder,
			LOG,
			['install', '--ignore-scripts', '--no-audit', '--no-fund'],
			signal,
		);
	}
	const missing = await whatDoesNotRun(installed, recipe);
	if (missing) {
		progress.activity(`compiling SQLite and downloading Node.js ${majorOf(recipe.node)}`);
		await npmWithLog(folder, LOG, ['rebuild', '--ignore-scripts=false', 'sqlite3', 'node'], signal);
	}
	progress.activity('checking that n8n runs');
	const stillMissing = await whatDoesNotRun(installed, recipe);
	if (stillMissing) {
		throw new Error(
			`n8n ${version} was installed in ${folder}, but ${stillMissing}. See ${path.join(folder, LOG)}; To start over, delete the folder.`,
		);
	}
	await writeFile(
		path.join(folder, MARKER),
		JSON.stringify({ n8n: version, node: recipe.node, completedAt: new Date().toISOString() }),
	);
}

/** npm writes its hidden lockfile when everything is in place, so its absence shows an incomplete download. */
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
		if (!stdout.startsWith(`v${major}.`)) return `its Node.js is ${stdout.trim()}, not ${major}`;
	} catch {
		return "its Node.js binary doesn't start";
	}
	try {
		await run(node, ['--eval', "require('sqlite3')"], { cwd: folder });
	} catch {
		return "its SQLite driver doesn't load";
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
