import type { IExecuteFunctions, INode, INodeExecutionData } from 'n8n-workflow';

import type { Credential } from '../../../../shared/api/api';
import { apiError, operationError } from '../../../../shared/api/nodeErrors';
import { listed } from '../../../../shared/itemList';
import { attempt, recordOf, type ReadParameter } from '../../../../shared/parameters';
import { callingHoursFrom } from '../../../rules/callingHours';
import { keepAgentRecipients } from '../../../sending/memory/agentMemory';
import { Runs } from '../../../sending/memory/runs';
import { unlessInterrupted, type CampaignFailure } from '../recipients/addingRecipients';
import {
	checkedOutput,
	numbersOf,
	outputOfUnsent,
	rowOutput,
	summaries,
} from '../recipients/recipientOutput';
import { identities, planRows, type PlannedRows } from '../recipients/recipientRows';
import { RecipientRun } from '../recipients/recipientRun';
import { recipientsElsewhere } from '../recipients/recipientsElsewhere';
import { destinations, type LaunchedCampaign } from './destinations';
import { NOBODY_LEFT, report, reportEmpty, reportRepeats, withProgress } from './report';
import { fillDraft, startCampaign, type Campaign, type LaunchRun } from './steps';

const runs = new Runs((saved) => new RecipientRun<LaunchedCampaign>(saved));

/** Every campaign is filled before the first is started, so that nobody is called when one of them can't be. */
export async function launchCampaigns(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const run = runs.of(this);
	// Asked once, for asking n8n again may go wrong when campaigns have been started.
	const node = this.getNode();
	const continues = this.continueOnFail();
	const outputOf = rowOutput(this);
	const credential = await this.getCredentials<Credential>('samoraApi');
	const hoursOf = (read: ReadParameter) =>
		callingHoursFrom(recordOf(read('options')).callingHours, this.getTimezone());
	const planned =
		run.planned ??
		planRows(
			this,
			destinations(this, credential, hoursOf),
			recipientsElsewhere(this, runs),
			({ hours }) => hours,
		);
	if (planned.checked) return [checkedOutput(planned, outputOf)];
	const output = outputOfUnsent(this, planned);
	if (planned.runRefusal) return [outputOf(output)];
	run.planned = planned;
	run.memory.claim(identities(planned));
	refuseSecondLaunch(node, run, planned);
	runs.keep(this, run);

	const campaigns = planned.groups.filter(({ rows }) => rows.length > 0);
	const failures = new Map<string, CampaignFailure>();
	for (const step of [fillDraft, startCampaign]) {
		for (const campaign of campaigns.filter(({ key }) => !failures.has(key))) {
			const failure = await unlessInterrupted(async () => await step(this, campaign, run));
			attempt(() => keepStarted(this, campaign, run));
			if (!failure) continue;
			const message = withProgress(failure.message, campaign, run, campaigns);
			if (!continues && !failure.isSkip) {
				throw apiError(node, message, { httpCode: failure.httpCode });
			}
			failures.set(campaign.key, { ...failure, message });
		}
	}
	attempt(() => runs.forget(this, run));
	for (const campaign of campaigns) report(campaign, run, output, failures.get(campaign.key));
	reportRepeats(planned, failures);
	reportEmpty(planned, output);
	if (!planned.summary) return [outputOf(output, planned.includeInputFields)];
	const head = ({ key, target, rows }: Campaign) => {
		const failure = failures.get(key);
		if (failure && !failure.isSkip) return undefined;
		if (rows.length === 0) return { campaign_id: null, message: NOBODY_LEFT };
		const { campaign_id, started } = run.launchOf(key);
		const status = started?.status ?? null;
		const why = failure ? { skipped_start: true, reason: failure.message.message } : {};
		return { campaign_id, name: target.body.name, status, ...why };
	};
	return [summaries(planned, output, head, outputOf)];
}

/** As long as a campaign is not started it calls nobody, and an agent may launch another one. */
function keepStarted(context: IExecuteFunctions, { key, rows }: Campaign, run: LaunchRun): void {
	const { campaign_id: id, start_asked: asked } = run.launchOf(key);
	if (asked) keepAgentRecipients(context, String(id), numbersOf(rows));
}

/** In the retry of an execution a person may have changed what makes a campaign. The people are called already. */
function refuseSecondLaunch(
	node: INode,
	{ launches }: LaunchRun,
	{ groups }: PlannedRows<LaunchedCampaign>,
): void {
	const keys = new Set(groups.map(({ key }) => key));
	const running = [...launches].filter(([key, { start_asked: asked }]) => asked && !keys.has(key));
	if (running.length === 0) return;
	const ids = running.map(([, { campaign_id: id }]) => String(id));
	throw operationError(node, {
		message: `This execution already started campaign ${listed(ids)}, and Agent ID, Name or Retry Unsuccessful Calls have changed since then`,
		description:
			'A retry would call the same people in a second campaign. Change them back for this retry, or run the workflow again to launch another campaign.',
	});
}
