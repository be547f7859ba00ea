import { startSandbox } from '../../sandbox';
import { N8nClient } from '../../tools/n8n/client';
import { packThisPackage } from '../../tools/n8n/communityPackage';
import { startQueueMode } from '../../tools/n8n/queueMode';
import { DEFAULT_N8N_VERSION } from '../../tools/n8n/recipes';
import { interleaved, type Contender, type Results } from '../measure';
import type { WorkReport } from '../report';
import { OWNER, type Stage } from '../stage';
import { executed, samoraTrigger } from './events';
import { contender, samoraAdding } from './recipients';

const ROWS = [1_000, 10_000, 100_000];
const WORKERS = [1, 2, 4];
const EVENTS = 200;

const WORKERS_NOTE =
	'All processes share the cores of one machine. Where one worker, the webhook process and the database already fill them, as two cores are filled, more workers add nothing.';
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
	const nameOf = (rows: number) => `Samora, ${rows.toLocaleString('en')} rows`;
	const contenders = ROWS.map((rows): Contender => {
		const adding = contender(stage, nameOf(rows), rows, (campaignId) => [
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
				of: nameOf(100_000),
				against: nameOf(10_000),
				quantity: 'ms',
				reads: 'the time for ten times the rows',
			},
		],
		plotted: 'ms',
		growth: {
			x: 'rows',
			y: 'ms',
			logarithmic: true,
			points: ROWS.map((x) => ({ contender: 'Samora', x, y: results[nameOf(x)].ms.median })),
		},
	};
}

async function growingWorkers(rounds: number, say: (line: string) => void): Promise<WorkReport> {
	const results: Results = {};
	const nameOf = (workers: number) => `Samora Trigger, ${workers} worker${workers > 1 ? 's' : ''}`;
	for (const workers of WORKERS) {
		Object.assign(
			results,
			await withWorkers(workers, async (perSecond) =>
				interleaved(
					[{ name: nameOf(workers), run: async () => ({ perSecond: await perSecond() }) }],
					{ rounds, say },
				),
			),
		);
	}
	return {
		title: 'Growing workers',
		what: `Queue mode with PostgreSQL and Redis, one main and one webhook process: ${EVENTS} events through the Samora Trigger over ${CONNECTIONS} connections, until the last execution has ended.`,
		results,
		units: { perSecond: 'events/s' },
		notes: [WORKERS_NOTE],
		comparisons: WORKERS.slice(1).map((workers) => ({
			of: nameOf(workers),
			against: nameOf(WORKERS[0]),
			quantity: 'perSecond',
			reads: 'the events/s of one worker',
		})),
		plotted: 'perSecond',
		growth: {
			x: 'workers',
			y: 'events/s',
			logarithmic: false,
			points: WORKERS.map((x) => ({
				contender: 'Samora Trigger',
				x,
				y: results[nameOf(x)].perSecond.median,
			})),
		},
	};
}

/** @param measure gets what sends a round of events and gives the events per second */
async function withWorkers<Result>(
	workers: number,
	measure: (perSecond: () => Promise<number>) => Promise<Result>,
): Promise<Result> {
	const packed = await packThisPackage();
	const sandbox = await startSandbox();
	const n8n = await startQueueMode({
		version: DEFAULT_N8N_VERSION,
		packageTarball: packed.tarball,
		workers,
	});
	try {
		const client = new N8nClient(n8n.main.url, DEFAULT_N8N_VERSION);
		await client.setUpOwner(OWNER);
		const samora = await client.createCredential({
			name: 'Samora',
			type: 'samoraApi',
			data: { apiKey: sandbox.apiKey, baseUrl: sandbox.url },
		});
		const agentId = sandbox.agents[0].id;
		const { workflow, receiver } = await samoraTrigger({ client, sandbox, agentId, samora });
		return await measure(async () => {
			const ms = await executed(client, workflow.id, receiver, EVENTS, CONNECTIONS);
			return EVENTS / (ms / 1000);
		});
	} finally {
		await n8n.stop();
		await sandbox.stop();
		await packed.remove();
	}
}
