import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { apiError, operationError } from '../../../../shared/api/nodeErrors';
import { listed } from '../../../../shared/itemList';
import { keepAgentRecipients } from '../../../sending/agentMemory';
import { forgetRun, Runs, saveRun } from '../../../sending/runs';
import type { CampaignFailure } from '../recipients/addingRecipients';
import { inOrder, numbersOf, outputOfUnsent, summaries } from '../recipients/recipientOutput';
import { identities, planRows, type PlannedRows } from '../recipients/recipientRows';
import { RecipientRun } from '../recipients/recipientRun';
import type { NewCampaign } from '../settings/newCampaign';
import { destinations } from './destinations';
import { NOBODY_LEFT, report, reportEmpty, withProgress } from './report';
import { fillDraft, startCampaign, type Campaign, type LaunchRun } from './steps';

const runs = new Runs((saved) => new RecipientRun<NewCampaign>(saved));

/** Every campaign is filled before the first is started, so that nobody is called when one of them cannot be. */
export async function launchCampaigns(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const run = runs.of(this);
	const planned = run.planned ?? planRows(this, destinations(this));
	const output = outputOfUnsent(this, planned);
	run.planned = planned;
	run.memory.claim(identities(planned));
	refuseSecondLaunch(this, run, planned);

	const campaigns = planned.groups.filter(({ rows }) => rows.length > 0);
	const failures = new Map<string, CampaignFailure>();
	for (const step of [fillDraft, startCampaign]) {
		for (const campaign of campaigns.filter(({ key }) => !failures.has(key))) {
			const failure = await step(this, campaign, run);
			keepStarted(this, campaign, run);
			if (!failure) continue;
			const message = withProgress(failure.message, campaign, run, campaigns);
			if (!this.continueOnFail()) {
				saveRun(this, run);
				throw apiError(this.getNode(), message, { httpCode: failure.httpCode });
			}
			failures.set(campaign.key, { ...failure, message });
		}
	}
	forgetRun(this);
	for (const campaign of campaigns) report(campaign, run, output, failures.get(campaign.key));
	reportEmpty(planned, output);
	if (!planned.summary) return [inOrder(this, output)];
	return [
		summaries(this, planned, output, ({ key, target, rows }) => {
			if (failures.has(key)) return undefined;
			if (rows.length === 0) return { campaign_id: null, message: NOBODY_LEFT };
			const { campaign_id, started } = run.launchOf(key);
			return { campaign_id, name: target.body.name, status: started?.status ?? null };
		}),
	];
}

/** As long as a campaign is not started it calls nobody, and an agent may launch another one. */
function keepStarted(context: IExecuteFunctions, { key, rows }: Campaign, run: LaunchRun): void {
	const { campaign_id: id, start_asked: asked } = run.launchOf(key);
	if (asked) keepAgentRecipients(context, String(id), numbersOf(rows));
}

/** In the retry of an execution a person may have changed what makes a campaign. The people are called already. */
function refuseSecondLaunch(
	context: IExecuteFunctions,
	{ launches }: LaunchRun,
	{ groups }: PlannedRows<NewCampaign>,
): void {
	const keys = new Set(groups.map(({ key }) => key));
	const running = [...launches].filter(([key, { start_asked: asked }]) => asked && !keys.has(key));
	if (running.length === 0) return;
	const ids = running.map(([, { campaign_id: id }]) => String(id));
	throw operationError(context.getNode(), {
		message: `This execution has started campaign ${listed(ids)} already, and Agent ID, Name or Retry Unsuccessful Calls have changed since`,
		description:
			'A retry would call the same people in a second campaign. Change them back for this retry, or run the workflow anew if there is to be another campaign.',
	});
}
