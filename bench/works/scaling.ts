import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';

import { sum } from 'simple-statistics';

import { startSandbox } from '../../sandbox';
import { node, type Link } from '../../tools/n8n/chain';
import { N8nClient } from '../../tools/n8n/client';
import { packThisPackage } from '../../tools/n8n/communityPackage';
import { startQueueMode, type QueueModeN8n } from '../../tools/n8n/queueMode';
import { DEFAULT_N8N_VERSION } from '../../tools/n8n/recipes';
import { interleaved, type Contender, type Results } from '../measure';
import { cpuMs } from '../processes';
import type { WorkReport } from '../report';
import { OWNER, type Stage } from '../stage';
import { executed, samoraTrigger } from './events';
import { contender, samoraAdding } from './recipients';

const ROWS = [1_000, 10_000, 100_000];
const WORKERS = [1, 2, 4];
const CRM_SECONDS = 5;
const CONNECTIONS = 8;

/** How time grows with the rows, and events per second with the workers. */
export async function scaling(
	stage: Stage,
	rounds: number,
	say: (line: string) => void,
): Promise<WorkReport[]> {
	return [
		await growingRows(stage, Math.min(rounds, 3), say),
		await growingWorkers(Math.min(rounds, 2), say),
	];
}

async function growingRows(
	stage: Stage,
	rounds: number,
	say: (line: string) => void,
): Promise<WorkReport> {
	const rowsName = (rows: number) => `Samora, ${rows.toLocaleString('en')} rows`;
	const contenders = ROWS.map((rows): Contender => {
		const adding = contender(stage, rowsName(rows), rows, (campaignId) => [
			samoraAdding(stage, campaignId),
		]);
		return {
			...adding,
			run: async () => {
				const { ms } = await adding.run();
				return { ms, perRow: (ms * 1000) / rows };
			},
		};
	});
	const results = await interleaved(contenders, { rounds, say });
	return {
		title: 'Growing rows',
		what: `Campaign: Add Recipients with ${ROWS.map((rows) => rows.toLocaleString('en')).join(', ')} rows.`,
		results,
		units: { ms: 'ms', perRow: 'µs per row' },
		comparisons: [
			{
				of: rowsName(100_000),
				against: rowsName(10_000),
				quantity: 'ms',
				reads: 'the time for ten times the rows',
			},
		],
		plotted: 'ms',
		growth: {
			x: 'rows',
			y: 'ms',
			logarithmic: true,
			points: ROWS.map((x) => ({ contender: 'Samora', x, y: results[rowsName(x)].ms.median })),
		},
	};
}

/** Events whose executions wait for somebody else, as most do, and events whose executions do nothing more. */
const WAITING = `waits ${CRM_SECONDS} s for a CRM`;
const NOTHING_MORE = 'does nothing more';
const WORKLOADS = [
	{ does: WAITING, events: 80 },
	{ does: NOTHING_MORE, events: 100 },
];

const nameOf = (workers: number, does: string) =>
	`${workers} worker${workers > 1 ? 's' : ''}, ${does}`;

async function growingWorkers(rounds: number, say: (line: string) => void): Promise<WorkReport> {
	const measured: Results = {};
	for (const workers of WORKERS) Object.assign(measured, await withWorkers(workers, rounds, say));
	// By workload, where they came by workers.
	const results: Results = Object.fromEntries(
		WORKLOADS.flatMap(({ does }) => WORKERS.map((workers) => nameOf(workers, does))).map((name) => [
			name,
			measured[name],
		]),
	);
	return {
		title: 'Growing workers',
		what: `Queue mode with PostgreSQL and Redis, one main and one webhook process: events through the Samora Trigger over ${CONNECTIONS} connections, until the last execution has ended. After the trigger, the workflow asks a CRM that takes ${CRM_SECONDS} s to answer, or does nothing more.`,
		results,
		units: {
			perSecond: 'events/s',
			cores: 'cores busy',
			n8nCpu: 'ms CPU of n8n per event',
			databaseCpu: 'ms CPU of PostgreSQL and Redis per event',
		},
		notes: [
			`A worker has ten executions under way at a time, n8n’s default, so one that waits ${CRM_SECONDS} s for each can do ${10 / CRM_SECONDS} events/s: there, workers help, though with four of them 80 events are over so soon that sending them and the last ones’ wait count too. Where nothing is waited for, the limit is the ${os.cpus().length} cores that all processes of this machine share, PostgreSQL and Redis included: the table says how busy they are, and how little of that is the database’s. On machines of their own, more workers go on from there until the database is busy.`,
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
}

/** What a number of workers does with each workload. */
async function withWorkers(
	workers: number,
	rounds: number,
	say: (line: string) => void,
): Promise<Results> {
	const packed = await packThisPackage();
	// First, for it is what may not be had here: then nothing is left open.
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
		const contenders: Contender[] = [];
		for (const [n, { does, events }] of WORKLOADS.entries()) {
			const stage = { client, sandbox, agentId: sandbox.agents[n].id, samora };
			const { workflow, receiver } = await samoraTrigger(stage, does === WAITING ? [crm.node] : []);
			contenders.push({
				name: nameOf(workers, does),
				run: async () => {
					const before = await cpuOf(n8n);
					const ms = await executed(client, workflow.id, receiver, events, CONNECTIONS);
					const after = await cpuOf(n8n);
					const [n8nCpu, databaseCpu] = [after.n8n - before.n8n, after.database - before.database];
					return {
						perSecond: events / (ms / 1000),
						cores: (n8nCpu + databaseCpu) / ms,
						n8nCpu: n8nCpu / events,
						databaseCpu: databaseCpu / events,
					};
				},
			});
		}
		return await interleaved(contenders, { rounds, say });
	} finally {
		await n8n.stop();
		await crm.stop();
		await sandbox.stop();
		await packed.remove();
	}
}

async function cpuOf({
	main,
	webhookProcesses,
	workers,
	services,
}: QueueModeN8n): Promise<{ n8n: number; database: number }> {
	const all = async (processes: ReadonlyArray<{ pid: number }>) =>
		sum(await Promise.all(processes.map(async ({ pid }) => await cpuMs(pid))));
	return {
		n8n: await all([main, ...webhookProcesses, ...workers]),
		database: await all(services),
	};
}

/** Somebody else's server, which takes its time, and the node that asks it. */
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
