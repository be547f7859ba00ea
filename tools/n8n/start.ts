import { mkdir, mkdtemp, open, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { ensureN8n, type InstalledN8n, type InstallOptions } from './install';
import { installPackage } from './communityPackage';
import { freePort } from './ports';
import { ensureNode } from './nodeRuntime';
import { DEFAULT_N8N_VERSION, recipeFor, settingsFor } from './recipes';
import { spawnTethered, type TetheredProcess } from './tetheredProcess';
import { waitFor } from './waiting';

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
			...quietEnvironment(userFolder, url, port, await freePort()),
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

/**
 * n8n calls `node` and `npm` by name. It should find its own Node.js, but the user's npm under the user's Node.js, because
 * npm looks for global settings such as a registry next to the Node.js that runs it. n8n passes npm's public registry, and
 * only paying customers can change it. npm uses the last registry that it gets.
 */
async function pathFor(node: string, userFolder: string, npmRegistry?: string): Promise<string> {
	const commands = path.join(userFolder, 'bin');
	const { PATH = '' } = process.env;
	const quotedPath = `'${PATH.replaceAll("'", "'\\''")}'`;
	await rm(commands, { recursive: true, force: true });
	await mkdir(commands);
	await symlink(node, path.join(commands, 'node'));
	const registry = npmRegistry ? ` --registry=${npmRegistry}` : '';
	await writeFile(
		path.join(commands, 'npm'),
		`#!/bin/sh\nPATH=${quotedPath} exec npm "$@"${registry}\n`,
		{ mode: 0o755 },
	);
	return `${commands}${path.delimiter}${PATH}`;
}

/** Passes only what a program needs from the caller's environment, without settings for another n8n or jest. */
function quietEnvironment(
	userFolder: string,
	url: string,
	port: number,
	runnersPort: number,
): NodeJS.ProcessEnv {
	const inherited = ['HOME', 'USER', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'SSL_CERT_FILE'];
	return {
		...Object.fromEntries(inherited.map((name) => [name, process.env[name]])),
		N8N_USER_FOLDER: userFolder,
		N8N_LISTEN_ADDRESS: '127.0.0.1',
		N8N_HOST: '127.0.0.1',
		N8N_PORT: String(port),
		N8N_EDITOR_BASE_URL: url,
		WEBHOOK_URL: `${url}/`,
		GENERIC_TIMEZONE: Intl.DateTimeFormat().resolvedOptions().timeZone,
		N8N_RUNNERS_BROKER_PORT: String(runnersPort),
		N8N_SECURE_COOKIE: 'false',
		N8N_ENFORCE_SETTINGS_FILE_PERMISSIONS: 'true',
		N8N_DIAGNOSTICS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_WHATS_NEW_ENABLED: 'false',
		N8N_DYNAMIC_BANNERS_ENABLED: 'false',
		N8N_TEMPLATES_ENABLED: 'false',
		N8N_PERSONALIZATION_ENABLED: 'false',
		N8N_HIRING_BANNER_ENABLED: 'false',
		N8N_ONBOARDING_FLOW_DISABLED: 'true',
		N8N_UNVERIFIED_PACKAGES_ENABLED: 'true',
		// n8n would look up verified packages on its own servers.
		N8N_VERIFIED_PACKAGES_ENABLED: 'false',
	};
}

/** A worker only opens a port for health checks. */
function workerEnvironment(port: number): NodeJS.ProcessEnv {
	return {
		QUEUE_HEALTH_CHECK_ACTIVE: 'true',
		QUEUE_HEALTH_CHECK_PORT: String(port),
		N8N_WORKER_SERVER_ADDRESS: '127.0.0.1',
	};
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
