import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * - `by-address`: all deliveries to a webhook address go to the same process
 * - `in-turn`: the deliveries alternate between the processes
 */
export type SplitRule = 'by-address' | 'in-turn';

export interface WebhookSplit {
	url: string;
	stop(): Promise<void>;
}

/** A load balancer in front of the webhook processes. Only the main process listens for test events. */
export async function startWebhookSplit(
	mainPort: number,
	ports: number[],
	rule: SplitRule,
): Promise<WebhookSplit> {
	let deliveries = 0;
	const choose = (path: string) =>
		path.startsWith('/webhook-test/')
			? mainPort
			: ports[(rule === 'in-turn' ? deliveries++ : numberOf(path)) % ports.length];
	const server = createServer((incoming, answer) =>
		passOn(choose(incoming.url ?? ''), incoming, answer),
	).listen(0, '127.0.0.1');
	await once(server, 'listening');
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		async stop() {
			server.close();
			server.closeAllConnections();
			await once(server, 'close');
		},
	};
}

function passOn(port: number, incoming: IncomingMessage, answer: ServerResponse): void {
	const { method, url: path, headers } = incoming;
	const outgoing = request({ host: '127.0.0.1', port, method, path, headers }, (given) => {
		answer.writeHead(given.statusCode ?? 502, given.headers);
		given.pipe(answer);
	});
	outgoing.once('error', () => {
		if (!answer.headersSent) answer.writeHead(502);
		answer.end();
	});
	answer.once('close', () => outgoing.destroy());
	incoming.pipe(outgoing);
}

function numberOf(path: string): number {
	return createHash('sha256').update(path).digest().readUInt32BE();
}
