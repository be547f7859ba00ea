import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { startSandbox, type Sandbox } from '../../sandbox';
import { N8nClient, type CredentialReference, type Owner } from '../../tools/n8n/client';
import { packThisPackage } from '../../tools/n8n/communityPackage';
import { installProgressOn } from '../../tools/n8n/installProgress';
import { DEFAULT_N8N_VERSION } from '../../tools/n8n/recipes';
import { freePort } from '../../tools/n8n/ports';
import { startN8n, type RunningN8n, type StartOptions } from '../../tools/n8n/start';
import { waitFor } from '../../tools/n8n/waiting';

/** The versions of n8n to test with: `SAMORA_N8N_VERSIONS=2.41.1,1.123.81`. */
export const VERSIONS = (process.env.SAMORA_N8N_VERSIONS ?? DEFAULT_N8N_VERSION).split(',');

/** An n8n that is not cached yet takes long to install, in milliseconds. */
export const FIRST_INSTALL_MS = 30 * 60_000;

export const OWNER: Owner = {
	email: 'owner@example.com',
	password: 'Samora-test-1',
	firstName: 'Test',
	lastName: 'Owner',
};

/** A real n8n with the packed package in it, an owner, and a credential for a sandbox beside it. */
export interface InstalledN8n {
	sandbox: Sandbox;
	/** Another one after a restart. */
	readonly n8n: RunningN8n;
	client: N8nClient;
	credential: CredentialReference;
	agentId: string;
	/** Kills it as a crash would, and starts it again at the same address with the same data. */
	restart(options?: RestartOptions): Promise<void>;
	stop(): Promise<void>;
}

export interface RestartOptions extends Pick<StartOptions, 'env'> {
	/** What happens to its data meanwhile. */
	whileDown?: () => Promise<void>;
}

export async function installedN8n(version: string): Promise<InstalledN8n> {
	const sandbox = await startSandbox({ port: 0, filesPort: 0, speed: 10 });
	const started: Array<() => Promise<unknown>> = [() => sandbox.stop()];
	const stop = async () => {
		for (const end of started.splice(0).reverse()) await end();
	};
	try {
		const packed = await packThisPackage();
		started.push(() => packed.remove());
		const userFolder = await mkdtemp(path.join(os.tmpdir(), 'n8n-nodes-samora-'));
		started.push(() => rm(userFolder, { recursive: true, force: true }));
		let n8n = await startN8n({
			version,
			userFolder,
			packageTarball: packed.tarball,
			onProgress: installProgressOn(process.stderr),
		});
		started.push(() => n8n.stop());
		const restart = async ({ env, whileDown }: RestartOptions = {}) => {
			await n8n.kill();
			await whileDown?.();
			const port = Number(new URL(n8n.url).port);
			await waitFor(async () => (await freePort(port)) === port, {
				what: `Port ${port} getting free`,
			});
			n8n = await startN8n({ version, userFolder, port, env });
		};
		const client = new N8nClient(n8n.url, version);
		await client.setUpOwner(OWNER);
		const credential = await client.createCredential({
			name: 'Samora',
			type: 'samoraApi',
			data: { apiKey: sandbox.apiKey, baseUrl: sandbox.url },
		});
		return {
			sandbox,
			get n8n() {
				return n8n;
			},
			client,
			credential,
			agentId: sandbox.agents[0].id,
			restart,
			stop,
		};
	} catch (fault) {
		// What is left running would keep the test run from ending.
		await stop();
		throw fault;
	}
}
