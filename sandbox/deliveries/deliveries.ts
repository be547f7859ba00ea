import { randomUUID } from 'node:crypto';
import type { EventType } from '../state/apiShapes';
import { type CallRecord, type Calls, iso, wasReached } from '../state/calls';
import type { Clock } from '../state/clock';
import type { Log } from '../state/log';
import { isLoopbackHost } from '../http/loopback';
import { type CallEvent, payloadOf } from './payloads';
import { RecentList } from '../state/recentList';
import type { Settings } from '../settings/settings';
import { signatureHeaders } from './signatures';
import type { WebhookRecord, Webhooks } from '../state/webhooks';

/** One attempt to deliver one event to one webhook. */
export interface DeliveryAttempt {
	/** The event's id: the same for every attempt and copy. */
	id: string;
	webhook_id: string;
	event: EventType;
	call_id: string;
	attempt: number;
	url: string;
	headers: Record<string, string>;
	body: string;
	status: number | null;
	error: string | null;
	/** The beginning of the response body, or null without a response. */
	answer: string | null;
	/** Virtual time at which the attempt was due. */
	at: string;
}

export interface DeliveryPage {
	attempts: readonly DeliveryAttempt[];
	/** How many of the oldest attempts have been dropped. */
	forgotten: number;
}

interface Waiting {
	event: CallEvent;
	webhookId: string;
	body: string;
	attempt: number;
	/** Whether this is the second copy that the `duplicate` setting requests. */
	copy: boolean;
	at: number;
}

const AT_ONCE = 8;
const KEPT_OF_ANSWER = 1000;
/** Tests with more deliveries than this must read and reset in between. */
const KEPT = 50_000;

/** Delivers events to webhooks, and tries again if a delivery fails. */
export class Deliveries {
	readonly #attempts = new RecentList<DeliveryAttempt>(KEPT);
	#waiting: Waiting[] = [];
	/** Ongoing deliveries by webhook and call, so that events of one call stay in order. */
	readonly #busy = new Map<string, number>();
	#inFlight = 0;
	#whenSettled: Array<() => void> = [];
	readonly #underWay = new Set<AbortController>();
	#stopped = false;

	constructor(
		private readonly clock: Clock,
		private readonly calls: Calls,
		private readonly webhooks: Webhooks,
		private readonly settings: Settings,
		private readonly log: Log,
	) {
		calls.listen({
			started: (call, at) => this.#publish('CALL_STARTED', call, at),
			ended: (call, at) =>
				this.#publish(wasReached(call) ? 'CALL_FINISHED' : 'CALL_FAILED', call, at),
		});
	}

	/** Resolves when every delivery that's due has been attempted. */
	async settled() {
		while (this.#inFlight > 0 || this.#waiting.length > 0) {
			await new Promise<void>((resolve) => this.#whenSettled.push(resolve));
		}
	}

	stop() {
		this.#waiting = [];
		this.#stopped = true;
		for (const abort of this.#underWay) abort.abort();
	}

	/** Without the first `after` attempts. */
	page(after = 0): DeliveryPage {
		const { items, forgotten } = this.#attempts;
		return { attempts: items.slice(Math.max(0, after - forgotten)), forgotten };
	}

	/** The nth attempt, counted from 0. */
	find(n: number): DeliveryAttempt | undefined {
		return this.#attempts.items[n - this.#attempts.forgotten];
	}

	#publish(type: EventType, call: CallRecord, at: number) {
		const webhooks = this.webhooks.subscribedTo(type, call.agent_id);
		if (webhooks.length === 0) return;
		const event: CallEvent = {
			id: `evt_${randomUUID().replaceAll('-', '')}`,
			type,
			at,
			call,
			files: this.calls.filesOf(call, at),
		};
		const { duplicate } = this.settings.deliveries;
		for (const webhook of webhooks) {
			const body = JSON.stringify(payloadOf(event, webhook, this.settings));
			const first = { event, webhookId: webhook.id, body, attempt: 1, at };
			this.#waiting.push({ ...first, copy: false });
			if (duplicate === 'at-once') this.#waiting.push({ ...first, copy: true });
		}
		this.#sendNext();
	}

	#sendNext() {
		while (this.#inFlight < AT_ONCE) {
			const index = this.#waiting.findIndex((delivery) => this.#mayGo(delivery));
			if (index < 0) return;
			const [delivery] = this.#waiting.splice(index, 1);
			void this.#carry(delivery);
		}
	}

