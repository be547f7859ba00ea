import { randomBytes } from 'node:crypto';

import { freePort } from '../../processes/ports';
import { startPostgres } from './postgres';
import { startRedis, type RedisOptions } from './redis';
import { startRestartableN8n, type RestartableN8n } from './restartable';
import { requireQueueServices, type Service } from '../../processes/service';
import type { N8nCommand, StartOptions } from './start';
import { startWebhookSplit, type SplitRule } from './webhookSplit';

export interface QueueModeOptions
	extends
		Pick<StartOptions, 'version' | 'packageTarball' | 'env' | 'onProgress' | 'signal'>,
		RedisOptions {
	/** Default: 2. */
	workers?: number;
	/** Default: 1. */
	webhookProcesses?: number;
	/** How deliveries are distributed over several webhook processes. Default: by address. */
	split?: SplitRule;
}

/** An n8n in queue mode. Each process has its own user folder and package, as if it ran on its own machine. */
export interface QueueModeN8n {
	readonly main: RestartableN8n;
	readonly webhookProcesses: readonly RestartableN8n[];
	/** Includes killed workers. */
	readonly workers: readonly RestartableN8n[];
	readonly postgres: Service;
	readonly redis: Service;
	/** The address that Samora delivers to. */
	readonly webhookUrl: string;
	addWorker(): Promise<RestartableN8n>;
	stop(): Promise<void>;
}

/**
 * Starts n8n's queue mode on loopback, with its own PostgreSQL and Redis.
 *
 * @throws Error that says what to install, if PostgreSQL or Redis is missing
 */
export async function startQueueMode({
	workers: workerCount = 2,
	webhookProcesses: webhookCount = 1,
	split: rule = 'by-address',
	keepsQueue,
	env,
	...options
}: QueueModeOptions = {}): Promise<QueueModeN8n> {
	const binaries = await requireQueueServices();
	const started: Array<() => Promise<unknown>> = [];
	const stop = async () => {
		for (const end of started.splice(0).reverse()) await end();
	};

	try {
		const postgres = await startPostgres(binaries.postgres);
		started.push(() => postgres.stop());
		const redis = await startRedis(binaries.redis, { keepsQueue });
		started.push(() => redis.stop());
		const webhookPorts: number[] = [];
		for (let count = 0; count < webhookCount; count++) webhookPorts.push(await freePort());
		const mainPort = await freePort();
		const split = await startWebhookSplit(mainPort, webhookPorts, rule);
		started.push(() => split.stop());

		const shared = {
			...postgres.env,
			...redis.env,
			EXECUTIONS_MODE: 'queue',
			N8N_ENCRYPTION_KEY: randomBytes(24).toString('hex'),
			WEBHOOK_URL: `${split.url}/`,
			...env,
		};
		const start = async (command: N8nCommand, own: StartOptions = {}) => {
			const process = await startRestartableN8n({
				...options,
				...own,
				command,
				env: { ...shared, ...own.env },
			});
			started.push(() => process.stop());
			return process;
		};
		// The main process creates the tables, so start the others after it.
		const main = await start('start', {
			port: mainPort,
			env: { N8N_DISABLE_PRODUCTION_MAIN_PROCESS: 'true' },
		});
		const [webhookProcesses, workers] = await Promise.all([
			Promise.all(webhookPorts.map((port) => start('webhook', { port }))),
			Promise.all(Array.from({ length: workerCount }, () => start('worker'))),
		]);

		return {
			main,
			webhookProcesses,
			workers,
			postgres,
			redis,
			webhookUrl: split.url,
			async addWorker() {
				const worker = await start('worker');
				workers.push(worker);
				return worker;
			},
			stop,
		};
	} catch (error) {
		await stop();
		throw error;
	}
}
