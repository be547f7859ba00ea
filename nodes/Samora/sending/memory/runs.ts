import type {
	IDataObject,
	IExecuteFunctions,
	IRunExecutionData,
	ITaskData,
	Workflow,
} from 'n8n-workflow';

import { isRecord } from '../../../shared/parameters';
import { RememberedRuns } from './rememberedRuns';
import type { Entry } from './runMemory';

/** What it takes to know which run of a node is going on, and to save something with its execution. */
export type RunContext = Pick<
	IExecuteFunctions,
	| 'getExecuteData'
	| 'evaluateExpression'
	| 'getContext'
	| 'getExecutionCancelSignal'
	| 'getExecutionId'
	| 'getMode'
	| 'getNode'
	| 'getWorkflow'
>;

/** What became of somebody: certainly reached, or perhaps. */
export type Reached = Entry['kind'];

/** What is kept of a run: it can be saved with the execution. */
export interface RunState {
	/** How many items it is about. */
	readonly size: number;
	toJSON(): IDataObject;
	/** Everybody who is called because of the run, or may be, by what makes them the same person. */
	reached(): ReadonlyMap<string, Reached>;
}

/** The states of one kind, of all runs that are going on. */
export class Runs<State extends RunState> {
	/**
	 * n8n keeps the execute data of a run through its tries and makes a new one for the next run. That is the run's
	 * identity, together with its index: an AI agent runs a node several times with the same data.
	 */
	private readonly known = new WeakMap<object, Map<number, State>>();

	/** The states of each node in each execution, by the object that n8n keeps the node's context in. */
	private readonly byNode = new WeakMap<object, Set<State>>();

	private readonly remembered = new RememberedRuns();

	/** @param create makes a state, from what an earlier execution left of it if there is anything */
	constructor(private readonly create: (saved?: IDataObject) => State) {}

	/** The state of the run that is going on. */
	of(context: RunContext): State {
		const key = context.getExecuteData();
		const byIndex = this.known.get(key) ?? new Map<number, State>();
		this.known.set(key, byIndex);
		const run = runIndexOf(context);
		const known = byIndex.get(run);
		if (known) return known;
		const trace = traceOf(context, run);
		// What this process remembers is newer than what n8n has saved.
		const earlier = trace.isRetry ? this.remembered.find(trace)?.toJSON() : undefined;
		const state = this.create(earlier ?? trace.saved);
		byIndex.set(run, state);
		return state;
	}

	/**
	 * Keeps the state until `forget`: with the execution, however it ends, and in this process for one that a person
	 * stops, of which n8n saves nothing.
	 *
	 * n8n saves a failed execution with its node contexts and hands them to the retry from the list of executions. The
	 * state is written down when n8n reads it, so what is saved is always what is known by then.
	 */
	keep(context: RunContext, state: State): void {
		const run = runIndexOf(context);
		this.remembered.watch(traceOf(context, run), state, context.getExecutionCancelSignal());
		const nodeContext = context.getContext('node');
		const kept: IDataObject = {};
		for (const [index, saved] of Object.entries(savedRuns(context))) {
			if (index !== String(run)) kept[index] = saved as IDataObject;
		}
		Object.defineProperty(kept, run, {
			get: () => state.toJSON(),
			enumerable: true,
			configurable: true,
		});
		nodeContext[SAVED] = kept;
		const states = this.byNode.get(nodeContext) ?? new Set<State>();
		this.byNode.set(nodeContext, states.add(state));
	}

	/** Whom this node's other runs in this execution have reached. A retry knows it of those that were done before. */
	reachedByOthers(context: RunContext): Map<string, Reached> {
		const state = this.of(context);
		const run = String(runIndexOf(context));
		const saved = savedRuns(context);
		const others = [...(this.byNode.get(context.getContext('node')) ?? [])];
		return new Map([
			...Object.keys(saved).flatMap((index) => (index === run ? [] : reachedIn(saved[index]))),
			...others.flatMap((other) => (other === state ? [] : [...other.reached()])),
		]);
	}

