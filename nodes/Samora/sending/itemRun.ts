import type {
	DeclarativeRestApiSettings,
	IDataObject,
	IExecutePaginationFunctions,
	IExecuteSingleFunctions,
	INode,
} from 'n8n-workflow';
import pLimit from 'p-limit';

import { apiError, failedItem, operationError, refusedItem } from '../../shared/api/nodeErrors';
import { refusedRows, type RefusedRow } from '../../shared/itemList';
import { recordOf, Refusal, trimmed } from '../../shared/parameters';
import { planItems, type EngineItems, type PlannedItems } from './plan';
import { withAccepted } from './progress';
import { sendRequest, type Sender } from './request';
import type {
	Failure,
	FollowUp,
	ItemRequest,
	LeftOut,
	OutputItem,
	Route,
	SendResult,
} from './route';
import { RunMemory } from './runMemory';
import { forgetRun, Runs, saveRun } from './runs';

const MAX_CONCURRENCY = 5;

/** What one run of a node is about, through all of its tries. */
export class Run {
	/** The latest try. */
	current?: Pick<Try<ItemRequest>, 'admits' | 'take'>;

	constructor(readonly memory: RunMemory) {}

	toJSON(): IDataObject {
		return this.memory.toJSON();
	}
}

/** The runs that are going on. */
export const runs = new Runs((saved) => new Run(RunMemory.restore(saved)));

/** What became of an item's turn. */
type Turn =
	| { kind: 'accepted'; output: IDataObject[]; isRetry: boolean }
	| { kind: 'output'; items: OutputItem[] }
	| { kind: 'refused' }
	| { kind: 'failed'; failure: Failure };

/** One try of a run: all of its items, each sent once. */
export class Try<Request extends ItemRequest> {
	private readonly node: INode;

	/** Whether the user chose that the node goes on after an item that did not go through. */
	private readonly continues: boolean;

	private readonly cancelSignal: AbortSignal | undefined;

	/** Aborted by an item that makes the node stop. */
	private readonly stop = new AbortController();

	private readonly signal: AbortSignal;

	private readonly arrived = new Set<number>();

	private readonly ready: Promise<Ready<Request>>;

	private ended = 0;

	/** Resolved when every item's turn is over. */
	private readonly settled: Promise<void>;

	private settle = () => {};

	constructor(
		private readonly context: IExecuteSingleFunctions,
		private readonly route: Route<Request>,
		private readonly run: Run,
		private readonly items: EngineItems,
	) {
		this.node = context.getNode();
		this.continues = context.continueOnFail();
		this.cancelSignal = context.getExecutionCancelSignal();
		this.signal = this.cancelSignal
			? AbortSignal.any([this.stop.signal, this.cancelSignal])
			: this.stop.signal;
		this.settled = new Promise((resolve) => (this.settle = resolve));
		this.ready = this.prepare();
	}

	/** @returns false when the item was here before, so another try has begun */
	admits(item: number): boolean {
		if (this.arrived.has(item)) return false;
		this.arrived.add(item);
		return true;
	}

	/** Reads the credential once for all items, then looks at all of them. */
	private async prepare(): Promise<Ready<Request>> {
		const { context, route, items } = this;
		const { baseUrl, apiKey } = await context.getCredentials<{ baseUrl: string; apiKey: string }>(
			'samoraApi',
		);
		const planned = planItems(context, route, items, baseUrl);
		const { memory } = this.run;
		memory.claim(
			planned.composed.map((one) => (one instanceof Refusal ? undefined : this.identityOf(one))),
		);
		// What was accepted before is not refused for having become a bad row since.
		const refusals = planned.plan.flatMap((entry, item) =>
			entry.kind === 'refuse' && !memory.acceptedOf(item) ? [{ item, refusal: entry.refusal }] : [],
		);
		const options = recordOf(context.getNodeParameter('options', {}));
		return {
			...planned,
			refusals,
			baseUrl,
			apiKey,
			hasTimeout: trimmed(context.getNodeParameter('requestOptions.timeout', '')) !== '',
			limit: pLimit(concurrency(options.maxConcurrency)),
			followUp: route.followUp?.(context, this.signal),
		};
	}

	/**
	 * Takes an item's turn.
	 *
	 * @throws NodeApiError, NodeOperationError for the item that makes the node stop, once all are done
	 */
	async take(
		item: number,
		context: IExecutePaginationFunctions,
		requestData: DeclarativeRestApiSettings.ResultOptions,
	): Promise<OutputItem[]> {
		const ready = await this.ready;
		const turn = await this.turnOf(item, ready, { context, requestData });
		this.end(requestData.options.method === 'POST');
		if (turn.kind === 'output') return turn.items;

		// Only when all is quiet is it known what was done beside it. This also keeps the rejection from coming before
		// the engine listens, which it does once all items have been started.
		await this.settled;
		const accepted = this.run.memory.accepted();
		const nouns = this.route.once?.accepted;
		if (turn.kind === 'refused') {
			const { refusals, plan } = ready;
			const message = withAccepted(refusedRows(refusals, plan.length), accepted, item, nouns);
			throw operationError(this.node, message, refusals.length === 1 ? item : undefined);
		}
		const { message, httpCode } = turn.failure;
		throw apiError(this.node, withAccepted(message, accepted, item, nouns), {
			httpCode,
			itemIndex: item,
		});
	}

