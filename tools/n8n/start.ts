import { mkdir, mkdtemp, open, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { ensureN8n, type InstalledN8n, type InstallOptions } from './install';
import { installPackage } from './communityPackage';
import { isolatedEnvironment, pathFor, workerEnvironment } from './environment';
import { freePort } from './ports';
import { ensureNode } from './nodeRuntime';
import { DEFAULT_N8N_VERSION, recipeFor, settingsFor } from './recipes';
import { spawnTethered, type TetheredProcess } from './tetheredProcess';
import { waitFor } from './waiting';

const READY_WITHIN_MS = 300_000;

/** An n8n by itself, or the parts of one in queue mode; there the first is the main process. */
export type N8nCommand = 'start' | 'webhook' | 'worker';

export interface StartOptions extends InstallOptions {
	version?: string;
	/** `start` unless it says otherwise. */
	command?: N8nCommand;
	/** Where this n8n keeps its database and settings; without it a temporary folder that goes with the n8n. */
	userFolder?: string;
	/** Taken if free, else another; without it any free port. */
	port?: number;
	/** Tarball of a community package that is installed before the start. */
	packageTarball?: string;
	/** Exact version of the Node to run it under; else `SAMORA_N8N_NODE`, else the one it was installed with. */
	nodeVersion?: string;
	/** Where this n8n's npm finds packages; without it, where the person's does. */
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
	/** The Node this n8n runs under. */
	readonly node: string;
	readonly running: boolean;
	/** Resolves with the exit code when this n8n has ended, for whatever reason. */
	readonly exited: Promise<number>;
	/** Ends it as an orderly shutdown would, and removes its folder if that was temporary. */
	stop(): Promise<void>;
	/** Ends it as a crash would; the folder stays, for a next start. */
	kill(): Promise<void>;
}

/** Starts an n8n of its own for this process: isolated, quiet, on loopback, ready to be used when this returns. */
export async function startN8n(options: StartOptions = {}): Promise<RunningN8n> {
	const { version = DEFAULT_N8N_VERSION, command = 'start', packageTarball, signal } = options;
	const { node: ownNode } = recipeFor(version);
	const nodeVersion = options.nodeVersion ?? process.env.SAMORA_N8N_NODE ?? ownNode;
	const installed = await ensureN8n(version, options);
	const { entry } = installed;
	const node = nodeVersion === ownNode ? installed.node : await ensureNode(nodeVersion);
	const userFolder =
		options.userFolder ?? (await mkdtemp(path.join(os.tmpdir(), 'n8n-nodes-samora-')));
	const isTemporary = options.userFolder === undefined;
	const removeFolder = async () => {
		if (isTemporary) await rm(userFolder, { recursive: true, force: true });
	};

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

/** What answers with JSON once the process does its work. */
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
				if (!child.running) throw new Error(`n8n ended with code ${await child.exited}`);
				return (await Promise.all(urls.map(answers))).every(Boolean);
			},
			{
				what: `n8n on ${new URL(urls[0]).origin} getting ready`,
				timeoutMs: READY_WITHIN_MS,
				signal,
			},
		);
	} catch (error) {
		if (signal?.aborted) throw error;
		const said = (await readFile(logFile, 'utf8')).trimEnd().split('\n').slice(-20).join('\n');
		throw new Error(`${error instanceof Error ? error.message : error}. It said last:\n${said}`, {
			cause: error,
		});
	}
}

/** While it boots n8n answers everything with a page, so a status alone does not tell. */
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