	/** The run is done, and its items are in the output. If another branch may come, whom it has reached is kept. */
	forget(context: RunContext, state: State): void {
		this.remembered.unwatch(state);
		const saved = savedRuns(context);
		const run = runIndexOf(context);
		delete saved[run];
		if (isEndOfBranches(context)) saved[run] = { [REACHED]: JSON.stringify([...state.reached()]) };
	}
}

/** Where it is, in what is saved of a run that is done. */
const REACHED = 'reached';

function reachedIn(saved: unknown): Array<[string, Reached]> {
	const reached = isRecord(saved) ? saved[REACHED] : undefined;
	return typeof reached === 'string' ? (JSON.parse(reached) as Array<[string, Reached]>) : [];
}

/** Whether several nodes lead into this one. Where that can't be seen, they may. */
function isEndOfBranches(context: RunContext): boolean {
	const { workflow } = context as { workflow?: Partial<Workflow> };
	const inputs = workflow?.connectionsByDestinationNode?.[context.getNode().name]?.main;
	return inputs === undefined || inputs.flatMap((nodes) => nodes ?? []).length > 1;
}

/** Where the states are in the node's context. */
const SAVED = 'samoraRuns';

function savedRuns(context: RunContext): Record<string, unknown> {
	const saved = context.getContext('node')[SAVED];
	return isRecord(saved) ? saved : {};
}

/** Which run of the node in its execution this is, from 0. */
export function runIndexOf(context: Pick<RunContext, 'evaluateExpression'>): number {
	// The engine's contexts have it at hand. Asking by an expression costs more, and is for when they no longer do.
	const { runIndex } = context as { runIndex?: unknown };
	if (typeof runIndex === 'number') return runIndex;
	return Number(context.evaluateExpression('{{ $runIndex }}', 0));
}

/** What a retry has in common with the run it retries. */
export interface RunTrace {
	/** The node in its workflow, and which of its runs. */
	place: string;
	executionId: string | undefined;
	isRetry: boolean;
	/** The execution that this one retries, where n8n says so (2.x does). */
	retryOf: string | undefined;
	/** What n8n has saved of the run that is retried. */
	saved: IDataObject | undefined;
	/** What started the execution; undefined where that can't be seen, or for a retry that goes on in the middle. */
	trigger: () => unknown;
}

function traceOf(context: RunContext, run: number): RunTrace {
	const { additionalData, runExecutionData } = context as {
		additionalData?: { hooks?: { retryOf?: unknown } };
		runExecutionData?: IRunExecutionData;
	};
	const retryOf = additionalData?.hooks?.retryOf;
	const saved = savedRuns(context)[run];
	return {
		place: JSON.stringify([context.getWorkflow().id, context.getNode().name, run]),
		executionId: context.getExecutionId(),
		isRetry: context.getMode() === 'retry',
		retryOf: typeof retryOf === 'string' ? retryOf : undefined,
		saved: isRecord(saved) ? (saved as IDataObject) : undefined,
		trigger: () => triggerOutput(runExecutionData),
	};
}

/**
 * What the first node of the execution gave. The retry of a stopped execution begins with that node again; another one
 * goes on in the middle, and counts its nodes from 0 beside those that ran before.
 */
function triggerOutput(data: IRunExecutionData | undefined): unknown {
	const tasks = Object.entries(data?.resultData.runData ?? {})
		.flatMap(([node, runs]) => runs.map((task) => ({ ...task, node })))
		.sort((one, other) => one.startTime - other.startTime || indexOf(one) - indexOf(other));
	const [first] = tasks;
	const goesOn = tasks.some(
		(task) => task.node !== first.node && indexOf(task) === 0 && indexOf(first) === 0,
	);
	return goesOn ? undefined : first?.data?.main?.map((items) => items?.map(({ json }) => json));
}

const indexOf = ({ executionIndex }: ITaskData): number => executionIndex ?? NaN;
