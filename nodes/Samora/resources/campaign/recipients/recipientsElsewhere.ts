import type { IExecuteFunctions } from 'n8n-workflow';

import { recipientsOfOtherTools } from '../../../sending/memory/agentMemory';
import { reachedByOtherBranches } from '../../../sending/memory/otherBranches';
import type { Runs } from '../../../sending/memory/runs';
import type { Destination } from './recipientRows';
import type { RecipientRun } from './recipientRun';

/** Why somebody is a recipient already, by what was done earlier in this execution; undefined for everybody else. */
export type RecipientsElsewhere<Target> = (
	to_number: string,
	destination: Destination<Target>,
) => string | undefined;

export function recipientsElsewhere<Target>(
	context: IExecuteFunctions,
	runs: Runs<RecipientRun<Target>>,
): RecipientsElsewhere<Target> {
	const byTools = recipientsOfOtherTools(context);
	const byBranches = reachedByOtherBranches(context, runs);
	return (to_number, { personKey }) => {
		const campaign = byTools.get(to_number);
		if (campaign !== undefined) {
			return `${to_number} was already added to campaign ${campaign} in this execution`;
		}
		const reached = byBranches.get(personKey(to_number));
		if (!reached) return undefined;
		const what = reached === 'accepted' ? 'was already added' : 'may have been added already';
		return `${to_number} ${what} in this execution, for another branch of the workflow`;
	};
}
