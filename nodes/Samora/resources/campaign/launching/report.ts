import type { IDataObject } from 'n8n-workflow';

import { failedItem } from '../../../../shared/api/nodeErrors';
import type { UserMessage } from '../../../../shared/api/problems';
import { itemList } from '../../../../shared/itemList';
import type { CampaignFailure } from '../recipients/addingRecipients';
import type { PlannedRows } from '../recipients/recipientRows';
import type { LaunchedCampaign } from './destinations';
import type { Campaign, LaunchRun } from './steps';

export const NOBODY_LEFT = 'No campaign was created, because there are no recipients left to call';

/** Adds how far this campaign and the other campaigns of the run got. */
export function withProgress(
	{ message, description }: UserMessage,
	campaign: Campaign,
	run: LaunchRun,
	campaigns: Campaign[],
): UserMessage {
	const others = campaigns
		.filter((other) => other !== campaign && run.launchOf(other.key).campaign_id !== undefined)
		.map((other) => progress(other, run));
	const own = run.launchOf(campaign.key);
	const more = others.length === 0 ? '' : ` Other campaigns: ${others.join('; ')}.`;
	if (own.campaign_id === undefined) return { message, description: `${description}${more}` };
	return {
		message: `${progress(campaign, run)}: ${message}`,
		description: `${description} Retry On Fail, or a retry of this execution from the list of executions, continues with this campaign.${more}`,
	};
}

function progress({ key, target, rows }: Campaign, run: LaunchRun): string {
	const { campaign_id: id, start_asked: asked, started } = run.launchOf(key);
	const added = rows.map(({ item }) => item).filter((item) => run.memory.acceptedOf(item));
	const count =
		added.length === 0
			? `none of ${rows.length} recipients is in it`
			: `${added.length} of ${rows.length} recipients ${added.length === 1 ? 'is' : 'are'} in it (${itemList(added)})`;
	const end = started
		? 'it was started'
		: asked
			? 'it is not known whether it was started'
			: 'it was not started';
	return `Campaign ${id} ("${target.body.name}") was created, ${count}, ${end}`;
}

/** The output for the campaign's rows. */
export function report(
	{ key, rows }: Campaign,
	run: LaunchRun,
	output: Map<number, IDataObject>,
	failure: CampaignFailure | undefined,
): void {
	const { campaign_id = null } = run.launchOf(key);
	for (const { item, recipient } of rows) {
		const [added] = run.memory.acceptedOf(item)?.output ?? [];
		const came = { campaign_id, ...(added ?? { to_number: recipient.to_number }) };
		const skipped = { ...came, skipped: true, reason: failure?.message.message };
		if (!failure) output.set(item, came);
		else output.set(item, failure.isSkip ? skipped : failedItem(failure.message, item, came));
	}
}

/** Whoever is left out for an earlier row may not be called at all when that row's campaign was not started. */
export function reportRepeats(
	{ groups, skipped }: PlannedRows<LaunchedCampaign>,
	failures: ReadonlyMap<string, CampaignFailure>,
): void {
	const failed = new Set(
		groups.flatMap(({ key, rows }) => (failures.has(key) ? rows.map(({ item }) => item) : [])),
	);
	for (const [item, first] of groups.flatMap(({ repeats }) => [...repeats])) {
		const skip = skipped.get(item);
		if (!skip || !failed.has(first)) continue;
		skip.reason = `${skip.reason}, but its campaign may not have been started: see item ${first}`;
	}
}

/** Rows whose campaign was not created because all of them are left out. */
export function reportEmpty(
	{ groups, skipped }: PlannedRows<LaunchedCampaign>,
	output: Map<number, IDataObject>,
): void {
	for (const item of groups.filter(({ rows }) => rows.length === 0).flatMap((one) => one.skipped)) {
		output.set(item, { ...skipped.get(item), campaign_id: null, message: NOBODY_LEFT });
	}
}
