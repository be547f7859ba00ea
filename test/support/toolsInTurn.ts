import type { INode } from 'n8n-workflow';

import { samoraNode, startWorkflow, type NodeSettings, type Outcome } from './engine';
import type { Parameters, SandboxRuns } from './sandboxRuns';

/** Tools that an AI agent runs in this order, each time anew, in one execution; gives what the last one came out with. */
export async function toolsInTurn(
	{ credential }: SandboxRuns,
	tools: Parameters[],
	{ type = 'n8n-nodes-samora.samoraTool', ...settings }: NodeSettings & { type?: string } = {},
): Promise<Outcome> {
	const nodes = tools.map((parameters, n): INode => ({
		...samoraNode(parameters, settings),
		id: String(n),
		name: `Tool ${n}`,
		type,
	}));
	const connections = Object.fromEntries(
		nodes
			.slice(1)
			.map(({ name }, n) => [
				nodes[n].name,
				{ main: [[{ node: name, type: 'main' as const, index: 0 }]] },
			]),
	);
	const last = nodes.at(-1)?.name ?? '';
	return await startWorkflow(nodes, connections, [{}], credential, last).outcome;
}
