import type { IncomingHttpHeaders } from 'node:http';
import type { FaultKind } from './faults';
import { RecentList } from '../state/recentList';

/** One request to the API or the file origin. */
export interface JournalEntry {
	seq: number;
	/** Real time of arrival. */
	at: string;
	method: string;
	path: string;
	/** Null if no operation has that method and path. `file` for the file origin. */
	operationId: string | null;
	query: Record<string, string>;
	/** Without the API key's value. */
	headers: Record<string, string>;
	/** The parsed body, a string if it isn't JSON, or null if there's none. */
	body: unknown;
	bodyBytes: number;
	/** The status of the response, or null if there was none. */
	status: number | null;
	/** Whether the request was carried out, whatever the response. */
	accepted: boolean;
	fault: FaultKind | null;
	/** How the request violates the OpenAPI document, or null. */
	violation: string | null;
	/** Whether the request had the valid API key. */
	keyed: boolean;
	callIds?: string[];
	scheduledCallIds?: string[];
	/** How many requests were running when it arrived, including this one. */
	concurrent: number;
	/** Real milliseconds from arrival to response. Null until then. */
	took: number | null;
}

export interface JournalFilter {
	operationId?: string;
	method?: string;
	accepted?: boolean;
	/** Only entries with a greater seq. */
	after?: number;
	/** If false, bodies are null. */
	bodies?: boolean;
}

export interface JournalPage {
	entries: JournalEntry[];
	/** How many of the oldest entries have been dropped. */
	forgotten: number;
}

/** Tests with more requests than this must read and reset in between. */
const KEPT = 200_000;

const SECRET_HEADERS = new Set(['x-api-key', 'authorization', 'cookie']);

export class Journal {
	readonly #entries = new RecentList<JournalEntry>(KEPT);
	#seq = 0;
	readonly #underWay = new Set<JournalEntry>();

	begin(
		request: Pick<JournalEntry, 'method' | 'path' | 'query' | 'keyed'> & {
			headers: IncomingHttpHeaders;
		},
	): JournalEntry {
		const entry: JournalEntry = {
			...request,
			seq: ++this.#seq,
			at: new Date().toISOString(),
			operationId: null,
			headers: withoutSecrets(request.headers),
			body: null,
			bodyBytes: 0,
			status: null,
			accepted: false,
			fault: null,
			violation: null,
			concurrent: this.#underWay.size + 1,
			took: null,
		};
		this.#entries.push(entry);
		this.#underWay.add(entry);
		return entry;
	}

	/** The request has ended: it got a response, or the connection closed. */
	end(entry: JournalEntry) {
		this.#underWay.delete(entry);
	}

	isUnderWay(entry: JournalEntry): boolean {
		return this.#underWay.has(entry);
	}

	/** The newest entries with a greater seq, up to the limit. */
	since(seq: number, limit: number): readonly JournalEntry[] {
		const count = Math.min(this.#seq - seq, limit);
		return count > 0 ? this.#entries.items.slice(-count) : [];
	}

	find(seq: number): JournalEntry | undefined {
		return this.#entries.items[seq - 1 - this.#entries.forgotten];
	}

	page(filter: JournalFilter): JournalPage {
		const { operationId, method, accepted, after = 0, bodies = true } = filter;
		const entries = this.#entries.items.filter(
			(entry) =>
				entry.seq > after &&
				(operationId === undefined || entry.operationId === operationId) &&
				(method === undefined || entry.method === method) &&
				(accepted === undefined || entry.accepted === accepted),
		);
		return {
			entries: bodies ? entries : entries.map((entry) => ({ ...entry, body: null })),
			forgotten: this.#entries.forgotten,
		};
	}
}

function withoutSecrets(headers: IncomingHttpHeaders): Record<string, string> {
	return Object.fromEntries(
		Object.entries(headers)
			.filter(([name]) => !SECRET_HEADERS.has(name))
			.map(([name, value]) => [name, String(value)]),
	);
}
