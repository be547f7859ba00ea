import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, html, json, send } from '../http/answers';

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
	'html',
	'slow',
	'401',
	'403',
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
	/** A different status code. */
	status?: number;
	/** For `slow`: real milliseconds. Default: 1000. */
	ms?: number;
}

export interface Fault extends FaultOptions {
	id: string;
	/** How many requests it has broken. */
	spoilt: number;
}

interface Effect {
	/** Whether the request is carried out before its response is broken. */
	accepted: boolean;
	/** Resolves to the status that was sent, or null if there was none. */
	spoil(res: ServerResponse, answer: Answer, fault: Fault): Promise<number | null>;
}

const refuse = (status: number, message: string, accepted = false): Effect => ({
	accepted,
	spoil: (res, _, { status: other, retryAfter }) =>
		send(
			res,
			json(
				other ?? status,
				{ message },
				retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) },
			),
		),
});

const neverAnswer = (accepted: boolean): Effect => ({ accepted, spoil: async () => null });

const reset = (accepted: boolean): Effect => ({
	accepted,
	spoil: async (res) => {
		res.socket?.resetAndDestroy();
		return null;
	},
});

const EFFECTS: Record<FaultKind, Effect> = {
	'429': refuse(429, 'Too many requests'),
	'429-retry-after': {
		accepted: false,
		spoil: (res, answer, fault) =>
			refuse(429, 'Too many requests').spoil(res, answer, { retryAfter: 1, ...fault }),
	},
	'500': refuse(500, 'Internal server error'),
	'500-after': refuse(500, 'Internal server error', true),
	'503': refuse(503, 'Service unavailable'),
	hang: neverAnswer(false),
	'hang-after': neverAnswer(true),
	'reset-before': reset(false),
	'reset-after': reset(true),
	truncated: {
		accepted: true,
		spoil: async (res, answer) => {
			res.writeHead(answer.status, { ...answer.headers, 'content-length': '100000' });
			await new Promise<void>((resolve) => res.write('{"message":', () => resolve()));
			res.socket?.destroy();
			return answer.status;
		},
	},
	malformed: {
		accepted: true,
		spoil: (res, answer) => send(res, { ...answer, body: '{"message": "accepted", "call_id": ' }),
	},
	empty: { accepted: true, spoil: (res, answer) => send(res, { ...answer, body: '' }) },
	html: {
		accepted: false,
		spoil: (res, _, fault) =>
			send(res, html(fault.status ?? 502, '<html><body><h1>502 Bad Gateway</h1></body></html>')),
	},
	slow: {
		accepted: true,
		spoil: async (res, answer, fault) => {
			await sleep(fault.ms ?? 1000, undefined, { ref: false });
			return await send(res, answer);
		},
	},
	'401': refuse(401, 'Invalid API key'),
	'403': refuse(403, 'Forbidden'),
};

export const effectOf = (fault: Fault): Effect => EFFECTS[fault.kind];

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
