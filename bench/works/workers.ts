import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';

import { sum } from 'simple-statistics';

import { startSandbox } from '../../sandbox';
import { node, type Link } from '../../tools/n8n/client/chain';
import { N8nClient } from '../../tools/n8n/client/client';
import { packThisPackage } from '../../tools/n8n/install/thisPackage';
import { startQueueMode, type QueueModeN8n } from '../../tools/n8n/run/queueMode';
import { DEFAULT_N8N_VERSION } from '../../tools/n8n/install/recipes';
import { interleaved, rounded, type Contender, type Results } from '../measure';
import { cpuMs } from '../processes';
import type { WorkReport } from '../report';
import { OWNER } from '../stage';
import { executed, samoraTrigger } from './events';

const WORKERS = [1, 2, 4];
const CRM_SECONDS = 5;
const CONNECTIONS = 8;

interface Workload {
	does: string;
	/** Whether the workflow asks the CRM after the trigger, or ends there. */
	workflow: 'asks' | 'endsThere';
	events: number;
}

/** Most executions wait for another service. The others do nothing after the trigger. */
const WAITING = `waits ${CRM_SECONDS} s for a CRM`;
const NOTHING_MORE = 'does nothing more';
const WORKLOADS: Workload[] = [
	{ does: WAITING, workflow: 'asks', events: 80 },
	{ does: NOTHING_MORE, workflow: 'endsThere', events: 100 },
];

const nameOf = (workers: number, does: string) =>
	`${workers} worker${workers > 1 ? 's' : ''}, ${does}`;

/** Measures how events per second grow with workers. */
export async function workers(rounds: number, say: (line: string) => void): Promise<WorkReport[]> {
	const measured: Results = {};
	for (const count of WORKERS) Object.assign(measured, await withWorkers(count, rounds, say));
	const postgresMs = measured[nameOf(WORKERS[WORKERS.length - 1], WAITING)].postgresCpu.median;
	// Order by workload instead of by workers.
	const results: Results = Object.fromEntries(
		WORKLOADS.flatMap(({ does }) => WORKERS.map((workers) => nameOf(workers, does))).map((name) => [
			name,
			measured[name],
		]),
	);
	const report = {
		title: 'More workers',
		what: `Queue mode with PostgreSQL, Redis, one main process and one webhook process. Events arrive at the Samora Trigger over ${CONNECTIONS} connections, and the time ends with the last execution. After the trigger, the workflow asks a CRM that takes ${CRM_SECONDS} s to respond, or does nothing more.`,
		results,
		units: {
			perSecond: 'events/s',
			cores: 'cores busy',
			n8nCpu: 'ms CPU of n8n per event',
			postgresCpu: 'ms CPU of PostgreSQL per event',
			redisCpu: 'ms CPU of Redis per event',
		},
		notes: [
			`A worker runs ten executions at a time, which is n8n’s default. If each one waits ${CRM_SECONDS} s, a worker can handle ${10 / CRM_SECONDS} events/s, so more workers help. With four workers, 80 events take so little time that sending them and waiting for the last ones matters too. If the workflow doesn’t wait for anything, the limit is the ${os.cpus().length} cores that all processes on this machine share, including PostgreSQL and Redis. The table shows how busy the cores are, and how little of that time goes to the database.`,
			`At ${rounded(postgresMs)} ms of its CPU per event, PostgreSQL would need a whole core of its own at about ${rounded(1000 / postgresMs)} events/s.`,
		],
		comparisons: WORKLOADS.flatMap(({ does }) =>
			WORKERS.slice(1).map((workers) => ({
				of: nameOf(workers, does),
				against: nameOf(WORKERS[0], does),
				quantity: 'perSecond',
				reads: 'the events/s of one worker',
			})),
		),
		plotted: 'perSecond',
		growth: {
			x: 'workers',
			y: 'events/s',
			logarithmic: false,
			points: WORKLOADS.flatMap(({ does }) =>
				WORKERS.map((x) => ({
					contender: `the workflow ${does}`,
					x,
					y: results[nameOf(x, does)].perSecond.median,
				})),
			),
		},
	};
	return [report];
}

/** Runs each workload with a number of workers. */
async function withWorkers(
	workers: number,
	rounds: number,
	say: (line: string) => void,
): Promise<Results> {
	const packed = await packThisPackage();
	// Start queue mode first: if it isn't available here, nothing else has to be cleaned up.
	const n8n = await startQueueMode({
		version: DEFAULT_N8N_VERSION,
		packageTarball: packed.tarball,
		workers,
	});
	const sandbox = await startSandbox();
	const crm = await startCrm();
	try {
		const client = new N8nClient(n8n.main.url, DEFAULT_N8N_VERSION);
		await client.setUpOwner(OWNER);
		const samora = await client.createCredential({
			name: 'Samora',
			type: 'samoraApi',
			data: { apiKey: sandbox.apiKey, baseUrl: sandbox.url },
		});
		const trigger = async (agent: number, then: Link[]) =>
			await samoraTrigger({ client, sandbox, agentId: sandbox.agents[agent].id, samora }, then);
		const triggers = { asks: await trigger(0, [crm.node]), endsThere: await trigger(1, []) };
		const contenders = WORKLOADS.map(({ does, workflow, events }): Contender => {
			const {
				workflow: { id },
				receiver,
			} = triggers[workflow];
			return {
				name: nameOf(workers, does),
				run: async () => {
					const before = await cpuOf(n8n);
					const ms = await executed(client, id, receiver, events, CONNECTIONS);
					const after = await cpuOf(n8n);
					const spent = (of: keyof Spent) => after[of] - before[of];
					return {
						perSecond: events / (ms / 1000),
						cores: (spent('n8n') + spent('postgres') + spent('redis')) / ms,
						n8nCpu: spent('n8n') / events,
						postgresCpu: spent('postgres') / events,
						redisCpu: spent('redis') / events,
					};
				},
			};
		});
		return await interleaved(contenders, { rounds, say });
	} finally {
		await n8n.stop();
		await crm.stop();
		await sandbox.stop();
		await packed.remove();
	}
}

/** CPU time so far, in milliseconds. */
type Spent = Record<'n8n' | 'postgres' | 'redis', number>;

async function cpuOf({
	main,
	webhookProcesses,
	workers,
	postgres,
	redis,
}: QueueModeN8n): Promise<Spent> {
	const parts = [main, ...webhookProcesses, ...workers];
	return {
		n8n: sum(await Promise.all(parts.map(async ({ pid }) => await cpuMs(pid)))),
		postgres: await cpuMs(postgres.pid),
		redis: await cpuMs(redis.pid),
	};
}

/** A slow server, and the node that sends a request to it. */
async function startCrm(): Promise<{ node: Link; stop: () => Promise<void> }> {
	const server = createServer((req, res) => {
		req.resume();
		setTimeout(() => res.end('{}'), CRM_SECONDS * 1000);
	}).listen(0, '127.0.0.1');
	await once(server, 'listening');
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
	return {
		node: { ...node('CRM', 'n8n-nodes-base.httpRequest', { url, options: {} }), typeVersion: 4.2 },
		async stop() {
			server.close();
			server.closeAllConnections();
			await once(server, 'close');
		},
	};
}
