import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { isAgentTool } from './agentCalls';
import { isRecord } from '../../shared/parameters';
import { runIndexOf, type Remembering } from './runMemory';

type Tool = Pick<IExecuteFunctions, 'getNode'> & Remembering;

/** Where it is in what n8n keeps of the execution for all of its nodes. */
const KEPT = 'samoraAgentRecipients';

/**
 * Whom the tools of AI agents have put into campaigns in this execution: number → campaign ID. Empty when the node is
 * no tool.
 *
 * A model that is in doubt adds once more, and whoever is a recipient twice is called twice. What this run of the node
 * did itself is not among it: that is in the run's own memory, which knows more about it.
 */
export function recipientsOfOtherTools(context: Tool): Map<string, string> {
	const others = new Map<string, string>();
	if (!isAgentTool(context)) return others;
	for (const [run, campaigns] of Object.entries(kept(context))) {
		if (run === nameOfRun(context) || !isRecord(campaigns)) continue;
		for (const [campaign, numbers] of Object.entries(campaigns)) {
			for (const number of String(numbers).split(' ')) others.set(number, campaign);
		}
	}
	return others;
}

/** Writes down who is in a campaign by this run, or may be. */
export function keepAgentRecipients(context: Tool, campaign: string, numbers: string[]): void {
	if (!isAgentTool(context) || numbers.length === 0) return;
	const runs = kept(context);
	const run = nameOfRun(context);
	const campaigns = isRecord(runs[run]) ? runs[run] : {};
	const before = campaigns[campaign];
	const all = typeof before === 'string' ? [before, ...numbers] : numbers;
	runs[run] = { ...campaigns, [campaign]: all.join(' ') } as IDataObject;
	context.getContext('flow')[KEPT] = runs;
}

const nameOfRun = (context: Tool): string => `${context.getNode().name} ${runIndexOf(context)}`;

function kept(context: Tool): IDataObject {
	const runs = context.getContext('flow')[KEPT];
	return isRecord(runs) ? { ...(runs as IDataObject) } : {};
}
