import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { callSamora, filledPath } from '../../../../shared/api/api';
import { isFromApi, thingIn } from '../../../../shared/api/envelope';
import { succeeded } from '../../../../shared/api/exchange';
import { describeExchange, type UserMessage } from '../../../../shared/api/problems';
import {
	campaignNow,
	describeStillDraft,
	describeTransition,
	isStatus,
	mayBeForbidden,
	oneCampaignPath,
	type CampaignPath,
} from '../../../../shared/campaign';
import { hoursFor, isOpen, outsideCallingHours } from '../../../rules/callingHours';
import { addRows, rowsToSend, type CampaignFailure } from '../recipients/addingRecipients';
import type { Group } from '../recipients/recipientRows';
import type { Launch, RecipientRun } from '../recipients/recipientRun';
import { inRequests } from '../recipients/recipients';
import { campaignKeyOf, type LaunchedCampaign } from './destinations';
import { ensureDraft } from './draft';

export type Campaign = Group<LaunchedCampaign>;
export type LaunchRun = RecipientRun<LaunchedCampaign>;

const pathOf = ({ target }: Campaign, { campaign_id: id }: Launch): CampaignPath => ({
	...target.path,
	campaign_id: String(id),
});

/** Makes sure there is a draft with all recipients in it. */
export async function fillDraft(
	context: IExecuteFunctions,
	campaign: Campaign,
	run: LaunchRun,
): Promise<CampaignFailure | undefined> {
	const { memory } = run;
	const launched = run.launchOf(campaign.key);
	const stale = leaveStaleDraft(campaign, run);
	if (stale) return stale;
	const failure = await ensureDraft(context, campaign.target, launched);
	if (failure) return failure;

	const path = pathOf(campaign, launched);
	const inDoubt = campaign.rows.filter(({ item }) => memory.doubtOf(item));
	if (inDoubt.length > 0 && !(await provenIn(context, path, campaign, run))) {
		return { message: memory.doubtOf(inDoubt[0].item) as UserMessage, inDoubt: true };
	}
	for (const rows of inRequests(rowsToSend(campaign.rows, memory))) {
		campaign.requests++;
		const missing = await addRows(context, path, rows, memory);
		if (missing?.inDoubt && (await provenIn(context, path, campaign, run))) continue;
		if (missing) return missing;
	}
	return undefined;
}

/**
 * In the retry of an execution a person may have corrected numbers. Those that were wrong can't be taken out of a draft,
 * so it is left as it is and calls nobody, and a new one is filled.
 */
function leaveStaleDraft(
	{ rows, target, key }: Campaign,
	run: LaunchRun,
): CampaignFailure | undefined {
	const launched = run.launchOf(key);
	const gone = run.memory.unclaimed().filter((identity) => campaignKeyOf(identity) === key);
	if (launched.campaign_id === undefined || gone.length === 0) return undefined;
	if (launched.start_asked) {
		return {
			message: {
				message: `Campaign ${launched.campaign_id} ("${target.body.name}") may be calling recipients whose numbers have changed since`,
				description:
					'It was started, or may have been, before the numbers were corrected. Check it in Samora, cancel it there if needed, and launch another campaign with the corrected numbers.',
			},
			inDoubt: true,
		};
	}
	run.memory.disclaim(new Set(gone));
	for (const { item } of rows) run.memory.clear(item);
	launched.left_drafts = [...(launched.left_drafts ?? []), launched.campaign_id];
	delete launched.campaign_id;
	return undefined;
}

/**
 * Whether the rows in doubt are in, and then it is remembered. Nobody else knows of the draft, so when it has as many
 * calls as were certainly added, and these besides, they are. When it has fewer they may still be on their way.
 */
async function provenIn(
	context: IExecuteFunctions,
	path: CampaignPath,
	{ rows }: Campaign,
	{ memory }: LaunchRun,
): Promise<boolean> {
	const certain = rows.filter(({ item }) => memory.acceptedOf(item)).length;
	const inDoubt = rows.filter(({ item }) => memory.doubtOf(item));
	const stats = (await campaignNow(context, path))?.call_stats as IDataObject | undefined;
	if (stats?.total !== certain + inDoubt.length) return false;
	// Their ids came with the answer that was lost.
	for (const { item, identity, recipient } of inDoubt) {
		memory.accept(item, identity, [{ scheduled_call_id: null, to_number: recipient.to_number }]);
	}
	return true;
}

/** A campaign that is started calls everybody, so it must be within the hours for all of them. */
function outsideHours({ rows, target: { hours } }: Campaign): CampaignFailure | undefined {
	if (!hours) return undefined;
	const now = new Date();
	const closed = rows
		.map(({ recipient }) => hoursFor(hours, recipient.to_number))
		.find((one) => !isOpen(one, now));
	if (!closed) return undefined;
	return {
		message: {
			message: outsideCallingHours(closed, now),
			description: 'The campaign is a draft that calls nobody. Start it within the Calling Hours.',
		},
		isSkip: hours.outside === 'skip',
	};
}

/** What a campaign can be once it was started. */
const STARTED = ['SCHEDULED', 'IN_PROGRESS', 'PAUSED', 'FINISHED'];

/** The message for a start that an earlier try asked for, where it can't be seen what came of it. */
const describeAskedBefore = (status: unknown): UserMessage => ({
	message: `The node asked Samora before to start it, and ${
		status === undefined ? "can't read its status now" : `its status is ${String(status)} now`
	}`,
	description:
		'It is only started again while it is DRAFT, because somebody may have stopped it. Check it in Samora.',
});

/** Starts it, unless it was. Somebody may have paused it since, and that is not undone. */
export async function startCampaign(
	context: IExecuteFunctions,
	campaign: Campaign,
	run: LaunchRun,
): Promise<CampaignFailure | undefined> {
	const launched = run.launchOf(campaign.key);
	if (launched.started) return undefined;
	const path = pathOf(campaign, launched);
	let status: unknown;
	const isStarted = async () => {
		const now = await campaignNow(context, path);
		status = now?.status;
		if (STARTED.includes(String(status).toUpperCase())) launched.started = now;
		return launched.started !== undefined;
	};
	if (launched.start_asked) {
		if (await isStarted()) return undefined;
		if (!isStatus(status, 'DRAFT')) return { message: describeAskedBefore(status), inDoubt: true };
	}
	const closed = outsideHours(campaign);
	if (closed) return closed;

	launched.start_asked = true;
	const result = await callSamora(
		context,
		{ method: 'POST', url: `${filledPath(oneCampaignPath, path)}/start` },
		{ signal: context.getExecutionCancelSignal(), isValidBody: isFromApi },
	);
	const { answer, fate } = result;
	if (succeeded(result)) {
		const { body } = result.answer;
		const refused = describeStillDraft(body);
		if (refused) {
			launched.start_asked = false;
			return { message: refused, httpCode: answer?.statusCode };
		}
		launched.started = thingIn(body) ?? {};
		return undefined;
	}
	const forbidden = answer !== undefined && mayBeForbidden(answer);
	if ((fate === 'unknown' || forbidden) && (await isStarted())) return undefined;
	const inDoubt = fate === 'unknown';
	if (!inDoubt) launched.start_asked = false;
	const message =
		(forbidden ? describeTransition('start', status, answer) : undefined) ??
		describeExchange(result, { thing: 'Campaign', ids: path });
	return { message, httpCode: answer?.statusCode, inDoubt };
}
