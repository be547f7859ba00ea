import { randomBytes } from 'node:crypto';

import { startSandbox, type Sandbox } from '../sandbox';
import { N8nClient, type Owner, type SavedWorkflow } from '../tools/n8n/client/client';
import { noteInstalledPackage } from '../tools/n8n/install/communityPackage';
import { packThisPackage } from '../tools/n8n/install/thisPackage';
import { ensureN8n } from '../tools/n8n/install/install';
import type { InstallProgress } from '../tools/n8n/install/installProgress';
import { freePort } from '../tools/processes/ports';
import { DEFAULT_N8N_VERSION } from '../tools/n8n/install/recipes';
import { startN8n, type RunningN8n } from '../tools/n8n/run/start';
import { waitFor } from '../tools/waiting';
import {
	CALLS_TABLE,
	FORM_PATH,
	PEOPLE,
	PEOPLE_TABLE,
	TABLES,
	callAList,
	callANewLead,
	logCallOutcomes,
} from './workflows';

const SANDBOX_PORT = 4010;
const N8N_PORT = 5678;
/** Slow enough to watch a call's stages, and fast enough not to get bored. */
export const SANDBOX_SPEED = 3;

/** A new password for each start: other users of this machine can reach n8n on loopback too. */
const newOwner = (): Owner => ({
	email: 'demo@example.com',
	// n8n asks for a capital letter and a digit.
	password: `Samora-${randomBytes(8).toString('hex')}-1`,
	firstName: 'Demo',
	lastName: 'Person',
});

export interface Stage {
	owner: Owner;
	sandbox: Sandbox;
	n8n: RunningN8n;
	client: N8nClient;
	callANewLead: SavedWorkflow;
	logCallOutcomes: SavedWorkflow;
	callAList: SavedWorkflow;
	/** The IDs of the data tables, by name. */
	tables: Record<string, string>;
	callsTableUrl: string;
	formUrl: string;
}

export interface StageOptions {
	say: (line: string) => void;
	onInstallProgress: (progress: InstallProgress) => void;
	signal: AbortSignal;
	/** Additional environment variables for n8n. */
	env?: Record<string, string>;
}

/**
 * Starts everything that the demo needs. Adds each cleanup to `takeDown` as soon as it's needed, so that an interruption
 * leaves nothing behind.
 */
export async function putUpStage(
	{ say, onInstallProgress, signal, env }: StageOptions,
	takeDown: Array<() => Promise<void>>,
): Promise<Stage> {
	say('Building and packing the nodes');
	const packed = await packThisPackage();
	takeDown.push(packed.remove);
	signal.throwIfAborted();

	say(`Checking the installation of n8n ${DEFAULT_N8N_VERSION}`);
	await ensureN8n(DEFAULT_N8N_VERSION, { onProgress: onInstallProgress, signal });

	const sandbox = await startSandbox({
		host: '127.0.0.1',
		port: await freePort(SANDBOX_PORT),
		filesPort: await freePort(SANDBOX_PORT + 1),
		speed: SANDBOX_SPEED,
		log: false,
	});
	takeDown.push(() => sandbox.stop());
	say(`The sandbox, which stands in for Samora, is running at ${sandbox.url}`);

	say('Starting n8n with the nodes');
	const n8n = await startN8n({
		version: DEFAULT_N8N_VERSION,
		port: N8N_PORT,
		packageTarball: packed.tarball,
		signal,
		env,
	});
	takeDown.push(() => n8n.stop());
	await packed.remove();
	say(`n8n is running at ${n8n.url}`);

	say('Creating the owner, the credential, the data tables and the three workflows');
	const client = new N8nClient(n8n.url, n8n.version);
	const owner = newOwner();
	await client.setUpOwner(owner);
	await noteInstalledPackage(n8n, client, 'n8n-nodes-samora');
	const credential = await client.createCredential({
		name: 'Samora (sandbox)',
		type: 'samoraApi',
		data: { apiKey: sandbox.apiKey, baseUrl: sandbox.url },
	});
	const tables: Record<string, string> = {};
	for (const [name, columns] of Object.entries(TABLES)) {
		tables[name] = (await client.createDataTable(name, columns)).id;
	}
	await client.addDataTableRows(tables[PEOPLE_TABLE], PEOPLE);
	const belongings = { credential, tables, agentId: sandbox.agents[0].id };
	const log = await client.createWorkflow(await logCallOutcomes(belongings));
	const call = await client.createWorkflow(await callANewLead(belongings));
	const campaign = await client.createWorkflow(await callAList(belongings));
	signal.throwIfAborted();

	takeDown.push(() => withdraw(client, n8n, sandbox, [campaign, call, log]));
	for (const workflow of [log, call, campaign]) await client.publish(workflow);
	signal.throwIfAborted();

	return {
		owner,
		sandbox,
		n8n,
		client,
		callANewLead: call,
		logCallOutcomes: log,
		callAList: campaign,
		tables,
		callsTableUrl: await client.dataTableUrl(tables[CALLS_TABLE]),
		formUrl: `${n8n.url}/form/${FORM_PATH}`,
	};
}

/** Unpublishes the workflows and waits until n8n has removed their webhooks at the sandbox. */
async function withdraw(
	client: N8nClient,
	n8n: RunningN8n,
	sandbox: Sandbox,
	workflows: SavedWorkflow[],
): Promise<void> {
	if (!n8n.running) return;
	for (const { id } of workflows) await client.unpublish(id);
	await waitFor(async () => (await sandbox.control.webhooks()).length === 0, {
		what: 'The removal of the webhook at the sandbox',
		timeoutMs: 20_000,
	});
}
