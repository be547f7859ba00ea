import type { IDataObject, IExecuteFunctions, IRunExecutionData } from 'n8n-workflow';

import { isAgentTool } from './agentMemory';
import type { Entry } from './runMemory';
import type { RunContext, Runs, RunState } from './runs';

type Context = RunContext & Pick<IExecuteFunctions, 'getChildNodes'>;

/** What became of somebody: reached, or perhaps. */
export type Reached = Entry['kind'];

/**
 * Whom this node's earlier runs in this execution have reached, when the run that is going on comes from another branch.
 * A loop that leads back to the node may want to call the same person again, and is left alone. So is an AI agent's tool,
 * of which more is known.
 *
 * @param remembered whom a run has reached, by what its memory says
 * @param shown whom an item that came out of a run has reached. A retry from the list of executions begins with the run
 * that failed, and of the runs before there is only what came out of them
 */
export function reachedByOtherBranches<State extends RunState>(
	context: Context,
	runs: Runs<State>,
	remembered: (state: State) => Iterable<[string, Reached]>,
	shown: (json: IDataObject) => [string, Reached] | undefined,
): Map<string, Reached> {
	if (isAgentTool(context) || isLoop(context)) return new Map();
	const others = runs.othersOf(context, runs.of(context));
	return new Map([
		...outputOf(context).flatMap((json) => {
			const one = json.skipped === true ? undefined : shown(json);
			return one ? [one] : [];
		}),
		...others.flatMap((other) => [...remembered(other)]),
	]);
}

function isLoop(context: Context): boolean {
	const before = context.getExecuteData().source?.main?.[0]?.previousNode;
	const after = context.getChildNodes(context.getNode().name);
	return after.some(({ name }) => name === before);
}

/** What came out of this node's runs in the execution that is retried. */
function outputOf(context: Context): IDataObject[] {
	if (context.getMode() !== 'retry') return [];
	const { runExecutionData } = context as { runExecutionData?: IRunExecutionData };
	const tasks = runExecutionData?.resultData.runData[context.getNode().name] ?? [];
	return tasks
		.flatMap(({ data }) => data?.main ?? [])
		.flatMap((items) => items ?? [])
		.map(({ json }) => json);
}
