import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, html, json, send } from './answers';

export const FAULT_KINDS = [
	'429',
	'429-retry-after',
	'500',
	'500-after',
	'503',
	'hang',
	'hang-after',
	'reset-before',
	'reset-after',
	'truncated',
	'malformed',
	'empty',
	'empty-object',
	'text',
	'html',
	'html-after',
	'slow',
	'drip',
	'endless',
	'101',
	'deep',
	'401',
	'403',
	'fewer-ids',
	'no-ids',
	'ignored',
	'wrong-total',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

export interface FaultOptions {
	/** An operationId in the API description, or `file`. Default: every request. */
	operationId?: string;
	kind: FaultKind;
	/** How many requests to break. Default: 1. Null for all from then on. */
	times?: number | null;
	/** How many matching requests to let through first. */
	skip?: number;
	/** Only requests with this text in their raw body, path or query. */
	match?: string;
	/** The Retry-After of kinds that refuse the request: seconds, or an HTTP date. Default for `429-retry-after`: 1. */
	retryAfter?: number | string;
	/** Another status code than the kind's own; of the kinds that refuse or send another body. */
	status?: number;
	/** Real milliseconds: of `slow` until the answer (1000), of `drip` and `endless` from one byte to the next (200). */
	ms?: number;
	/** For `deep`: how many arrays are nested. 5000 when left out. */
	depth?: number;
	/** For `wrong-total`: what the list says its length is. 0 when left out. */
	total?: number | string;
}

export interface Fault extends FaultOptions {
	id: string;
	/** How many requests it has broken. */
	spoilt: number;
}

export interface Effect {
	/** Whether the request is carried out. */
	accepted: boolean;
	/** What the API says in place of the right answer. It is put into the dialect like every answer. */
	say(right: Answer): Answer;
	/** Whether nothing of the answer is sent for a while. */
	isLate?: boolean;
	/** Writes the answer. Resolves to the status that was sent, or to null when none was. */
	send(res: ServerResponse, answer: Answer): Promise<number | null>;
}

type Spoiling = (fault: FaultOptions) => Partial<Effect>;

export const NO_FAULT: Effect = { accepted: true, say: (right) => right, send };

const refuse =
	(status: number, message: string, accepted = false): Spoiling =>
	({ status: other, retryAfter }) => ({
		accepted,
		say: () =>
			json(
				other ?? status,
				{ message },
				retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) },
			),
	});

const neverAnswer =
	(accepted: boolean): Spoiling =>
	() => ({ accepted, send: async () => null });

const reset =
	(accepted: boolean): Spoiling =>
	() => ({
		accepted,
		send: async (res) => {
			res.socket?.resetAndDestroy();
			return null;
		},
	});

/** Carried out, but the body is another one. */
const otherBody =
	(body: (fault: FaultOptions) => string, contentType?: string): Spoiling =>
	(fault) => ({
		send: async (res, answer) =>
			await send(res, {
				status: fault.status ?? answer.status,
				headers: { ...answer.headers, ...(contentType && { 'content-type': contentType }) },
				body: body(fault),
			}),
	});

const GATEWAY_PAGE = '<html><body><h1>502 Bad Gateway</h1></body></html>';

const page =
	(accepted: boolean): Spoiling =>
	({ status = 502 }) => ({
		accepted,
		send: async (res) => await send(res, html(status, GATEWAY_PAGE)),
	});

function* bytesOf(body: Answer['body']) {
	const chunks = typeof body === 'string' || Buffer.isBuffer(body) ? [Buffer.from(body)] : body;
	for (const chunk of chunks) yield* chunk;
}

function* spaces() {
	for (;;) yield 0x20;
}

/** Writes byte after byte, for as long as the client listens. */
const dripping =
	(bytes: (body: Answer['body']) => Iterable<number>): Spoiling =>
	({ ms = 200 }) => ({
		send: async (res, answer) => {
			res.writeHead(answer.status, answer.headers);
			for (const byte of bytes(answer.body)) {
				if (res.destroyed) break;
				res.write(Buffer.of(byte));
				await sleep(ms, undefined, { ref: false });
			}
			res.end();
			return answer.status;
		},
	});

type Data = Record<string, unknown>;

