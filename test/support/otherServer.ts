import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
	method: string;
	path: string;
	headers: IncomingMessage['headers'];
}

export interface OtherServer {
	url: string;
	received: Received[];
	stop(): Promise<void>;
}

/** A web server that is not Samora: it notes down what it gets, and answers as it is told to. */
export async function startOtherServer(
	answer: (request: Received, res: ServerResponse) => void,
): Promise<OtherServer> {
	const received: Received[] = [];
	const server = createServer((req, res) => {
		const request = { method: req.method ?? '', path: req.url ?? '', headers: req.headers };
		received.push(request);
		req.resume();
		answer(request, res);
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}`,
		received,
		async stop() {
			const closed = once(server, 'close');
			server.close();
			server.closeAllConnections();
			await closed;
		},
	};
}

/** The address of a server that is not there any more. */
export async function addressOfNobody(): Promise<string> {
	const server = await startOtherServer(() => {});
	await server.stop();
	return server.url;
}
