import { once } from 'node:events';
import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

import type { NodeParameterValueType } from 'n8n-workflow';

import { SANDBOX_AGENTS, SANDBOX_API_KEY, startSandbox } from '../sandbox';

/**
 * Measures how long n8n's engine takes to turn rows into a campaign, and how memory grows with the rows:
 * `node --expose-gc --import tsx bench/recipients.ts [--rows 1000,10000,100000]`. Each size runs in its own process,
 * separate from the sandbox, so that the figures only include the node and the engine.
 */

const MiB = 1024 * 1024;

interface Measured {
	rows: number;
	/** Elapsed time and CPU time in milliseconds. CPU time is the same on a busy machine. */
	took: number;
	worked: number;
	/** Memory in bytes: before the run, at its peak, and after it. */
	before: number;
	peak: number;
	held: number;
}

const VARIABLES: Record<string, Record<string, NodeParameterValueType>> = {
	'a few fields': { variablesMode: 'selectedFields', variableFields: 'first_name, company' },
	'two expressions': {
		variablesMode: 'keyValue',
		variables: {
			values: [
				{ key: 'first_name', value: '={{ $json.first_name }}' },
				{ key: 'company', value: '={{ $json.company }}' },
			],
		},
	},
};

const row = (n: number) => ({
	phone: `+1 (415) 2${String(Math.floor(n / 10_000)).padStart(2, '0')}-${String(n % 10_000).padStart(4, '0')}`,
	first_name: `Person ${n}`,
	company: `Company ${n % 977}`,
	email: `person.${n}@example.com`,
});

async function measure(baseUrl: string, rows: number, variables: string): Promise<Measured> {
	// Put JSON after TypeScript. Otherwise the codex Samora.node.json would be loaded as the module Samora.node.
	const { '.json': json, ...others } = require.extensions;
	for (const extension of Object.keys(require.extensions)) delete require.extensions[extension];
	Object.assign(require.extensions, others, { '.json': json });
	const { runNode, samoraNode } = await import('../test/support/engine');
	const credential = { apiKey: SANDBOX_API_KEY, baseUrl };
	const run = async (count: number) => {
		const agentId = SANDBOX_AGENTS[0].id;
		const { output: created } = await runNode(
			samoraNode({ resource: 'campaign', operation: 'create', agentId, name: `${count} rows` }),
			[{}],
			credential,
		);
		const items = Array.from({ length: count }, (_, n) => row(n));
		global.gc?.();
		const before = process.memoryUsage.rss();
		const began = performance.now();
		const cpu = process.cpuUsage();
		const { output, error } = await runNode(
			samoraNode({
				resource: 'campaign',
				operation: 'addRecipients',
				agentId,
				campaignId: { __rl: true, mode: 'id', value: String(created[0].json.campaign_id) },
				toNumber: '={{ $json.phone }}',
				...VARIABLES[variables],
			}),
			items,
			credential,
		);
		const took = performance.now() - began;
		const { user, system } = process.cpuUsage(cpu);
		if (error || output.length !== count) throw new Error(error?.message ?? 'Rows are missing');
		global.gc?.();
		const { maxRSS } = process.resourceUsage();
		return {
			rows: count,
			took,
			worked: (user + system) / 1000,
			before,
			peak: maxRSS * 1024,
			held: process.memoryUsage.rss(),
		};
	};
	// Warm up, because loading and compiling happen only once.
	await run(100);
	return await run(rows);
}

async function inOwnProcess(baseUrl: string, rows: number, variables: string): Promise<Measured> {
	const child = fork(__filename, ['--measure', JSON.stringify([baseUrl, rows, variables])]);
	const ended = once(child, 'exit').then(() => {
		throw new Error('The measuring process exited');
	});
	const [measured] = (await Promise.race([once(child, 'message'), ended])) as [Measured];
	await ended.catch(() => {});
	return measured;
}

function line({ rows, took, worked, before, peak, held }: Measured, smaller?: Measured): string {
	const grown = peak - before;
	const growth = smaller
		? `×${(rows / smaller.rows).toFixed(0)} rows: ×${(worked / smaller.worked).toFixed(1)} CPU time, ×${(grown / (smaller.peak - smaller.before)).toFixed(1)} memory`
		: '';
	return [
		`${rows.toLocaleString('en')} rows`.padStart(14),
		`${(took / 1000).toFixed(2)} s (CPU ${(worked / 1000).toFixed(2)} s)`.padStart(28),
		`RSS ${(before / MiB).toFixed(0)} → ${(peak / MiB).toFixed(0)} MiB (+${(grown / MiB).toFixed(0)}), ${(held / MiB).toFixed(0)} held`.padEnd(
			46,
		),
		growth,
	].join('  ');
}

async function main() {
	const { values } = parseArgs({
		options: {
			rows: { type: 'string', default: '1000,10000,100000' },
			measure: { type: 'string' },
		},
	});
	if (values.measure !== undefined) {
		const [baseUrl, rows, variables] = JSON.parse(values.measure) as [string, number, string];
		const measured = await measure(baseUrl, rows, variables);
		process.send?.(measured);
		process.disconnect?.();
		return;
	}
	process.env.N8N_USER_FOLDER = await mkdtemp(path.join(os.tmpdir(), 'n8n-core-'));
	process.env.N8N_LOG_LEVEL ??= 'silent';
	const sandbox = await startSandbox({ speed: 0 });
	for (const variables of Object.keys(VARIABLES)) {
		process.stdout.write(`campaign: addRecipients, call variables from ${variables}\n`);
		let smaller: Measured | undefined;
		for (const rows of values.rows.split(',').map(Number)) {
			const measured = await inOwnProcess(sandbox.url, rows, variables);
			process.stdout.write(`${line(measured, smaller)}\n`);
			smaller = measured;
			await sandbox.control.reset();
		}
	}
	await sandbox.stop();
	await rm(process.env.N8N_USER_FOLDER, { recursive: true });
}

void main();