/** Carried out, but the answer's `data` is told otherwise. */
const otherData =
	(change: (data: Data, fault: FaultOptions) => Data): Spoiling =>
	(fault) => ({
		say(right) {
			if (!right.headers['content-type']?.startsWith('application/json')) return right;
			const body = JSON.parse(String(right.body)) as { data?: Data };
			if (right.status >= 300 || !body.data) return right;
			return { ...right, body: JSON.stringify({ ...body, data: change(body.data, fault) }) };
		},
	});

const ids = (change: (ids: unknown[]) => unknown[]) =>
	otherData(({ scheduled_call_ids: all, ...rest }) =>
		Array.isArray(all) ? { ...rest, scheduled_call_ids: change(all) } : rest,
	);

const EFFECTS: Record<FaultKind, Spoiling> = {
	'429': refuse(429, 'Too many requests'),
	'429-retry-after': (fault) => refuse(429, 'Too many requests')({ retryAfter: 1, ...fault }),
	'500': refuse(500, 'Internal server error'),
	'500-after': refuse(500, 'Internal server error', true),
	'503': refuse(503, 'Service unavailable'),
	hang: neverAnswer(false),
	'hang-after': neverAnswer(true),
	'reset-before': reset(false),
	'reset-after': reset(true),
	truncated: () => ({
		send: async (res, answer) => {
			res.writeHead(answer.status, { ...answer.headers, 'content-length': '100000' });
			await new Promise<void>((resolve) => res.write('{"message":', () => resolve()));
			res.socket?.destroy();
			return answer.status;
		},
	}),
	malformed: otherBody(() => '{"message": "accepted", "call_id": '),
	empty: otherBody(() => ''),
	'empty-object': otherBody(() => '{}'),
	text: otherBody(() => 'OK', 'text/plain; charset=utf-8'),
	html: page(false),
	'html-after': page(true),
	slow: ({ ms = 1000 }) => ({
		isLate: true,
		send: async (res, answer) => {
			await sleep(ms, undefined, { ref: false });
			return await send(res, answer);
		},
	}),
	drip: dripping(bytesOf),
	endless: dripping(spaces),
	'101': () => ({
		send: async (res) => {
			res.writeHead(101, { connection: 'Upgrade', upgrade: 'websocket' });
			res.end(() => res.socket?.destroy());
			return 101;
		},
	}),
	deep: otherBody(({ depth = 5000 }) => `{"message":${'['.repeat(depth)}${']'.repeat(depth)}}`),
	'401': refuse(401, 'Invalid API key'),
	'403': refuse(403, 'Forbidden'),
	'fewer-ids': ids((all) => all.slice(0, -1)),
	'no-ids': ids(() => []),
	// That the operation only reads is apiServer's part.
	ignored: () => ({}),
	'wrong-total': otherData((data, { total = 0 }) => ({
		...data,
		...('total' in data && { total }),
		...('total_count' in data && { total_count: total }),
	})),
};

export const effectOf = (fault: Fault): Effect => ({ ...NO_FAULT, ...EFFECTS[fault.kind](fault) });

/** The active faults. If several match a request, the oldest applies. */
export class Faults {
	#faults: Array<Fault & { skipped: number }> = [];

	all(): Fault[] {
		return this.#faults;
	}

	add(options: FaultOptions): string {
		const id = randomUUID();
		this.#faults.push({ ...options, id, spoilt: 0, skipped: 0 });
		return id;
	}

	remove(id: string): boolean {
		const before = this.#faults.length;
		this.#faults = this.#faults.filter((fault) => fault.id !== id);
		return this.#faults.length < before;
	}

	clear() {
		this.#faults = [];
	}

	take(operationId: string | null, pathAndQuery: string, rawBody: string): Fault | undefined {
		for (const fault of this.#faults) {
			const { match } = fault;
			if (fault.operationId !== undefined && fault.operationId !== operationId) continue;
			if (match !== undefined && !rawBody.includes(match) && !pathAndQuery.includes(match))
				continue;
			if (fault.times !== null && fault.spoilt >= (fault.times ?? 1)) continue;
			if (fault.skipped < (fault.skip ?? 0)) {
				fault.skipped += 1;
				continue;
			}
			fault.spoilt += 1;
			return fault;
		}
		return undefined;
	}
}
