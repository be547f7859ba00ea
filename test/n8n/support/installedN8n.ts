import { startSandbox, type Sandbox } from '../../../sandbox';
import { N8nClient, type CredentialReference, type Owner } from '../../../tools/n8n/client/client';
import { packThisPackage } from '../../../tools/n8n/install/thisPackage';
import { installProgressOn } from '../../../tools/n8n/install/installProgress';
import { DEFAULT_N8N_VERSION } from '../../../tools/n8n/install/recipes';
import {
	startQueueMode,
	type QueueModeN8n,
	type QueueModeOptions,
} from '../../../tools/n8n/run/queueMode';
import { startRestartableN8n } from '../../../tools/n8n/run/restartable';
import type { RunningN8n, StartOptions } from '../../../tools/n8n/run/start';

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

/** What a test works with: an owner who is signed in, and a credential for a sandbox beside n8n. */
export interface Grounds {
	sandbox: Sandbox;
	client: N8nClient;
	credential: CredentialReference;
	agentId: string;
	stop(): Promise<void>;
}

/** A real n8n with the packed package in it. */
export interface InstalledN8n extends Grounds {
	readonly n8n: RunningN8n;
	/** Kills it as a crash would, and starts it again at the same address with the same data. */
	restart(options?: RestartOptions): Promise<void>;
}

export interface RestartOptions extends Pick<StartOptions, 'env'> {
	/** What happens to its data meanwhile. */
	whileDown?: () => Promise<void>;
}

/** A real n8n in queue mode with the packed package in all its processes. */
export interface InstalledQueueMode extends Grounds {
	readonly n8n: QueueModeN8n;
}

export async function installedN8n(version: string): Promise<InstalledN8n> {
	return await withPackage(async (packageTarball, started) => {
		const onProgress = installProgressOn(process.stderr);
		const n8n = await startRestartableN8n({ version, packageTarball, onProgress });
		started.push(() => n8n.stop());
		const restart = async ({ env, whileDown }: RestartOptions = {}) => {
			await n8n.kill();
			await whileDown?.();
			await n8n.startAgain({ env });
		};
		return { ...(await preparedGrounds(new N8nClient(n8n.url, version), started)), n8n, restart };
	});
}

export async function installedQueueMode(
	options: Omit<QueueModeOptions, 'packageTarball'> = {},
): Promise<InstalledQueueMode> {
	const { version = DEFAULT_N8N_VERSION } = options;
	return await withPackage(async (packageTarball, started) => {
		const onProgress = installProgressOn(process.stderr);
		const n8n = await startQueueMode({ onProgress, ...options, packageTarball });
		started.push(() => n8n.stop());
		return { ...(await preparedGrounds(new N8nClient(n8n.main.url, version), started)), n8n };
	});
}

/** What is to be ended when the test is through, in the order of its beginning. */
type Started = Array<() => Promise<unknown>>;

async function withPackage<Installed>(
	install: (tarball: string, started: Started) => Promise<Installed>,
): Promise<Installed> {
	const started: Started = [];
	try {
		const packed = await packThisPackage();
		started.push(() => packed.remove());
		return await install(packed.tarball, started);
	} catch (fault) {
		// What is left running would keep the test run from ending.
		await endAll(started);
		throw fault;
	}
}

async function endAll(started: Started): Promise<void> {
	for (const end of started.splice(0).reverse()) await end();
}

async function preparedGrounds(client: N8nClient, started: Started): Promise<Grounds> {
	const sandbox = await startSandbox({ port: 0, filesPort: 0, speed: 10 });
	started.push(() => sandbox.stop());
	await client.setUpOwner(OWNER);
	const credential = await client.createCredential({
		name: 'Samora',
		type: 'samoraApi',
		data: { apiKey: sandbox.apiKey, baseUrl: sandbox.url },
	});
	return {
		sandbox,
		client,
		credential,
		agentId: sandbox.agents[0].id,
		stop: async () => await endAll(started),
	};
}
