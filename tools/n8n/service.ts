import { existsSync } from 'node:fs';
import { mkdtemp, open, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { spawnTethered } from './tetheredProcess';
import { waitFor } from './waiting';

const READY_WITHIN_MS = 60_000;

/** A server of its own that n8n needs in queue mode: on loopback, and gone with its data when it is stopped. */
export interface Service {
	/** How n8n is told of it. */
	env: Record<string, string>;
	/** The process that all of its own descend from. */
	readonly pid: number;
	stop(): Promise<void>;
}

/** @throws with a sentence that says what to install, when something that queue mode needs is not there */
export async function requireQueueServices(): Promise<{ postgres: string; redis: string }> {
	const postgres = await postgresFolder();
	const redis = findCommand('redis-server');
	if (postgres && redis) return { postgres, redis };
	const missing = [!postgres && 'PostgreSQL', !redis && 'Redis'].filter(Boolean).join(' and ');
	throw new Error(
		`n8n's queue mode needs ${missing}, not installed here. On Debian or Ubuntu: apt-get install postgresql redis-server`,
	);
}

/** Debian keeps PostgreSQL's commands out of the path, a folder per version. */
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
 * @param prepare fills the folder and says what to run in it
 */
export async function startService(
	prepare: (folder: string) => Promise<ServiceCommand>,
): Promise<Service> {
	const folder = await mkdtemp(path.join(os.tmpdir(), 'n8n-nodes-samora-service-'));
	try {
		const { name, command, args, env, isReady } = await prepare(folder);
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
							`${name} ended with code ${await child.exited}. It said last:\n${await readFile(logFile, 'utf8')}`,
						);
					}
					return await isReady();
				},
				{ what: `${name} getting ready`, timeoutMs: READY_WITHIN_MS },
			);
		} catch (error) {
			await child.kill();
			throw error;
		}
		return {
			env,
			pid: child.pid,
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
