import { mkdir, mkdtemp, open, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { ensureN8n, type InstalledN8n, type InstallOptions } from '../install/install';
import { installPackage } from '../install/communityPackage';
import { isolatedEnvironment, pathFor, workerEnvironment } from './environment';
import { freePort } from '../../processes/ports';
import { ensureNode } from '../install/nodeRuntime';
import { DEFAULT_N8N_VERSION, recipeFor, settingsFor } from '../install/recipes';
import { spawnTethered, type TetheredProcess } from '../../processes/tetheredProcess';
import { waitFor } from '../../waiting';

const READY_WITHIN_MS = 300_000;

/** A single n8n, or the processes of queue mode. There, `start` is the main process. */
export type N8nCommand = 'start' | 'webhook' | 'worker';

export interface StartOptions extends InstallOptions {
	version?: string;
	/** Default: `start`. */
	command?: N8nCommand;
	/** The folder for the database and settings. Default: a temporary folder that's deleted with the n8n. */
	userFolder?: string;
	/** The preferred port. Default: any free port. */
	port?: number;
	/** The tarball of a community package to install before the start. */
	packageTarball?: string;
	/** The exact version of Node.js to use. Default: `SAMORA_N8N_NODE`, or the version it was installed with. */
	nodeVersion?: string;
	/** The registry for this n8n's npm. Default: the user's registry. */
	npmRegistry?: string;
	env?: Record<string, string>;
}

export interface RunningN8n {
	readonly version: string;
	/** e.g. `http://127.0.0.1:5678` */
	readonly url: string;
	readonly userFolder: string;
	readonly logFile: string;
	readonly pid: number;
	/** The Node.js binary that runs this n8n. */
	readonly node: string;
	readonly running: boolean;
	/** Resolves with the exit code when this n8n has ended for any reason. */
	readonly exited: Promise<number>;
	/** Shuts it down cleanly, and deletes its folder if it's temporary. */
	stop(): Promise<void>;
	/** Kills it, as in a crash. Keeps the folder for the next start. */
	kill(): Promise<void>;
}

/** Starts an isolated, quiet n8n on loopback for this process. It's ready when this returns. */
export async function startN8n(options: StartOptions = {}): Promise<RunningN8n> {
	const { version = DEFAULT_N8N_VERSION, command = 'start', packageTarball, signal } = options;
	const { node: ownNode } = recipeFor(version);
	const nodeVersion = options.nodeVersion ?? process.env.SAMORA_N8N_NODE ?? ownNode;
	const installed = await ensureN8n(version, options);
	const { entry } = installed;
	const node = nodeVersion === ownNode ? installed.node : await ensureNode(nodeVersion);
	const { userFolder, removeFolder } = await userFolderOf(options);

	try {
		const n8nFolder = path.join(userFolder, '.n8n');
		await mkdir(n8nFolder, { recursive: true });
		if (packageTarball) await installPackage(packageTarball, n8nFolder);
		signal?.throwIfAborted();

		const port = await freePort(options.port);
		const url = `http://127.0.0.1:${port}`;
		const logFile = path.join(userFolder, 'n8n.log');
		const child = await spawnN8n({ node, entry }, command, logFile, {
			...isolatedEnvironment(userFolder, url, port, await freePort()),
			...(command === 'worker' && workerEnvironment(port)),
			PATH: await pathFor(node, userFolder, options.npmRegistry),
			...settingsFor(version, nodeVersion),
			...options.env,
		});
		try {
			await untilReady(
				READY_PATHS[command].map((at) => `${url}${at}`),
				child,
				logFile,
				signal,
			);
		} catch (error) {
			await child.kill();
			throw error;
		}

		return {
			version,
			url,
			userFolder,
			logFile,
			node,
			pid: child.pid,
			get running() {
				return child.running;
			},
			exited: child.exited,
			async stop() {
				await child.stop();
				await removeFolder();
			},
			kill: () => child.kill(),
		};
	} catch (error) {
		await removeFolder();
		throw error;
	}
}

/** The folder that n8n stores everything in: the given one, which stays, or a new one. */
export async function userFolderOf({ userFolder }: Pick<StartOptions, 'userFolder'>): Promise<{
	userFolder: string;
	removeFolder: () => Promise<void>;
}> {
	if (userFolder !== undefined) return { userFolder, removeFolder: async () => {} };
	const folder = await mkdtemp(path.join(os.tmpdir(), 'n8n-nodes-samora-'));
	return {
		userFolder: folder,
		removeFolder: async () => await rm(folder, { recursive: true, force: true }),
	};
}

async function spawnN8n(
	{ node, entry }: Pick<InstalledN8n, 'node' | 'entry'>,
	command: N8nCommand,
	logFile: string,
	env: NodeJS.ProcessEnv,
): Promise<TetheredProcess> {
	const log = await open(logFile, 'a');
	try {
		return spawnTethered(node, [entry, command], {
			cwd: path.dirname(logFile),
			env,
			output: log.fd,
		});
	} finally {
		await log.close();
	}
}

/** The URLs that respond with JSON once the process is ready. */
const READY_PATHS: Record<N8nCommand, string[]> = {
	start: ['/healthz', '/rest/settings'],
	webhook: ['/healthz/readiness'],
	worker: ['/healthz/readiness'],
};

async function untilReady(
	urls: string[],
	child: TetheredProcess,
	logFile: string,
	signal?: AbortSignal,
): Promise<void> {
	try {
		await waitFor(
			async () => {
				if (!child.running) throw new Error(`n8n exited with code ${await child.exited}`);
				return (await Promise.all(urls.map(answers))).every(Boolean);
			},
			{
				what: `The start of n8n on ${new URL(urls[0]).origin}`,
				timeoutMs: READY_WITHIN_MS,
				signal,
			},
		);
	} catch (error) {
		if (signal?.aborted) throw error;
		const said = (await readFile(logFile, 'utf8')).trimEnd().split('\n').slice(-20).join('\n');
		throw new Error(
			`${error instanceof Error ? error.message : error}. Its last output:\n${said}`,
			{
				cause: error,
			},
		);
	}
}

/** While it starts, n8n responds to every request with a page, so the status alone isn't enough. */
async function answers(url: string): Promise<boolean> {
	try {
		const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
		await response.arrayBuffer();
		return (
			response.ok && (response.headers.get('content-type') ?? '').startsWith('application/json')
		);
	} catch {
		return false;
	}
}
