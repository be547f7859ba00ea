import type { IDataObject, IExecuteSingleFunctions, INode } from 'n8n-workflow';

import { apiError, errorRouter, failedItem, isFailedItem } from '../../shared/api/nodeErrors';
import type { UserMessage } from '../../shared/api/problems';
import { attempt } from '../../shared/parameters';
import { isAgentTool } from './memory/agentMemory';
import type { EngineLoop } from './engineLoop';
import { OngoingCalls } from './ongoingCalls';
import { prepare, type EngineItems, type Preparation } from './plan';
import { withAccepted } from './progress';
import { sendRequest, type Sender } from './request';
import {
	identityIn,
	type Failure,
	type FollowUp,
	type ItemRequest,
	type LeftOut,
	type OutputItem,
	type Route,
	type SendResult,
} from './route';
import { runs, type Engine, type Run } from './memory/run';
import {
	interrupted,
	interruptionOf,
	leftOut,
	output,
	refusedError,
	type Ended,
	type Turn,
} from './turn';

/**
 * One try of a run: all of its items, each sent once.
 *
 * Anything may throw in between: n8n's helpers, the credential, our own code. Whatever does, every item ends as accepted,
 * refused, not sent or in doubt, and the try ends.
 */
export class Try<Request extends ItemRequest> {
	/** Read once, for asking n8n again may go wrong when calls have been placed. */
	private readonly node: INode;

	/** Whether the user chose that the node goes on after an item that did not go through. */
	private readonly continues: boolean;

	/** Makes an item fit for n8n's error output. */
	private readonly routed: (json: IDataObject) => IDataObject;

	private readonly cancelSignal: AbortSignal | undefined;

	/** Aborted by an item that makes the node stop. */
	private readonly stop = new AbortController();

	private readonly signal: AbortSignal;

	private readonly ready: Promise<Ready<Request>>;

	private includeInputFields = false;

	/** What comes after the accepted items, such as waiting for a call's end. */
	private readonly ongoing = new OngoingCalls();

	/** For each item, whether somebody was called: the item that has the person, once that is known. */
	private readonly called = new Map<number, Promise<number | undefined>>();

	/** The turns of all items so far. They never reject. */
	private readonly turns: Array<Promise<Ended>> = [];

	/** @param isOnce whether it must not be done twice; what may be repeated is done anew in a retry of the execution */
	constructor(
		private readonly context: IExecuteSingleFunctions,
		private readonly route: Route<Request>,
		private readonly run: Run,
		private readonly items: EngineItems,
		private readonly loop: EngineLoop,
		private readonly isOnce: boolean,
	) {
		this.node = context.getNode();
		this.continues = context.continueOnFail();
		this.routed = errorRouter(context);
		this.cancelSignal = context.getExecutionCancelSignal();
		this.signal = this.cancelSignal
			? AbortSignal.any([this.stop.signal, this.cancelSignal])
			: this.stop.signal;
		if (isOnce) runs.keep(context, run);
		this.ready = this.getReady();
		// Each item looks at how that went.
		this.ready.catch(() => {});
	}

	/** @returns false when the item was here before, so another try has begun */
	arrive(item: number): boolean {
		if (this.loop.arrive(item)) return true;
		// What this try has not sent yet is the next one's.
		this.stop.abort();
		return false;
	}

	private async getReady(): Promise<Ready<Request>> {
		const { context, route, items, run } = this;
		const prepared = await prepare(context, route, items, run.memory);
		this.includeInputFields = prepared.includeInputFields;
		return { ...prepared, followUp: route.followUp?.(context, this.signal) };
	}

