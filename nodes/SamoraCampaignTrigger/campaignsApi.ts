import type { IDataObject, IPollFunctions } from 'n8n-workflow';

import type { Answer } from '../shared/api/answers';
import { callSamora, filledPath } from '../shared/api/api';
import { oneCallPath } from '../shared/call/callDetails';
import { contentOf, thingIn } from '../shared/api/envelope';
import { succeeded, type Exchange } from '../shared/api/exchange';
import { hasList, objectsIn } from '../shared/api/lists';
import { exchangeError } from '../shared/api/nodeErrors';
import { describeExchange, type Subject } from '../shared/api/problems';
import { CAMPAIGNS, campaignPath, oneCampaignPath } from '../shared/campaign';
import { isRecord } from '../shared/parameters';
import { PassingFault } from './watch/passingFault';
import type { CampaignsApi } from './watch/samora';
import type { Page } from './watch/reading';
import type { ApiRecord } from './watch/record';

/** The most elements a page of the API holds. */
const PAGE_SIZE = 100;
/** Few, because the next poll tries again. */
const MAX_RETRIES = 2;
const TIMEOUT_MS = 30_000;

export interface Watched {
	agentId: string;
	/** All campaigns of the agent when it is left out. */
	campaignId?: string;
}

/** Statuses of campaigns and calls, as Samora gives them to the node's credential. */
export function campaignsApi(
	context: IPollFunctions,
	{ agentId, campaignId }: Watched,
): CampaignsApi {
	const agent: Subject = { thing: 'Agent', ids: { agent_id: agentId } };
	const subjectOf = (id: string): Subject => ({
		thing: 'Campaign',
		ids: { ...agent.ids, campaign_id: id },
	});
	const path = (template: string, id = '') =>
		filledPath(template, { agent_id: agentId, campaign_id: id });
	const page = async (
		request: Omit<Request, 'isValidBody'>,
		number: number,
		key: string,
	): Promise<{ answer: Answer; page: Page }> => {
		const answer = await get(context, {
			...request,
			qs: { ...request.qs, page: number, page_size: PAGE_SIZE },
			isValidBody: hasList(key),
		});
		return { answer, page: pageIn(answer, key, number) };
	};

	return {
		async campaigns() {
			if (campaignId !== undefined) {
				const answer = await get(context, {
					url: path(oneCampaignPath, campaignId),
					isValidBody: (body) => typeof dataIn(body).status === 'string',
					subject: subjectOf(campaignId),
				});
				return {
					// The ID is put back in, should the answer be without one.
					campaigns: [{ id: campaignId, ...dataIn(answer.body) }],
					now: timeAt(answer),
				};
			}
			const campaigns = new Map<string, ApiRecord>();
			let now: number | undefined;
			for (let number = 1; ; number++) {
				const { answer, page: one } = await page(
					{ url: path(campaignPath), subject: agent },
					number,
					CAMPAIGNS,
				);
				now ??= timeAt(answer);
				const before = campaigns.size;
				for (const campaign of one.elements) {
					if (typeof campaign.id === 'string') campaigns.set(campaign.id, campaign);
				}
				if (!one.goesOn || campaigns.size === before) {
					return { campaigns: [...campaigns.values()], now };
				}
			}
		},

		calls: (id) => async (number) => {
			// ASSUMPTION: `updated_at` of a call changes whenever the call does, so also when it ends.
			const query = { sort_by: 'updated_at', sort_dir: 'desc' };
			const url = `${path(oneCampaignPath, id)}/calls`;
			// One in the list of all may be gone a moment later; the one that was chosen must be there.
			const passing = campaignId === undefined ? [404] : [];
			return (await page({ url, qs: query, subject: subjectOf(id), passing }, number, 'calls'))
				.page;
		},

		async call(callId) {
			const { body } = await get(context, {
				url: filledPath(oneCallPath, { call_id: callId }),
				isValidBody: (answered) => typeof dataIn(answered).status === 'string',
				subject: { thing: 'Call', ids: { call_id: callId } },
				// Whatever is the matter with one call, the others are reported, and it is reported without details.
				passing: [400, 403, 404, 409],
			});
			return dataIn(body);
		},
	};
}

interface Request {
	url: string;
	qs?: IDataObject;
	isValidBody: (body: unknown) => boolean;
	subject: Subject;
	/** Refusals that are no reason to stop. */
	passing?: number[];
}

/** @throws PassingFault, or NodeApiError for what a person must see */
async function get(
	context: IPollFunctions,
	{ url, qs, isValidBody, subject, passing = [] }: Request,
): Promise<Answer> {
	const result = await callSamora(
		context,
		{ url, timeout: TIMEOUT_MS, ...(qs && { qs }) },
		{ isValidBody, maxRetries: MAX_RETRIES },
	);
	if (succeeded(result)) return result.answer;
	if (passes(result, passing)) {
		const { message } = describeExchange(result, subject);
		throw new PassingFault(message, result.fate === 'busy' || result.fate === 'unreached');
	}
	throw exchangeError(context.getNode(), result, subject);
}

/** What Samora or n8n refused stays refused until a person does something. */
const passes = ({ answer, fault, fate }: Exchange, passing: number[]): boolean =>
	answer ? fate !== 'refused' || passing.includes(answer.statusCode) : fault?.isFinal !== true;

const dataIn = (body: unknown): ApiRecord => thingIn(body) ?? {};

function pageIn({ body }: Answer, key: string, number: number): Page {
	const elements = objectsIn(body, key);
	const content = contentOf(body);
	const { total, page_size } = isRecord(content) ? content : {};
	// An API that gives less at a time than it was asked for says so.
	const size = Number(page_size) > 0 ? Number(page_size) : PAGE_SIZE;
	const goesOn =
		typeof total === 'number'
			? number * Math.min(size, PAGE_SIZE) < total
			: elements.length >= size;
	return { elements, goesOn: elements.length > 0 && goesOn };
}

/** Samora's time; n8n's own should the answer be without a date. */
function timeAt({ headers }: Answer): number {
	const date = Date.parse(String(headers.date));
	return Number.isNaN(date) ? Date.now() : date;
}
