import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export interface Answer {
	status: number;
	headers: Record<string, string>;
	body: string | Buffer | Iterable<Buffer>;
}

export const json = (
	status: number,
	body: unknown,
	headers: Record<string, string> = {},
): Answer => ({
	status,
	headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
	body: JSON.stringify(body),
});

export const html = (status: number, body: string): Answer => ({
	status,
	headers: { 'content-type': 'text/html; charset=utf-8' },
	body,
});

export const empty = (status: number): Answer => ({ status, headers: {}, body: '' });

/** Resolves to the status once the response is sent, or to null if the client has disconnected. */
export async function send(res: ServerResponse, answer: Answer): Promise<number | null> {
	if (res.destroyed || res.socket?.destroyed) return null;
	if (typeof answer.body === 'string' || Buffer.isBuffer(answer.body)) {
		const length =
			answer.status === 204 ? {} : { 'content-length': String(Buffer.byteLength(answer.body)) };
		res.writeHead(answer.status, { ...answer.headers, ...length });
		res.end(answer.body);
		return answer.status;
	}
	res.writeHead(answer.status, answer.headers);
	// Ignore clients that disconnect while reading.
	await pipeline(Readable.from(answer.body), res).catch(() => undefined);
	return answer.status;
}
