import type { IPollFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { agentId as agentIdOf } from '../shared/agentId';
import type { Credential } from '../shared/api/api';
import { operationError } from '../shared/api/nodeErrors';
import { isRecord, Refusal, samoraId, someOf, trimmed } from '../shared/parameters';
import type { Watched } from './campaignsApi';
import { EVENTS } from './fields';
import type { Watch } from './watch/watch';

/** n8n may stop a poll after some time. The node returns its events before that. */
const LONGEST_MS = 40_000;

/**
 * What the node's parameters ask for.
 *
 * @throws NodeOperationError with a message that says what to change
 */
export async function watchOf(context: IPollFunctions): Promise<Watched & Watch> {
	try {
		const credential = await context.getCredentials<Credential>('samoraApi');
		const given = context.getNodeParameter('agentId', '');
		const agentId = agentIdOf(given, credential).toLowerCase();
		const chosen: unknown = context.getNodeParameter('campaignId', '');
		const campaign = trimmed(isRecord(chosen) ? chosen.value : chosen);
		const campaignId = campaign === '' ? undefined : samoraId(campaign, 'Campaign').toLowerCase();
		const events = someOf(context.getNodeParameter('events', []), 'Events', EVENTS);
		const options = context.getNodeParameter('options', {}) as Record<string, unknown>;
		const callEnds = events.includes('CAMPAIGN_CALL_ENDED');
		const isOutOfTime = deadline(context);
		return {
			agentId,
			...(campaignId && { campaignId }),
			scope: [agentId, campaignId ?? 'all', ...(callEnds ? ['calls'] : [])].join(' '),
			statusChanges: events.includes('CAMPAIGN_STATUS_CHANGED'),
			callEnds,
			statuses: words(options.statuses),
			callStatuses: words(options.callStatuses),
			includeDetails: options.includeDetails === true,
			isOutOfTime,
		};
	} catch (thrown) {
		if (!(thrown instanceof Refusal))
			throw new NodeOperationError(context.getNode(), thrown as Error);
		throw operationError(context.getNode(), {
			message: thrown.message,
			description: `Change ${thrown.label} and publish the workflow again.`,
		});
	}
}

/** Words compare without regard to case. */
function words(value: unknown): ReadonlySet<string> {
	const list: unknown[] =
		typeof value === 'string' ? value.split(',') : Array.isArray(value) ? value : [];
	return new Set(list.map((word) => String(word).trim().toUpperCase()).filter(Boolean));
}

function deadline(context: IPollFunctions): () => boolean {
	// n8n 1 does not say how long a poll may take.
	const budget = 'getPollBudgetMs' in context ? context.getPollBudgetMs() : LONGEST_MS;
	const end = Date.now() + Math.min(budget, LONGEST_MS);
	return () => Date.now() > end;
}
