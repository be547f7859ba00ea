import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import type { UserMessage } from '../../../shared/api/problems';
import { isRecord } from '../../../shared/parameters';
import { runIndexOf, type RunContext } from './runs';

/**
 * What the tools of AI agents have done in this execution: whom they called, and whom they put into campaigns.
 *
 * A model that is in doubt asks once more, and so does n8n for the tool's Retry On Fail. Each time the node is run
 * anew, and nothing joins these runs but the execution. What is kept there also outlives waiting for a person's
 * approval, and a retry from the list of executions gets it.
 */

/** What became of a number that a tool of an AI agent called. */
export type AgentCall =
	| { state: 'underWay' }
	| { state: 'placed'; call_id: string }
	| { state: 'unknown'; message: UserMessage };

type ToolContext = Pick<IExecuteFunctions, 'getNode'> & RunContext;

/** Where n8n keeps it for all nodes of the execution. */
const CALLS = 'samoraAgentCalls';
const RECIPIENTS = 'samoraAgentRecipients';

/** Whether an AI agent runs the node: n8n makes another type of it for that. */
export const isAgentTool = (context: Pick<IExecuteFunctions, 'getNode'>): boolean =>
	context.getNode().type.endsWith('Tool');

/** Whom the tools of AI agents have called in this execution, by number; undefined when the node is no tool. */
export function agentCallsOf(context: ToolContext): Map<string, AgentCall> | undefined {
	if (!isAgentTool(context)) return undefined;
	return new Map(Object.entries(kept(context, CALLS)) as Array<[string, AgentCall]>);
}

/** Keeps what became of a number; undefined when it is certain that nobody was called. */
export function keepAgentCall(
	context: ToolContext,
	number: string,
	call: AgentCall | undefined,
): void {
	const calls = kept(context, CALLS);
	if (call) calls[number] = call as unknown as IDataObject;
	else delete calls[number];
	context.getContext('flow')[CALLS] = calls;
}

/**
 * Whom the tools of AI agents have put into campaigns in this execution: number → campaign ID. Empty when the node is
 * no tool. Whoever is a recipient twice is called twice.
 *
 * What this run of the node did itself is not among it: the run's own memory knows more about that.
 */
export function recipientsOfOtherTools(context: ToolContext): Map<string, string> {
	const others = new Map<string, string>();
	if (!isAgentTool(context)) return others;
	for (const [run, campaigns] of Object.entries(kept(context, RECIPIENTS))) {
		if (run === nameOfRun(context) || !isRecord(campaigns)) continue;
		for (const [campaign, numbers] of Object.entries(campaigns)) {
			for (const number of String(numbers).split(' ')) others.set(number, campaign);
		}
	}
	return others;
}

/** Keeps who is in a campaign by this run, or may be. */
export function keepAgentRecipients(
	context: ToolContext,
	campaign: string,
	numbers: string[],
): void {
	if (!isAgentTool(context) || numbers.length === 0) return;
	const runs = kept(context, RECIPIENTS);
	const run = nameOfRun(context);
	const campaigns = isRecord(runs[run]) ? runs[run] : {};
	const before = campaigns[campaign];
	const all = typeof before === 'string' ? [before, ...numbers] : numbers;
	runs[run] = { ...campaigns, [campaign]: all.join(' ') } as IDataObject;
	context.getContext('flow')[RECIPIENTS] = runs;
}

const nameOfRun = (context: ToolContext): string =>
	`${context.getNode().name} ${runIndexOf(context)}`;

function kept(context: ToolContext, where: string): IDataObject {
	const value = context.getContext('flow')[where];
	return isRecord(value) ? { ...(value as IDataObject) } : {};
}
