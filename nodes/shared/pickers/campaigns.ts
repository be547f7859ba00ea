import type { IDataObject, ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { agentId } from '../agentId';
import { callSamora, filledPath, type Credential } from '../api/api';
import { succeeded, type Exchange } from '../api/exchange';
import { hasList } from '../api/lists';
import { LARGEST_PAGE, pageIn, readPages, type PagesResult } from '../api/pages';
import { exchangeError, operationError } from '../api/nodeErrors';
import { campaignIdIn, CAMPAIGNS, campaignPath } from '../campaign';
import { attempt, recordOf, Refusal, shown, trimmed } from '../parameters';

/**
 * Campaigns of the chosen agent, for the picker: newest first as the API lists them, a page at a time. The API cannot
 * search campaigns by name, so a search reads all pages.
 */
export async function campaigns(
	this: ILoadOptionsFunctions,
	filter?: string,
	paginationToken?: string,
): Promise<INodeListSearchResult> {
	const path = { agent_id: await chosenAgent(this) };
	const request = async (qs: IDataObject) =>
		await callSamora(
			this,
			{ url: filledPath(campaignPath, path), qs },
			{ isValidBody: hasList(CAMPAIGNS) },
		);
	const sought = filter?.trim().toLowerCase() ?? '';
	const found =
		sought === ''
			? await onePage(request, paginationToken)
			: { ...(await readPages(CAMPAIGNS)(request, {})), paginationToken: undefined };
	if (found.kind === 'unread') {
		throw exchangeError(this.getNode(), found.result, { thing: 'Agent', ids: path });
	}
	return {
		results: found.elements
			.map((campaign) => ({ name: nameOf(campaign), value: campaignIdIn(campaign) }))
			.filter(({ name, value }) => `${name} ${value}`.toLowerCase().includes(sought)),
		...('paginationToken' in found ? { paginationToken: found.paginationToken } : {}),
	};
}

/** "Spring (DRAFT) · 3 calls · 2026-11-26 09:30 UTC": campaigns may share a name. */
function nameOf({ name, status, call_stats, created_at }: IDataObject): string {
	const { total } = recordOf(call_stats);
	const created = typeof created_at === 'string' ? Date.parse(created_at) : NaN;
	return [
		`${String(name)} (${String(status)})`,
		...(typeof total === 'number' ? [`${total} ${total === 1 ? 'call' : 'calls'}`] : []),
		...(Number.isNaN(created)
			? []
			: [`${new Date(created).toISOString().slice(0, 16).replace('T', ' ')} UTC`]),
	].join(' · ');
}

/** @param token the number of the page, and how many campaigns were on the pages before it */
async function onePage(
	request: (query: IDataObject) => Promise<Exchange>,
	token = '1 0',
): Promise<PagesResult & { paginationToken?: string }> {
	const [page, before] = token.split(' ').map(Number);
	const result = await request({ page, page_size: LARGEST_PAGE });
	if (!succeeded(result)) return { kind: 'unread', result };
	const { elements, total } = pageIn(result.answer.body, CAMPAIGNS);
	const soFar = before + elements.length;
	const isLast = elements.length === 0 || soFar === total;
	return { kind: 'read', elements, ...(isLast ? {} : { paginationToken: `${page + 1} ${soFar}` }) };
}

async function chosenAgent(context: ILoadOptionsFunctions): Promise<string> {
	const credential = await context.getCredentials<Credential>('samoraApi');
	const chosen = attempt(() => agentId(context.getCurrentNodeParameter('agentId'), credential));
	if (!(chosen instanceof Refusal)) return chosen;
	const given = trimmed(context.getCurrentNodeParameter('agentId'));
	// The editor shows this message only, and with spaces for the dashes of a UUID: so it has none as an example.
	const reason =
		given === ''
			? 'Agent ID is empty, and the credential has no Default Agent ID'
			: `Agent ID must be a UUID here, but it is ${shown(given)}`;
	throw operationError(context.getNode(), {
		message: `${reason}. Campaigns belong to an agent: enter its ID first, or choose By ID`,
		description: 'By ID takes the ID of the campaign.',
	});
}
