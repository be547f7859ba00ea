import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { isRecord } from '../../shared/parameters';
import type { Sentence } from '../../shared/api/problems';

/** What became of a number that a tool of an AI agent called. */
export type AgentCall =
	| { state: 'underWay' }
	| { state: 'placed'; call_id: string }
	| { state: 'unknown'; sentence: Sentence };

/** What it takes to know that a node is a tool, and what the tools of the execution have done. */
type Tool = Pick<IExecuteFunctions, 'getNode' | 'getContext'>;

/** Where it is in what n8n keeps of the execution for all of its nodes. */
const KEPT = 'samoraAgentCalls';

/** Whether an AI agent runs the node: n8n makes another type of it for that. */
export const isAgentTool = (context: Pick<IExecuteFunctions, 'getNode'>): boolean =>
	context.getNode().type.endsWith('Tool');

/**
 * Whom the tools of AI agents have called in this execution, by number; undefined when the node is no tool.
 *
 * A model that is in doubt asks once more, and so does n8n for the tool's Retry On Fail. Each time the node is run
 * anew, and nothing joins these runs but the execution: it also waits for a person's approval, and a retry from the
 * list of executions gets what it kept.
 */
export function agentCallsOf(context: Tool): Map<string, AgentCall> | undefined {
	if (!isAgentTool(context)) return undefined;
	return new Map(Object.entries(kept(context)) as Array<[string, AgentCall]>);
}

/** Writes down what became of a number; undefined when it is certain that nobody was called. */
export function keepAgentCall(context: Tool, number: string, call: AgentCall | undefined): void {
	const calls = kept(context);
	if (call) calls[number] = call as unknown as IDataObject;
	else delete calls[number];
	context.getContext('flow')[KEPT] = calls;
}

function kept(context: Tool): IDataObject {
	const calls = context.getContext('flow')[KEPT];
	return isRecord(calls) ? { ...(calls as IDataObject) } : {};
}
