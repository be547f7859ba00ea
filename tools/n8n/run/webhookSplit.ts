import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/**
 * - `by-address`: all deliveries to a webhook address go to the same process
 * - `in-turn`: the deliveries alternate between the processes
 */
export type SplitRule = 'by-address' | 'in-turn';

export interface WebhookSplit {
	url: string;
	stop(): Promise<void>;
}

/**
 * A load balancer in front of several webhook processes. Like nginx by default, it passes a request to the next
 * process if it can't connect to the chosen one. Only the main process listens for test events.
 */
export async function startWebhookSplit(
	mainPort: number,
	ports: number[],
	rule: SplitRule,
): Promise<WebhookSplit> {
	let deliveries = 0;
	const portsFor = (path: string): number[] => {
		if (path.startsWith('/webhook-test/')) return [mainPort];
		const chosen = (rule === 'in-turn' ? deliveries++ : numberOf(path)) % ports.length;
		return [...ports.slice(chosen), ...ports.slice(0, chosen)];
	};
	const server = createServer((incoming, answer) => {
		buffer(incoming).then(
			(body) => passOn(portsFor(incoming.url ?? ''), incoming, body, answer),
			() => answer.destroy(),
		);
	}).listen(0, '127.0.0.1');
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

function passOn(
	[port, ...others]: number[],
	incoming: IncomingMessage,
	body: Buffer,
	answer: ServerResponse,
): void {
	const { method, url: path, headers } = incoming;
	const outgoing = request({ host: '127.0.0.1', port, method, path, headers }, (given) => {
		answer.writeHead(given.statusCode ?? 502, given.headers);
		given.pipe(answer);
		given.once('error', () => answer.destroy());
	});
	outgoing.once('error', (fault: NodeJS.ErrnoException) => {
		if (answer.destroyed) return;
		if (fault.code === 'ECONNREFUSED' && others.length > 0) {
			passOn(others, incoming, body, answer);
			return;
		}
		if (!answer.headersSent) answer.writeHead(502);
		answer.end();
	});
	answer.once('close', () => outgoing.destroy());
	outgoing.end(body);
}

function numberOf(path: string): number {
	return createHash('sha256').update(path).digest().readUInt32BE();
}