	/**
	 * Takes an item's turn.
	 *
	 * @throws NodeApiError, NodeOperationError for the item that makes the node stop, once all are done
	 */
	async take(item: number, engine: Engine): Promise<OutputItem[]> {
		const taken = this.turnOf(item, engine).catch((thrown: unknown) =>
			this.failed(item, interrupted(thrown, this.run.memory.entryOf(item))),
		);
		if (this.turns.push(taken) === 1) void this.end();
		const turn = await taken;
		if (turn.kind === 'output') {
			return turn.items.map(({ json, ...rest }) => ({
				json: this.withInput(item, json, turn.hasInput),
				...rest,
			}));
		}

		// Only when all is quiet is it known what was done beside it. This also keeps the rejection from coming before
		// the engine listens, which it does once all items have been started.
		await this.settled();
		const { once } = this.route;
		const say = (message: UserMessage): UserMessage =>
			withAccepted(message, this.run.memory.accepted(), item, once?.accepted);
		if (turn.kind === 'refused') throw refusedError(this.node, turn, this.items.count, say, once);
		const { message, httpCode } = turn.failure;
		throw apiError(this.node, say(message), { httpCode, itemIndex: item });
	}

	/** A result's own fields win. Into the error output n8n puts the input's fields itself, and a tool's model has them. */
	private withInput(
		item: number,
		json: IDataObject,
		hasInput = this.includeInputFields,
	): IDataObject {
		const isN8nsPart = isFailedItem(json) && this.node.onError === 'continueErrorOutput';
		const isWanted =
			this.includeInputFields || (hasInput && !isAgentTool({ getNode: () => this.node }));
		const own = this.routed(json);
		return isN8nsPart || !isWanted ? own : { ...this.items.inExpressions[item]?.json, ...own };
	}

	/** Ends when every item's turn is over. */
	private async settled(): Promise<Ended[]> {
		await this.loop.end();
		return await Promise.all(this.turns);
	}

	private async end(): Promise<void> {
		const turns = await this.settled();
		const isWhole = (await this.loop.end()) === this.items.count;
		const isDone = isWhole && turns.every(({ kind }) => kind === 'output');
		if (!this.isOnce || !isDone || this.signal.aborted) return;
		// Its items are in the output. Should n8n not let go of it, a retry only finds what it need not do.
		attempt(() => runs.forget(this.context, this.run));
	}

	/** @returns the item's output, or what makes the node stop */
	private async turnOf(item: number, engine: Engine): Promise<Ended> {
		const ready = await this.ready;
		// If it may not, nobody listens, or the item that did not come this far speaks for all.
		if (!(await this.loop.mayProceed())) return output([]);
		return await ready.ongoing(async () => await this.wholeTurn(item, ready, engine));
	}

	private async wholeTurn(item: number, ready: Ready<Request>, engine: Engine): Promise<Ended> {
		const sent = this.send(item, ready, engine);
		this.called.set(
			item,
			sent.then(
				async (turn) => await this.calledBy(item, turn),
				async () => await this.calledBy(item),
			),
		);
		const turn = await sent;
		if (turn.kind !== 'accepted') return turn;
		const { followUp, plan } = ready;
		if (!followUp) return output(turn.output);
		const entry = plan[item];
		const request = entry.kind === 'send' ? entry.request : undefined;
		const followed = await this.ongoing.add(followUp(turn.output, request, turn.isRetry));
		return followed.kind === 'output' ? followed : this.failed(item, followed.failure);
	}

	private failed(item: number, failure: Failure): Ended {
		if (!this.continues) this.stop.abort();
		return this.notDone(item, failure);
	}

	private notDone(item: number, failure: Failure): Ended {
		return this.continues
			? output([failedItem(failure.message, item, failure.details)], true)
			: { kind: 'failed', failure };
	}

	private async send(item: number, ready: Ready<Request>, engine: Engine): Promise<Turn> {
		const { memory } = this.run;
		const { plan, refusals, isRunRefused } = ready;
		const entry = plan[item];
		if (!this.continues && refusals.length > 0) {
			this.stop.abort();
			// The first bad row speaks for all, and the others stay silent: nothing is sent.
			return item === refusals[0].item ? { kind: 'refused', refusals, isRunRefused } : output([]);
		}
		// No rule that has come to apply since takes back what was done.
		const done = memory.acceptedOf(item);
		if (done) return { kind: 'accepted', output: done.output, isRetry: true };
		if (entry.kind !== 'send') return leftOut(entry, item);
		const repeat = await this.repeatOf(entry.request);
		if (repeat) return leftOut(repeat, item);
		// What an earlier try has under way is waited for, not sent beside it.
		await memory.underWay.get(item);
		return await ready.limit(async () => await this.sendNow(item, entry.request, ready, engine));
	}

