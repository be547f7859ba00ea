import type { IncomingMessage, ServerResponse } from 'node:http';
import { SANDBOX_API_KEY } from '../state/account';
import { type Answer, empty } from './answers';
import { effectOf, type Faults, NO_FAULT } from './faults';
import type { Journal, JournalEntry } from './journal';
import type { Clock } from '../state/clock';

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

interface RequestState {
	clock: Clock;
	journal: Journal;
	faults: Faults;
}

/** Adds a request to the journal, and completes the entry when the request has ended. */
export function enter(
	{ clock, journal }: Pick<RequestState, 'clock' | 'journal'>,
	req: IncomingMessage,
	res: ServerResponse,
	url: URL,
): JournalEntry {
	const arrived = performance.now();
	// Use the sandbox's clock, like everywhere else.
	res.setHeader('date', new Date(clock.now()).toUTCString());
	const entry = journal.begin({
		method: req.method ?? '',
		path: url.pathname,
		query: Object.fromEntries(url.searchParams),
		headers: req.headers,
		keyed: req.headers['x-api-key'] === SANDBOX_API_KEY,
	});
	res.once('finish', () => {
		entry.took = Math.round(performance.now() - arrived);
	});
	res.once('close', () => journal.end(entry));
	return entry;
}

export interface Answering {
	/** Makes the change of state. Not called when a fault keeps the request from being carried out. */
	carryOut(): Answer;
	/** Puts an answer into the words that are spoken here. */
	word?(answer: Answer): Answer;
}

/** Answers a request, unless a fault spoils it. */
export async function answer(
	{ faults }: Pick<RequestState, 'faults'>,
	res: ServerResponse,
	entry: JournalEntry,
	rawRequest: { pathAndQuery: string; body: string },
	{ carryOut, word = (answer) => answer }: Answering,
) {
	const fault = faults.take(entry.operationId, rawRequest.pathAndQuery, rawRequest.body);
	entry.fault = fault?.kind ?? null;
	const effect = fault ? effectOf(fault) : NO_FAULT;
	const right = effect.accepted ? carryOut() : empty(200);
	const answered = word(effect.say(right));
	// Before it is sent: whoever has the answer may read the journal at once.
	entry.status = effect.isLate ? null : answered.status;
	entry.status = await effect.send(res, answered);
}
