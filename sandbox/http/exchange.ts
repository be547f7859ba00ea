import type { IncomingMessage, ServerResponse } from 'node:http';
import { SANDBOX_API_KEY } from '../state/account';
import { type Answer, send } from './answers';
import { effectOf } from '../control/faults';
import type { JournalEntry } from '../control/journal';
import type { World } from '../state/world';

/** Larger bodies are counted and dropped, because they exceed every limit. */
const KEPT_BODY_BYTES = 8 * 1024 * 1024;

export async function readBody(req: IncomingMessage): Promise<{ text: string; bytes: number }> {
	const chunks: Buffer[] = [];
	let bytes = 0;
	for await (const chunk of req as AsyncIterable<Buffer>) {
		bytes += chunk.length;
		if (bytes <= KEPT_BODY_BYTES) chunks.push(chunk);
	}
	return { text: Buffer.concat(chunks).toString('utf8'), bytes };
}

/** Adds a request to the journal, and completes the entry when the request has ended. */
export function enter(
	world: World,
	req: IncomingMessage,
	res: ServerResponse,
	url: URL,
): JournalEntry {
	const arrived = performance.now();
	// Use the sandbox's clock, like everywhere else.
	res.setHeader('date', new Date(world.clock.now()).toUTCString());
	const entry = world.journal.begin({
		method: req.method ?? '',
		path: url.pathname,
		query: Object.fromEntries(url.searchParams),
		headers: req.headers,
		keyed: req.headers['x-api-key'] === SANDBOX_API_KEY,
	});
	res.once('finish', () => {
		entry.took = Math.round(performance.now() - arrived);
	});
	res.once('close', () => world.journal.end(entry));
	return entry;
}

/** Responds to a request, unless a fault breaks it. `carryOut` changes the state, if the fault lets the request through. */
export async function answer(
	world: World,
	res: ServerResponse,
	entry: JournalEntry,
	rawRequest: { pathAndQuery: string; body: string },
	carryOut: () => Answer,
) {
	const fault = world.faults.take(entry.operationId, rawRequest.pathAndQuery, rawRequest.body);
	if (!fault) {
		const result = carryOut();
		// Do this before sending, because the client may read the journal right after the response.
		entry.status = result.status;
		entry.status = await send(res, result);
		return;
	}
	entry.fault = fault.kind;
	const effect = effectOf(fault);
	const nothing: Answer = { status: 200, headers: {}, body: '' };
	entry.status = await effect.spoil(res, effect.accepted ? carryOut() : nothing, fault);
}