	#mayGo(delivery: Waiting) {
		return delivery.copy || !this.#busy.has(orderKey(delivery));
	}

	async #carry(delivery: Waiting) {
		const key = orderKey(delivery);
		this.#inFlight += 1;
		this.#busy.set(key, (this.#busy.get(key) ?? 0) + 1);
		try {
			await this.#attempt(delivery);
		} finally {
			this.#inFlight -= 1;
			const left = (this.#busy.get(key) ?? 1) - 1;
			if (left > 0) this.#busy.set(key, left);
			else this.#busy.delete(key);
			this.#sendNext();
			if (this.#inFlight === 0 && this.#waiting.length === 0) {
				for (const resolve of this.#whenSettled.splice(0)) resolve();
			}
		}
	}

	async #attempt(delivery: Waiting) {
		const webhook = this.webhooks.find(delivery.webhookId);
		if (!webhook?.is_active) return;
		const result = await this.#post(webhook, delivery);
		if (this.#stopped) return;
		this.#record(webhook, delivery, result);
		const taken = result.status !== null && result.status >= 200 && result.status < 300;
		if (!taken) this.#again(delivery);
		else if (this.settings.deliveries.duplicate === true && !delivery.copy) {
			this.#waiting.unshift({ ...delivery, attempt: delivery.attempt + 1, copy: true });
		}
	}

	async #post(webhook: WebhookRecord, { event, body }: Waiting) {
		const settings = this.settings.deliveries;
		const headers: Record<string, string> = {
			...webhook.custom_headers,
			'content-type': 'application/json',
			'user-agent': 'Samora-Sandbox',
			...signatureHeaders(
				{ id: event.id, secret: webhook.secret, body, now: new Date() },
				settings,
			),
		};
		const unanswered = { headers, status: null, answer: null };
		if (!settings.external && !isLoopbackHost(new URL(webhook.url).hostname)) {
			return { ...unanswered, error: 'not sent: the host is not this machine' };
		}
		const abort = new AbortController();
		const giveUp = () => abort.abort(new Error(`no answer within ${settings.timeout} s`));
		const timer = setTimeout(giveUp, settings.timeout * 1000);
		this.#underWay.add(abort);
		try {
			const response = await fetch(webhook.url, {
				method: 'POST',
				headers,
				body,
				redirect: 'manual',
				signal: abort.signal,
			});
			const answer = (await response.text()).slice(0, KEPT_OF_ANSWER);
			return { headers, status: response.status, error: null, answer };
		} catch (error) {
			return { ...unanswered, error: reason(error) };
		} finally {
			clearTimeout(timer);
			this.#underWay.delete(abort);
		}
	}

	#again(delivery: Waiting) {
		const wait = this.settings.deliveries.retry[delivery.attempt - 1];
		if (wait === undefined || delivery.copy) return;
		this.clock.at(delivery.at + wait * 1000, (at) => {
			this.#waiting.push({ ...delivery, attempt: delivery.attempt + 1, at });
			this.#sendNext();
		});
	}

	#record(
		webhook: WebhookRecord,
		{ event, body, attempt, at }: Waiting,
		result: Pick<DeliveryAttempt, 'headers' | 'status' | 'error' | 'answer'>,
	) {
		this.#attempts.push({
			id: event.id,
			webhook_id: webhook.id,
			event: event.type,
			call_id: event.call.id,
			attempt,
			url: webhook.url,
			...result,
			body,
			at: iso(at),
		});
		this.log(
			`webhook ${event.type} ${event.call.to_number} → ${webhook.url}: ${result.status ?? result.error}`,
		);
	}
}

const orderKey = ({ webhookId, event }: Waiting) => `${webhookId} ${event.call.id}`;

/** The cause of "fetch failed". */
function reason(error: unknown): string {
	const { cause, message, code } = Object(error) as Record<'cause' | 'message' | 'code', unknown>;
	return cause ? reason(cause) : String(message || code || error);
}
