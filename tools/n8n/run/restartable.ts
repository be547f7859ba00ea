import { freePort } from '../../processes/ports';
import { waitFor } from '../../waiting';
import { startN8n, userFolderOf, type RunningN8n, type StartOptions } from './start';

/** An n8n that can be killed and started again. */
export interface RestartableN8n extends RunningN8n {
	/** Starts it again, at the same address and with the same data. Kills it first if it's still running. */
	startAgain(options?: Pick<StartOptions, 'env'>): Promise<void>;
}

export async function startRestartableN8n(options: StartOptions): Promise<RestartableN8n> {
	const { userFolder, removeFolder } = await userFolderOf(options);
	let n8n = await startN8n({ ...options, userFolder }).catch(async (fault: unknown) => {
		await removeFolder();
		throw fault;
	});
	const { version, url, logFile, node } = n8n;
	const port = Number(new URL(url).port);
	return {
		version,
		url,
		userFolder,
		logFile,
		node,
		get pid() {
			return n8n.pid;
		},
		get running() {
			return n8n.running;
		},
		get exited() {
			return n8n.exited;
		},
		kill: async () => await n8n.kill(),
		async stop() {
			await n8n.stop();
			await removeFolder();
		},
		async startAgain({ env } = {}) {
			await n8n.kill();
			await waitFor(async () => (await freePort(port)) === port, {
				what: `Port ${port} getting free`,
				signal: options.signal,
			});
			n8n = await startN8n({
				...options,
				packageTarball: undefined,
				userFolder,
				port,
				env: { ...options.env, ...env },
			});
		},
	};
}
