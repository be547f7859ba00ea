import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { isRecord } from '../../shared/parameters';

/** What it takes to know which run of a node is going on, and to save something with its execution. */
export type RunContext = Pick<
	IExecuteFunctions,
	'getExecuteData' | 'evaluateExpression' | 'getContext'
>;

/** What is kept of a run: it can be saved with the execution. */
export interface RunState {
	toJSON(): IDataObject;
}

/** The states of one kind, of all runs that are going on. */
export class Runs<State extends RunState> {
	/**
	 * n8n keeps the execute data of a run through its tries and makes a new one for the next run. That is the run's
	 * identity, together with its index: an AI agent runs a node several times with the same data.
	 */
	private readonly known = new WeakMap<object, Map<number, State>>();

	/** @param create makes a state, from what an earlier execution saved of it if there is any */
	constructor(private readonly create: (saved?: IDataObject) => State) {}

	/** The state of the run that is going on. */
	of(context: RunContext): State {
		const key = context.getExecuteData();
		const byIndex = this.known.get(key) ?? new Map<number, State>();
		this.known.set(key, byIndex);
		const run = runIndexOf(context);
		const saved = savedRuns(context)[run];
		const state =
			byIndex.get(run) ?? this.create(isRecord(saved) ? (saved as IDataObject) : undefined);
		byIndex.set(run, state);
		return state;
	}
}

/**
 * Saves the state with the execution. n8n saves a failed execution with its node contexts and hands them to the
 * retry that a person starts from the list of executions.
 */
export function saveRun(context: RunContext, state: RunState): void {
	const runs = { ...savedRuns(context), [runIndexOf(context)]: state.toJSON() };
	context.getContext('node')[SAVED] = runs as IDataObject;
}

/** Takes the state out of the execution again, once its items are in the output. */
export function forgetRun(context: RunContext): void {
	delete savedRuns(context)[runIndexOf(context)];
}

/** Where the states are in the node's context. */
const SAVED = 'samoraRuns';

function savedRuns(context: RunContext): Record<string, unknown> {
	const saved = context.getContext('node')[SAVED];
	return isRecord(saved) ? saved : {};
}

/** Which run of the node in its execution this is, from 0. */
export function runIndexOf(context: RunContext): number {
	// The engine's contexts have it at hand. Asking by an expression costs more, and is for when they no longer do.
	const { runIndex } = context as { runIndex?: unknown };
	if (typeof runIndex === 'number') return runIndex;
	return Number(context.evaluateExpression('{{ $runIndex }}', 0));
}
