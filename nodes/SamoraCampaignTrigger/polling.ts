import type { IPollFunctions } from 'n8n-workflow';

import { apiError, operationError } from '../shared/api/nodeErrors';
import { isRecord } from '../shared/parameters';
import { campaignsApi } from './campaignsApi';
import type { TriggerState } from './watch/cursor';
import type { TriggerEvent } from './watch/events';
import { PassingFault } from './watch/passingFault';
import { beginWatch, eventsSince, type Watch } from './watch/watch';
import { recentEvents } from './watch/recentEvents';
import { watchOf } from './settings';

/** Triggers whose poll is going on in this process. n8n starts the next one whether it has ended or not. */
const underWay = new Set<string>();

/** Contexts that have begun their watch. n8n uses one for all polls of a published workflow. */
const begun = new WeakSet<object>();

/** How things were as workflows were published, until a later poll finds it kept. */
const beginnings = new Map<string, TriggerState>();

/** @returns the events since the last poll, or, in the editor, the latest events */
export async function pollOnce(context: IPollFunctions): Promise<TriggerEvent[]> {
	const watch = await watchOf(context);
	const api = campaignsApi(context, watch);
	if (context.getMode() === 'manual') {
		const recent = await shown(context, recentEvents(api, watch));
		if (recent.length > 0) return recent;
		throw operationError(context.getNode(), {
			message:
				"There's nothing to show yet: no campaign of this agent matches the events and options",
			description:
				'Create a campaign, or choose other events or options. The published workflow starts by itself when something happens.',
		});
	}
	const kept = context.getWorkflowStaticData('node');
	const trigger = `${context.getWorkflow().id} ${context.getNode().id}`;
	const known = isPublishing(context)
		? undefined
		: latestState(trigger, stateIn(kept, watch), watch);
	if (!known) {
		// Whoever publishes the workflow sees why it doesn't work.
		const state = await shown(context, beginWatch(api, watch));
		keep(kept, state);
		begun.add(context);
		beginnings.set(trigger, state);
		return [];
	}
	if (underWay.has(trigger)) return [];
	underWay.add(trigger);
	try {
		const { state, events, faults } = await eventsSince(api, watch, known);
		if (faults.length > 0) warn(context, faults);
		keep(kept, state);
		return events;
	} finally {
		underWay.delete(trigger);
	}
}

/** Whether the workflow has just been published: earlier events don't start it. */
const isPublishing = (context: IPollFunctions): boolean =>
	context.getActivationMode() === 'activate' && !begun.has(context);

/**
 * What is kept, or what this process noted as the workflow was published, should n8n not have kept that: with durable
 * poll cursors it does not (seen in 2.41).
 */
function latestState(
	trigger: string,
	kept: TriggerState | undefined,
	{ scope }: Watch,
): TriggerState | undefined {
	const beginning = beginnings.get(trigger);
	if (beginning?.scope === scope && (!kept || kept.since < beginning.since)) return beginning;
	beginnings.delete(trigger);
	return kept;
}

/** What is remembered of these campaigns; nothing when others were watched before. */
function stateIn(kept: Record<string, unknown>, { scope }: Watch): TriggerState | undefined {
	const { scope: known, since, campaigns } = kept;
	if (known !== scope || typeof since !== 'number' || !isRecord(campaigns)) return undefined;
	// A copy without n8n's watch over changes, which slows down every access.
	return JSON.parse(JSON.stringify({ scope, since, campaigns })) as TriggerState;
}

/** n8n writes static data with the next event, and after the first poll of a published workflow. */
function keep(kept: Record<string, unknown>, { scope, since, campaigns }: TriggerState): void {
	Object.assign(kept, { scope, since, campaigns });
}

/** @throws NodeApiError for temporary faults too */
const shown = async <Result>(context: IPollFunctions, work: Promise<Result>): Promise<Result> =>
	await work.catch((thrown: unknown) => {
		if (!(thrown instanceof PassingFault)) throw thrown;
		throw apiError(context.getNode(), {
			message: thrown.message,
			description: 'Try again in a few minutes.',
		});
	});

function warn(context: IPollFunctions, faults: string[]): void {
	const [first, ...others] = [...new Set(faults)];
	context.logger.warn(
		`Samora Campaign Trigger will catch up with the next poll: ${first}${others.length > 0 ? ` (and ${others.length} more)` : ''}`,
		{ nodeName: context.getNode().name, workflowId: context.getWorkflow().id },
	);
}
