import type { IExecuteFunctions } from 'n8n-workflow';

import { callSamora, filledPath } from '../../../../shared/api/api';
import { succeeded } from '../../../../shared/api/exchange';
import { describeExchange } from '../../../../shared/api/problems';
import { campaignIdIn, campaignPath } from '../../../../shared/campaign';
import type { CampaignFailure } from '../recipients/addingRecipients';
import type { Launch } from '../recipients/recipientRun';
import type { NewCampaign } from '../settings/newCampaign';

/**
 * Creates the campaign, unless this run has.
 *
 * A draft is only taken for this run's own when Samora answered with its ID: one of the same name may be somebody else's.
 * When the answer is lost, a retry creates another; the draft that may be left calls nobody.
 */
export async function ensureDraft(
	context: IExecuteFunctions,
	{ path, body }: NewCampaign,
	launch: Launch,
): Promise<CampaignFailure | undefined> {
	if (launch.campaign_id !== undefined) return undefined;
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
	return {
		message: {
			message: `It is not known whether the campaign "${body.name}" was created: ${why.message}`,
			description:
				'No recipients were added, and nobody is being called. Retry On Fail, or a retry of this execution, creates another campaign. An empty draft with this name may remain in Samora; it calls nobody.',
		},
		httpCode,
		inDoubt: true,
	};
}

const hasCampaignId = (body: unknown): boolean => campaignIdIn(body) !== '';
