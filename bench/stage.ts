import path from 'node:path';

import { startSandbox, type Sandbox } from '../sandbox';
import { N8nClient, type CredentialReference, type NewWorkflow } from '../tools/n8n/client/client';
import { packThisPackage } from '../tools/n8n/install/thisPackage';
import { installProgressOn } from '../tools/n8n/install/installProgress';
import { isRecord } from '../tools/json';
import { DEFAULT_N8N_VERSION } from '../tools/n8n/install/recipes';
import { startN8n, type RunningN8n } from '../tools/n8n/run/start';
import type { Figures } from './measure';
import { cpuMs, forgetPeak, peakMiB } from './processes';

export const OWNER = {
	email: 'bench@example.com',
	password: 'Samora-bench-1',
	firstName: 'Bench',
	lastName: 'Person',
};

const LONGEST_RUN_MS = 15 * 60_000;

/** A real n8n with the packed package, and the sandbox, shared by all works. */
export interface Stage {
	sandbox: Sandbox;
	n8n: RunningN8n;
	client: N8nClient;
	agentId: string;
	samora: CredentialReference;
	/** The same key, for n8n's HTTP Request node. */
	header: CredentialReference;
	/** Runs a workflow manually and returns what the nodes after the rows took. */
	run(workflow: NewWorkflow): Promise<Figures>;
	stop(): Promise<void>;
}

/** The node that starts the workflow, and the one that creates the rows. They aren't measured. */
export const START = 'Start';
export const ROWS = 'Rows';

export async function putUpStage(): Promise<Stage> {
	const packed = await packThisPackage();
	const sandbox = await startSandbox();
	const n8n = await startN8n({
		version: DEFAULT_N8N_VERSION,
		packageTarball: packed.tarball,
		onProgress: installProgressOn(process.stderr),
		env: {
			N8N_CUSTOM_EXTENSIONS: path.join(__dirname, 'otherNodes'),
			BENCH_SAMORA_URL: sandbox.url,
			// Enough memory for 100,000 items, whichever node handles them.
			NODE_OPTIONS: '--max-old-space-size=8192',
		},
	});
	await packed.remove();
	const client = new N8nClient(n8n.url, n8n.version);
	await client.setUpOwner(OWNER);
	const samora = await client.createCredential({
		name: 'Samora',
		type: 'samoraApi',
		data: { apiKey: sandbox.apiKey, baseUrl: sandbox.url },
	});
	const header = await client.createCredential({
		name: 'Key in a header',
		type: 'httpHeaderAuth',
		data: { name: 'X-API-KEY', value: sandbox.apiKey },
	});

	async function run(workflow: NewWorkflow): Promise<Figures> {
		const saved = await client.createWorkflow(workflow);
		const before = await cpuMs(n8n.pid);
		await forgetPeak(n8n.pid);
		const execution = await client.finished(await client.run(saved, START), LONGEST_RUN_MS);
		const cpu = (await cpuMs(n8n.pid)) - before;
		const memory = await peakMiB(n8n.pid);
		if (execution.status !== 'success') {
			throw new Error(`"${workflow.name}" failed: ${execution.errorMessage}`);
		}
		const figures = { ms: takenAfterRows(execution.data), cpu, memory };
		await client.request('POST', `/rest/workflows/${saved.id}/archive`, {});
		return figures;
	}

	return {
		sandbox,
		n8n,
		client,
		agentId: sandbox.agents[0].id,
		samora,
		header,
		run,
		async stop() {
			await n8n.stop();
			await sandbox.stop();
		},
	};
}

/** The time that n8n reports for its nodes in milliseconds, without the nodes that only create the rows. */
function takenAfterRows(data: unknown): number {
	const { resultData } = data as { resultData: { runData: Record<string, unknown> } };
	return Object.entries(resultData.runData)
		.filter(([name]) => name !== START && name !== ROWS)
		.flatMap(([, runs]) => (Array.isArray(runs) ? runs : []))
		.filter(isRecord)
		.reduce((sum, { executionTime }) => sum + Number(executionTime), 0);
}