	/** Whoever is in an earlier item is called there, unless nobody was. */
	private async repeatOf({ repeats }: Request): Promise<LeftOut | undefined> {
		if (!repeats) return undefined;
		const first = await this.called.get(repeats.item);
		return first === undefined ? undefined : repeats.leftOut(first);
	}

	private async calledBy(item: number, turn?: Turn): Promise<number | undefined> {
		if (turn?.kind === 'accepted' || this.run.memory.entryOf(item)) return item;
		const { plan } = await this.ready;
		const entry = plan[item];
		const repeats = entry.kind === 'send' ? entry.request.repeats : undefined;
		return repeats && (await this.called.get(repeats.item));
	}

	/** Sends an item unless something has come to stand against it. */
	private async sendNow(
		item: number,
		request: Request,
		ready: Ready<Request>,
		engine: Engine,
	): Promise<Turn> {
		const { memory } = this.run;
		if (!(await this.loop.mayProceed())) return output([]);
		const done = memory.acceptedOf(item);
		if (done) return { kind: 'accepted', output: done.output, isRetry: true };
		if (this.stop.signal.aborted) return output([]);
		const forbidden = request.recheck?.();
		if (forbidden) return this.forbidden(item, forbidden);
		const doubt = request.retryUnknown ? undefined : memory.doubtOf(item);
		if (doubt) {
			// That is known from before, and keeps nobody else from being sent.
			return this.notDone(item, { message: doubt, details: { status: 'unknown', ...request.ids } });
		}
		const sender: Sender = { ...ready, ...engine, signal: this.cancelSignal };
		const getRoom = this.ongoing.watch();
		const sent = this.sendAndRemember(item, request, sender);
		const settled = sent.catch(() => {});
		memory.underWay.set(item, settled);
		void settled.then(() => memory.underWay.delete(item));
		const result = await sent;
		if (result.kind === 'accepted') return { ...result, isRetry: false };
		const { failure } = result;
		if (failure.fate === 'busy' && !this.signal.aborted && (await getRoom())) {
			return await this.sendNow(item, request, ready, engine);
		}
		// A rule that has come to apply while Samora was busy says more than that it was.
		const mayPass = failure.fate === 'busy' || failure.fate === 'unreached';
		const since = mayPass ? request.recheck?.() : undefined;
		return since ? this.forbidden(item, since) : this.failed(item, failure);
	}

	private forbidden(item: number, entry: LeftOut): Ended {
		if (entry.kind !== 'refuse' || this.continues) return leftOut(entry, item);
		const { message } = entry.refusal;
		return this.failed(item, { message: { message, description: '' }, details: {} });
	}

	/** From the moment it goes out until its answer is read, an item is in doubt. */
	private async sendAndRemember(
		item: number,
		request: Request,
		sender: Sender,
	): Promise<SendResult> {
		const { memory } = this.run;
		const identity = identityIn(this.route, request);
		if (this.isOnce) memory.doubt(item, identity, interruptionOf(this.route, request));
		const tell = this.route.once?.onSend(sender.context, request);
		const result = await sendRequest(sender, this.route, request);
		if (result.kind === 'accepted') memory.accept(item, identity, result.output);
		else if (result.failure.inDoubt) memory.doubt(item, identity, result.failure.message);
		else memory.clear(item);
		tell?.(result);
		return result;
	}
}

interface Ready<Request extends ItemRequest> extends Preparation<Request> {
	followUp?: FollowUp<Request>;
}
