import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SANDBOX_AGENTS, SANDBOX_API_KEY, type SandboxAgent } from './state/account';
import { CONSOLE_PATH, ConsoleServer } from './console/consoleServer';
import { json, send } from './http/answers';
import { serveApi } from './api/apiServer';
import { SandboxControl } from './control/control';
import type { Controlled } from './control/controlRoutes';
import { CONTROL_PATH, serveControl } from './control/controlServer';
import { serveFile } from './files/filesServer';
import { type Log, silent, toStdout } from './state/log';
import { isForThisMachine, isLoopbackHost } from './http/loopback';
import { loadApiDescription } from './api/openapi';
import type { SettingsChange } from './settings/settings';
import { World } from './world';

export interface SandboxOptions {
	/** The API's port. Default: any free port. */
	port?: number;
	/** The file origin's port. Default: any free port. */
	filesPort?: number;
	/** A loopback address. */
	host?: string;
	/** Virtual seconds per real second. */
	speed?: number;
	/** True writes to standard output. */
	log?: boolean | Log;
	/** Settings that differ from the defaults. A reset restores them. */
	settings?: SettingsChange;
	/** Whether the sandbox validates its own responses. */
	checkAnswers?: boolean;
}

export interface Sandbox {
	url: string;
	filesUrl: string;
	/** The console's address. */
	consoleUrl: string;
	apiKey: string;
	agents: readonly SandboxAgent[];
	control: SandboxControl;
	stop(): Promise<void>;
}

export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
	const { port = 0, filesPort = 0, host = '127.0.0.1', speed = 1, checkAnswers = false } = options;
	if (!isLoopbackHost(host))
		throw new Error(`The sandbox listens on loopback only, not on ${host}`);
	const log = typeof options.log === 'function' ? options.log : options.log ? toStdout : silent;
	const description = await loadApiDescription();

	const files = serverOf((req, res, target) => serveFile(world, req, res, target));
	const api = serverOf(async (req, res, target) => {
		if (isUnder(CONSOLE_PATH, target)) {
			await page.serve(req, res, target);
		} else if (isUnder(CONTROL_PATH, target)) {
			await send(res, await serveControl(controlled, req, target));
		} else {
			await serveApi(world, req, res, target, { description, checkAnswers });
		}
	});
	const filesUrl = await listen(files, filesPort, host);
	const begin = () => new World({ filesUrl, speed, log, settings: options.settings ?? {} });
	let world = begin();
	const url = await listen(api, port, host).catch(async (error: unknown) => {
		await close(files);
		throw error;
	});

	const page = new ConsoleServer(() => world);
	const controlled: Controlled = {
		world: () => world,
		reset() {
			world.stop();
			world = begin();
		},
		info: () => ({ url, filesUrl }),
	};

	return {
		url,
		filesUrl,
		consoleUrl: url + CONSOLE_PATH,
		apiKey: SANDBOX_API_KEY,
		agents: SANDBOX_AGENTS,
		control: new SandboxControl(url),
		async stop() {
			world.stop();
			await Promise.all([close(api), close(files)]);
		},
	};
}

const isUnder = (path: string, { pathname }: URL) =>
	pathname === path || pathname.startsWith(`${path}/`);

type Serve = (req: IncomingMessage, res: ServerResponse, target: URL) => Promise<void>;

function serverOf(serve: Serve): Server {
	const server = createServer((req, res) => {
		if (!isForThisMachine(req)) {
			void send(res, json(403, { message: 'The sandbox serves this machine only' }));
			return;
		}
		const served = async () => await serve(req, res, new URL(`http://localhost${req.url}`));
		served().catch((error: unknown) => {
			// Respond to errors in the sandbox itself and report them, instead of leaving the request hanging.
			if (res.destroyed || res.headersSent) {
				res.destroy();
				return;
			}
			const detail = error instanceof Error ? error.stack : String(error);
			void send(res, json(500, { message: `The sandbox itself broke: ${detail}` }));
		});
	});
	// Keep idle connections open: closing one just as a client reuses it would be an unwanted fault.
	server.keepAliveTimeout = 10 * 60_000;
	return server;
}

async function listen(server: Server, port: number, host: string): Promise<string> {
	server.listen(port, host);
	await once(server, 'listening');
	const { port: actual } = server.address() as AddressInfo;
	return `http://${host.includes(':') ? `[${host}]` : host}:${actual}`;
}

async function close(server: Server) {
	const closed = once(server, 'close');
	server.close();
	server.closeAllConnections();
	await closed;
}
