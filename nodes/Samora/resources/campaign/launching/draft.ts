import type { IExecuteFunctions } from 'n8n-workflow';

import type { CampaignFailure } from '../recipients/addingRecipients';
import { callSamora, filledPath } from '../../../../shared/api/api';
import { campaignPath } from '../../../../shared/campaign';
import { hasList, pagesOf } from '../../../../shared/api/listing';
import { isRecord } from '../../../../shared/parameters';
import { succeeded } from '../../../../shared/api/exchange';
import { describeExchange } from '../../../../shared/api/problems';
import type { Launch } from '../recipients/recipientRun';
import { CAMPAIGNS } from '../getAll';
import type { NewCampaign } from '../settings/newCampaign';

/**
 * Creates the campaign, unless it is there. A request of unknown fate may have created it: then it is looked for.
 * Only in a later try is another one created when it is not found; a draft that is left over calls nobody.
 *
 * @param taken ids of the run's other campaigns
 */
export async function ensureDraft(
	context: IExecuteFunctions,
	{ path, body }: NewCampaign,
	launch: Launch,
	taken: ReadonlySet<string>,
): Promise<CampaignFailure | undefined> {
	if (launch.campaign_id !== undefined) return undefined;
	const look = async () => {
		const since = launch.perhaps_created ?? 0;
		const found = (await emptyDrafts(context, path, body.name, since))?.filter(
			(id) => !taken.has(id),
		);
		if (found?.length === 1) [launch.campaign_id] = found;
		return found;
	};
	if (launch.perhaps_created !== undefined && (await look())?.length === 1) return undefined;

	const sentAt = Date.now();
	const result = await callSamora(
		context,
		{ method: 'POST', url: filledPath(campaignPath, path), body },
		{ signal: context.getExecutionCancelSignal(), isValidBody: hasCampaignId },
	);
	if (succeeded(result)) {
		launch.campaign_id = campaignIdIn(result.answer.body);
		return undefined;
	}
	const why = describeExchange(result, { thing: 'Agent', ids: path });
	const httpCode = result.answer?.statusCode;
	if (result.fate !== 'unknown') {
		const message = `The campaign "${body.name}" was not created: ${why.message}`;
		return { message: { message, description: why.description }, httpCode };
	}
	launch.perhaps_created ??= sentAt;
	const found = await look();
	if (found?.length === 1) return undefined;
	return {
		message: {
			message: `It is not known whether the campaign "${body.name}" was created: ${why.message}. ${whatWasFound(found)}`,
			description: `No recipient was added and nobody is called. ${AGAIN}`,
		},
		httpCode,
		inDoubt: true,
	};
}

const AGAIN =
	'Retry On Fail, or a retry of this execution from the list of executions, looks for it again before another is created.';

function whatWasFound(ids: string[] | undefined): string {
	if (ids === undefined) return 'The list of campaigns could not be read either';
	if (ids.length === 0) return 'There is no empty draft of that name in the list of campaigns';
	return `Several empty drafts have that name, and there is no telling which it is: ${ids.join(', ')}`;
}

const hasCampaignId = (body: unknown): boolean => campaignIdIn(body) !== '';

function campaignIdIn(body: unknown): string {
	const id = isRecord(body) && isRecord(body.data) ? body.data.campaign_id : undefined;
	return typeof id === 'string' ? id : '';
}

/** Times in an answer's header are whole seconds; so much earlier counts as the same moment. */
const SAME_MOMENT_MS = 2000;

/**
 * The agent's empty drafts of exactly this name that were created at a time or later.
 *
 * @param since milliseconds since 1970 by this machine's clock
 * @returns their ids, or undefined when the list cannot be read
 */
async function emptyDrafts(
	context: IExecuteFunctions,
	path: NewCampaign['path'],
	name: string,
	since: number,
): Promise<string[] | undefined> {
	let ahead = 0;
	const pages = await pagesOf(CAMPAIGNS)(async (qs) => {
		const result = await callSamora(
			context,
			{ url: filledPath(campaignPath, path), qs },
			{ isValidBody: hasList(CAMPAIGNS), signal: context.getExecutionCancelSignal() },
		);
		// Samora's clock may differ from this machine's, and its answers tell by how much.
		const theirs = result.answer ? Date.parse(String(result.answer.headers.date)) : NaN;
		if (!Number.isNaN(theirs)) ahead = theirs - Date.now();
		return result;
	}, {});
	if (pages.kind === 'unread') return undefined;
	return pages.elements
		.filter(
			({ name: theirs, status, call_stats: stats, created_at: created }) =>
				theirs === name &&
				status === 'DRAFT' &&
				isRecord(stats) &&
				stats.total === 0 &&
				Date.parse(String(created)) >= since + ahead - SAME_MOMENT_MS,
		)
		.map(({ id }) => String(id));
}
