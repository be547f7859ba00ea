import type { IDataObject, IPollFunctions } from 'n8n-workflow';

import type { Answer } from '../shared/api/answers';
import { callSamora, filledPath } from '../shared/api/api';
import { oneCallPath } from '../shared/call/callDetails';
import { thingIn } from '../shared/api/envelope';
import { succeeded, type Exchange } from '../shared/api/exchange';
import { hasList } from '../shared/api/lists';
import { exchangeError } from '../shared/api/nodeErrors';
import { Elements, LARGEST_PAGE, pageIn } from '../shared/api/pages';
import { describeExchange, type Subject } from '../shared/api/problems';
import { campaignIdIn, CAMPAIGNS, campaignPath, oneCampaignPath } from '../shared/campaign';
import { isRecord } from '../shared/parameters';
import { PassingFault } from './watch/passingFault';
import type { CampaignsApi } from './watch/samora';
import type { Page } from './watch/reading';
import type { ApiRecord } from './watch/record';

/** Few, because the next poll tries again. */
const MAX_RETRIES = 2;
const TIMEOUT_MS = 30_000;
/** How an API may answer when it is asked for a page after the last one. */
const NO_SUCH_PAGE = [204, 400, 404, 410, 416, 422];

/**
 * Lists whose `total` was seen to count the elements of all pages. Of any other list, a first page is followed by a
 * second: its `total` may be that of the page.
 */
const countedLists = new Set<string>();

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
			const read = pagesOf(context, { url: path(campaignPath), subject: agent }, CAMPAIGNS);
			let now: number | undefined;
			for (let number = 1; ; number++) {
				const { answer, elements, goesOn } = await read(number);
				now ??= timeAt(answer);
				const before = campaigns.size;
				for (const campaign of elements) {
					const id = campaignIdIn(campaign);
					if (id !== '') campaigns.set(id, campaign);
				}
				if (!goesOn || campaigns.size === before) {
					return { campaigns: [...campaigns.values()], now };
				}
			}
		},

		calls(id) {
			// ASSUMPTION: `updated_at` of a call changes whenever the call does, so also when it ends.
			const qs = { sort_by: 'updated_at', sort_dir: 'desc' };
			const url = `${path(oneCampaignPath, id)}/calls`;
			// One in the list of all may be gone a moment later; the one that was chosen must be there.
			const passing = campaignId === undefined ? [404] : [];
			return pagesOf(context, { url, qs, subject: subjectOf(id), passing }, 'calls');
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

/** Gives the pages of a list, to be read one after the other. */
function pagesOf(
	context: IPollFunctions,
	request: Omit<Request, 'isValidBody'>,
	key: string,
): (number: number) => Promise<Page & { answer: Answer }> {
	let found: Elements | undefined;
	let previous = '';
	const saysNoMore = () => found !== undefined && found.list.length >= found.total;
	return async (number) => {
		const alsoFine = saysNoMore() ? NO_SUCH_PAGE : [];
		const answer = await get(context, {
			...request,
			qs: { ...request.qs, page: number, page_size: LARGEST_PAGE },
			// A list without elements may be missing, or null.
			isValidBody: (body) => hasList(key)(body) || (saysNoMore() && isRecord(body)),
			alsoFine,
		});
		if (alsoFine.includes(answer.statusCode)) return { answer, elements: [], goesOn: false };
		const list = `${answer.host} ${key}`;
		found ??= new Elements(countedLists.has(list) ? Infinity : 1);
		const page = pageIn(answer.body, key);
		found.add(page);
		const { elements, total } = page;
		if (total > elements.length && total === found.list.length) countedLists.add(list);
		// Instead of an empty page after the last one, an API may give the last one again.
		const content = JSON.stringify(elements);
		const isLastAgain = content === previous && saysNoMore();
		previous = content;
		return { answer, elements, goesOn: elements.length > 0 && !found.areAll && !isLastAgain };
	};
}

interface Request {
	url: string;
	qs?: IDataObject;
	isValidBody: (body: unknown) => boolean;
	subject: Subject;
	/** Statuses that are an answer here, though not a success. */
	alsoFine?: number[];
	/** Refusals that are no reason to stop. */
	passing?: number[];
}

/** @throws PassingFault, or NodeApiError for what a person must see */
async function get(
	context: IPollFunctions,
	{ url, qs, isValidBody, subject, alsoFine = [], passing = [] }: Request,
): Promise<Answer> {
	const result = await callSamora(
		context,
		{ url, timeout: TIMEOUT_MS, ...(qs && { qs }) },
		{ isValidBody, maxRetries: MAX_RETRIES },
	);
	const { answer } = result;
	if (answer && (succeeded(result) || alsoFine.includes(answer.statusCode))) return answer;
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

/** Samora's time; n8n's own should the answer be without a date. */
function timeAt({ headers }: Answer): number {
	const date = Date.parse(String(headers.date));
	return Number.isNaN(date) ? Date.now() : date;
}
