import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

export interface Proxy {
	url: string;
	/** Such as 127.0.0.1:3128. */
	address: string;
	/** The first line of each request. */
	asked: string[];
	stop(): Promise<void>;
}

/** A proxy that connects nobody: it gives each request the same answer, byte by byte, and hangs up. */
export async function startProxy(answer: string): Promise<Proxy> {
	const asked: string[] = [];
	const sockets = new Set<Socket>();
	const server = createServer((socket) => {
		sockets.add(socket);
		socket.on('error', () => {});
		socket.on('close', () => sockets.delete(socket));
		let head = '';
		socket.on('data', (bytes) => {
			const isNew = !head.includes('\r\n\r\n');
			head += bytes.toString('latin1');
			if (!isNew || !head.includes('\r\n\r\n')) return;
			asked.push(head.slice(0, head.indexOf('\r\n')));
			socket.end(answer);
		});
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	const address = `127.0.0.1:${port}`;
	return {
		url: `http://${address}`,
		address,
		asked,
		async stop() {
			const closed = once(server, 'close');
			server.close();
			for (const socket of sockets) socket.destroy();
			await closed;
		},
	};
}

/** An answer as it goes over the wire. */
export function httpAnswer(
	status: number,
	headers: Record<string, string> = {},
	body = '',
): string {
	const lines = Object.entries({ 'Content-Length': String(body.length), ...headers });
	return [
		`HTTP/1.1 ${status} Said The Proxy`,
		...lines.map(([name, value]) => `${name}: ${value}`),
		'',
		body,
	].join('\r\n');
}