	private end(isOnce: boolean): void {
		this.ended++;
		if (this.ended < this.items.count) return;
		// What is only read, or may be repeated, is done anew in a retry of the execution.
		if (this.signal.aborted && isOnce) saveRun(this.context, this.run);
		else forgetRun(this.context);
		this.settle();
	}

	/** @returns the item's output, or what makes the node stop */
	private async turnOf(
		item: number,
		ready: Ready<Request>,
		sending: Pick<Sender, 'context' | 'requestData'>,
	): Promise<Exclude<Turn, { kind: 'accepted' }>> {
		const turn = await this.send(item, ready, sending);
		if (turn.kind !== 'accepted') return turn;
		const { followUp, plan } = ready;
		if (!followUp) return output(turn.output);
		const entry = plan[item];
		const request = entry.kind === 'send' ? entry.request : undefined;
		const followed = await followUp(turn.output, request, turn.isRetry);
		return followed.kind === 'output' ? followed : this.failed(item, followed.failure);
	}

	private failed(item: number, failure: Failure): Exclude<Turn, { kind: 'accepted' }> {
		if (this.continues) return output([failedItem(failure.message, item, failure.details)]);
		this.stop.abort();
		return { kind: 'failed', failure };
	}

	private async send(
		item: number,
		ready: Ready<Request>,
		sending: Pick<Sender, 'context' | 'requestData'>,
	): Promise<Turn> {
		const { memory } = this.run;
		const { plan, refusals } = ready;
		const entry = plan[item];
		if (!this.continues && refusals.length > 0) {
			this.stop.abort();
			// The first bad row speaks for all, and the others stay silent: nothing is sent.
			return item === refusals[0].item ? { kind: 'refused' } : output([]);
		}
		// No rule that has come to apply since takes back what was done.
		const done = memory.acceptedOf(item);
		if (done) return { kind: 'accepted', output: done.output, isRetry: true };
		if (entry.kind !== 'send') return leftOut(entry, item);
		// What an earlier try has under way is waited for, not sent beside it.
		await memory.underWay.get(item);
		return await ready.limit(async () => await this.sendNow(item, entry.request, ready, sending));
	}

	/** Sends an item unless something has come to stand against it, and remembers what became of it. */
	private async sendNow(
		item: number,
		request: Request,
		ready: Ready<Request>,
		sending: Pick<Sender, 'context' | 'requestData'>,
	): Promise<Turn> {
		const { memory } = this.run;
		const done = memory.acceptedOf(item);
		if (done) return { kind: 'accepted', output: done.output, isRetry: true };
		if (this.stop.signal.aborted) return output([]);
		const forbidden = request.recheck?.();
		if (forbidden?.kind === 'skip') return leftOut(forbidden, item);
		if (forbidden) {
			const { message } = forbidden.refusal;
			return this.failed(item, { message: { message, description: '' }, details: {} });
		}
		const doubt = request.retryUnknown ? undefined : memory.doubtOf(item);
		if (doubt) {
			const details = { status: 'unknown', ...request.ids };
			return this.failed(item, { message: doubt, details });
		}
		const sender: Sender = { ...ready, ...sending, signal: this.cancelSignal };
		const sent = this.sendAndRemember(item, request, sender);
		memory.underWay.set(item, sent);
		const result = await sent;
		memory.underWay.delete(item);
		return result.kind === 'accepted'
			? { ...result, isRetry: false }
			: this.failed(item, result.failure);
	}

	private async sendAndRemember(
		item: number,
		request: Request,
		sender: Sender,
	): Promise<SendResult> {
		const { memory } = this.run;
		const identity = this.identityOf(request);
		const tell = this.route.once?.onSend(sender.context, request);
		const result = await sendRequest(sender, this.route, request);
		tell?.(result);
		if (result.kind === 'accepted') memory.accept(item, identity, result.output);
		else if (result.failure.inDoubt) memory.doubt(item, identity, result.failure.message);
		return result;
	}

	private identityOf(request: Request): string {
		const { path, query, body } = request;
		return this.route.once?.identity(request) ?? JSON.stringify([path, query, body]);
	}
}

interface Ready<Request extends ItemRequest>
	extends PlannedItems<Request>, Pick<Sender, 'baseUrl' | 'apiKey' | 'hasTimeout'> {
	/** The rows that are refused. */
	refusals: RefusedRow[];
	limit: <Result>(task: () => Promise<Result>) => Promise<Result>;
	followUp?: FollowUp<Request>;
}

const output = (items: IDataObject[]): { kind: 'output'; items: OutputItem[] } => ({
	kind: 'output',
	items: items.map((json) => ({ json })),
});

const leftOut = (entry: LeftOut, item: number) =>
	output([entry.kind === 'skip' ? entry.output : refusedItem(entry.refusal, item)]);

function concurrency(given: unknown): number {
	const chosen = Number(given ?? MAX_CONCURRENCY);
	return Number.isInteger(chosen) && chosen >= 1 ? chosen : MAX_CONCURRENCY;
}
