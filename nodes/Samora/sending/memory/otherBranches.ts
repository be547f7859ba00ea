import type { IExecuteFunctions } from 'n8n-workflow';

import { isAgentTool } from './agentMemory';
import type { Reached, RunContext, Runs, RunState } from './runs';

/**
 * Whom this node's earlier runs in this execution have reached, when the run that is going on comes from another branch.
 * A loop that leads back to the node may want to call the same person again, and is left alone. So is an AI agent's tool,
 * of which more is known.
 */
export function reachedByOtherBranches<State extends RunState>(
	context: RunContext & Pick<IExecuteFunctions, 'getChildNodes'>,
	runs: Runs<State>,
): Map<string, Reached> {
	if (isAgentTool(context)) return new Map();
	const before = context.getExecuteData().source?.main?.[0]?.previousNode;
	const after = context.getChildNodes(context.getNode().name);
	const isLoop = after.some(({ name }) => name === before);
	return isLoop ? new Map() : runs.reachedByOthers(context);
}
