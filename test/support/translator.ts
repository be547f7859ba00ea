import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { Sandbox } from '../../sandbox';

export interface Reply {
	status: number;
	/** Parsed; undefined when there is none. */
	body: unknown;
}

/** Asks the sandbox with the request as it came, or at another address. */
export type Ask = (url?: URL) => Promise<Reply>;

export interface Translator {
	/** Stands in for the sandbox's own. */
	url: string;
	stop(): Promise<void>;
}

/** The sandbox as an API that does the same and says it differently. */
export async function startTranslator(
	sandbox: Pick<Sandbox, 'url'>,
	translate: (url: URL, ask: Ask) => Promise<Reply>,
): Promise<Translator> {
	const server = createServer((req, res) => {
		void (async () => {
			const sent = await textOf(req);
			let date = '';
			const asked = new URL(`${sandbox.url}${req.url}`);
			const { status, body } = await translate(new URL(asked), async (url = asked) => {
				const response = await fetch(url, {
					method: req.method,
					headers: {
						'x-api-key': String(req.headers['x-api-key']),
						...(sent !== '' && { 'content-type': 'application/json' }),
					},
					...(sent !== '' && { body: sent }),
				});
				const text = await response.text();
				date = response.headers.get('date') ?? '';
				return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
			});
			res.writeHead(status, { 'content-type': 'application/json', ...(date !== '' && { date }) });
			res.end(body === undefined ? '' : JSON.stringify(body));
		})().catch((thrown: unknown) => {
			res.writeHead(500).end(JSON.stringify({ message: String(thrown) }));
		});
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}`,
		async stop() {
			const closed = once(server, 'close');
			server.close();
			server.closeAllConnections();
			await closed;
		},
	};
}

async function textOf(req: IncomingMessage): Promise<string> {
	req.setEncoding('utf8');
	let text = '';
	for await (const piece of req) text += String(piece);
	return text;
}

/** Every record in a body, however deep, as another record. */
export function mapRecords(
	value: unknown,
	change: (record: Record<string, unknown>) => Record<string, unknown>,
): unknown {
	if (Array.isArray(value)) return value.map((element) => mapRecords(element, change));
	if (typeof value !== 'object' || value === null) return value;
	const entries = Object.entries(change({ ...value }));
	return Object.fromEntries(entries.map(([key, one]) => [key, mapRecords(one, change)]));
}

/** IDs that are numbers: short ones, and each another. */
export class NumericIds {
	private readonly numbers = new Map<string, number>();

	numberOf(uuid: string): number {
		const number = this.numbers.get(uuid) ?? this.numbers.size + 1001;
		this.numbers.set(uuid, number);
		return number;
	}

	/** A path with the UUIDs that its numbers stand for. */
	withUuids(path: string): string {
		const uuids = new Map([...this.numbers].map(([uuid, number]) => [String(number), uuid]));
		return path
			.split('/')
			.map((part) => uuids.get(part) ?? part)
			.join('/');
	}
}
