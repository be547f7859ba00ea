import { existsSync } from 'node:fs';
import { mkdtemp, open, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { spawnTethered, type TetheredProcess } from './tetheredProcess';
import { waitFor } from '../waiting';

const READY_WITHIN_MS = 60_000;

/** A server that n8n needs in queue mode. It runs on loopback, and its data is deleted when it stops. */
export interface Service {
	/** The environment variables that point n8n to it. */
	env: Record<string, string>;
	/** The root of its process tree. */
	readonly pid: number;
	/** Kills it, as in a crash, and starts it again after a while, with the same data at the same port. */
	restart(downMs?: number): Promise<void>;
	stop(): Promise<void>;
}

/** @throws Error that says what to install, if something that queue mode needs is missing */
export async function requireQueueServices(): Promise<{ postgres: string; redis: string }> {
	const postgres = await postgresFolder();
	const redis = findCommand('redis-server');
	if (postgres && redis) return { postgres, redis };
	const missing = [!postgres && 'PostgreSQL', !redis && 'Redis'].filter(Boolean).join(' and ');
	throw new Error(
		`n8n's queue mode needs ${missing}. On Debian or Ubuntu, run: apt-get install postgresql redis-server`,
	);
}

/** Debian installs PostgreSQL's commands outside the path, in one folder per version. */
async function postgresFolder(): Promise<string | undefined> {
	const versions = '/usr/lib/postgresql';
	const found = existsSync(versions)
		? (await readdir(versions))
				.filter((version) => existsSync(path.join(versions, version, 'bin', 'initdb')))
				.sort((one, other) => Number(other) - Number(one))
		: [];
	if (found.length > 0) return path.join(versions, found[0], 'bin');
	const initdb = findCommand('initdb');
	return initdb && path.dirname(initdb);
}

function findCommand(name: string): string | undefined {
	const { PATH = '' } = process.env;
	return [...PATH.split(path.delimiter), '/usr/sbin']
		.map((folder) => path.join(folder, name))
		.find(existsSync);
}

export interface ServiceCommand {
	name: string;
	command: string;
	args: string[];
	env: Record<string, string>;
	isReady: () => Promise<boolean>;
}

/**
 * Starts a service in a temporary folder.
 *
 * @param prepare fills the folder and returns what to run in it
 */
export async function startService(
	prepare: (folder: string) => Promise<ServiceCommand>,
): Promise<Service> {
	const folder = await mkdtemp(path.join(os.tmpdir(), 'n8n-nodes-samora-service-'));
	try {
		const service = await prepare(folder);
		let child = await launch(service, folder);
		return {
			env: service.env,
			get pid() {
				return child.pid;
			},
			async restart(downMs = 0) {
				await child.kill();
				await pause(downMs);
				child = await launch(service, folder);
			},
			async stop() {
				await child.stop();
				await rm(folder, { recursive: true, force: true });
			},
		};
	} catch (error) {
		await rm(folder, { recursive: true, force: true });
		throw error;
	}
}

async function launch(
	{ name, command, args, isReady }: ServiceCommand,
	folder: string,
): Promise<TetheredProcess> {
	const logFile = path.join(folder, 'service.log');
	const log = await open(logFile, 'a');
	const child = spawnTethered(command, args, {
		cwd: folder,
		env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8' },
		output: log.fd,
	});
	await log.close();
	try {
		await waitFor(
			async () => {
				if (!child.running) {
					throw new Error(
						`${name} exited with code ${await child.exited}. Its last output:\n${await readFile(logFile, 'utf8')}`,
					);
				}
				return await isReady();
			},
			{ what: `The start of ${name}`, timeoutMs: READY_WITHIN_MS },
		);
	} catch (error) {
		await child.kill();
		throw error;
	}
	return child;
}
