import { setTimeout as pause } from 'node:timers/promises';

import type { Sandbox } from '../../sandbox';
import type { CarriedOut, GivenOrder } from './runAccount';

/** Every kind of orders has a workflow behind this path. */
export const PATHS = {
	continue: 'soak-calls-continue',
	retry: 'soak-calls-retry',
	campaign: 'soak-campaigns',
} as const;

export type OrderKind = keyof typeof PATHS;

const NUMBERS_PER_ORDER: Record<OrderKind, number> = { continue: 10, retry: 10, campaign: 20 };

const ORDER_EVERY_MS = 20_000;

/** One in so many inbound calls isn't answered, so that it has one event instead of two. */
const UNANSWERED_EVERY = 5;

/** How copies are delivered, in turn. */
const COPIES = ['at-once', true, false] as const;
const COPIES_CHANGE_MS = 40_000;

/** How long n8n may take to answer an order. It isn't given again: it may have been taken. */
const ORDER_ANSWERED_MS = 30_000;

/** Gives Samora's agent something to do: calls that come in, and orders for n8n to call people. */
export class Traffic {
	readonly orders: GivenOrder[] = [];
	private numbers = 0;
	private copies = 0;

	constructor(
		private readonly sandbox: Sandbox,
		private readonly webhookUrl: string,
		private readonly isAway: () => boolean,
	) {}

	/** Until the signal is given. */
	async flow(callsPerMinute: number, signal: AbortSignal): Promise<void> {
		const every = async (ms: number, act: () => Promise<unknown>) => {
			while (!signal.aborted) {
				await act();
				await pause(ms, undefined, { signal }).catch(() => undefined);
			}
		};
		await Promise.all([
			every(60_000 / callsPerMinute, async () => {
				if (!this.isAway()) await this.comeIn();
			}),
			every(COPIES_CHANGE_MS, async () => {
				const duplicate = COPIES[this.copies++ % COPIES.length];
				await this.sandbox.control.setDeliveries({ duplicate });
			}),
			every(ORDER_EVERY_MS, async () => {
				const kinds = Object.keys(PATHS) as OrderKind[];
				await this.order(kinds[this.orders.length % kinds.length]);
			}),
		]);
	}

	/** Gives n8n an order, and resolves when n8n has taken it or not. */
	async order(kind: OrderKind): Promise<GivenOrder> {
		const order: GivenOrder = {
			kind: kind === 'campaign' ? 'campaign' : 'calls',
			run: `${kind} ${this.orders.length + 1}`,
			numbers: Array.from({ length: NUMBERS_PER_ORDER[kind] }, () => this.nextNumber()),
			taken: false,
		};
		this.orders.push(order);
		const { run, numbers } = order;
		try {
			const response = await fetch(`${this.webhookUrl}/webhook/${PATHS[kind]}`, {
				method: 'POST',
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify({ run, numbers }),
				signal: AbortSignal.timeout(ORDER_ANSWERED_MS),
			});
			const said = await response.text();
			order.taken = response.ok && said.includes('Workflow was started');
		} catch {
			// Nobody knows whether n8n has taken it.
		}
		return order;
	}

	/** What the sandbox has carried out of the orders. */
	async carriedOut(): Promise<CarriedOut> {
		const { control } = this.sandbox;
		const runs = new Map((await control.campaigns()).map(({ id, name }) => [id, name]));
		const runOf = (campaignId: string) => runs.get(campaignId) ?? campaignId;
		const starts = await control.journal({
			operationId: 'startCampaign',
			accepted: true,
			bodies: false,
		});
		const started = starts.map(({ path }) => {
			const campaignId = path.split('/').at(-2) ?? path;
			return { campaignId, run: runOf(campaignId) };
		});
		const campaignsStarted = new Set(started.map(({ campaignId }) => campaignId));
		const calls = (await control.calls()).filter(({ direction }) => direction === 'outbound');
		return {
			called: calls.filter((call) => call.campaign_id === null).map((call) => call.to_number),
			started,
			dialed: calls.flatMap(({ campaign_id, to_number, retry }) =>
				campaign_id !== null && retry === 0 && campaignsStarted.has(campaign_id)
					? [{ run: runOf(campaign_id), number: to_number }]
					: [],
			),
		};
	}

	private async comeIn(): Promise<void> {
		const number = this.nextNumber();
		const outcome = this.numbers % UNANSWERED_EVERY === 0 ? 'UNANSWERED' : 'CALL_FINISHED';
		const [{ id: agent_id }] = this.sandbox.agents;
		await this.sandbox.control.addInboundCall({ agent_id, number, outcome });
	}

	/** Each number occurs once. None of them is magic. */
	private nextNumber(): string {
		this.numbers += 1;
		return `+1${4_152_000_000 + this.numbers}`;
	}
}
