import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** In place of a status code: the request is not answered. */
export const NEVER = 0;

export interface Received {
	path: string;
	headers: IncomingHttpHeaders;
	body: string;
}

export interface WebhookReceiver {
	url: string;
	received: Received[];
	/** The status codes to answer next, or NEVER; 200 when none is left. */
	answers: number[];
	stop(): Promise<void>;
}

/** A real HTTP server that webhooks can be delivered to. */
export async function startWebhookReceiver(): Promise<WebhookReceiver> {
	const received: Received[] = [];
	const answers: number[] = [];
	const server = createServer((req, res) => {
		const chunks: Buffer[] = [];
		req.on('data', (chunk: Buffer) => chunks.push(chunk));
		req.on('end', () => {
			received.push({
				path: req.url ?? '',
				headers: req.headers,
				body: Buffer.concat(chunks).toString('utf8'),
			});
			const status = answers.shift() ?? 200;
			if (status !== NEVER) res.writeHead(status).end();
		});
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}/hook`,
		received,
		answers,
		async stop() {
			const closed = once(server, 'close');
			server.close();
			server.closeAllConnections();
			await closed;
		},
	};
}
