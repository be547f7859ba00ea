import type { IDataObject, ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { callSamora, filledPath } from '../api/api';
import type { Exchange } from '../api/exchange';
import { hasList } from '../api/lists';
import { LARGEST_PAGE, pageIn, readPages } from '../api/pages';
import { operationError } from '../api/problems';
import { CAMPAIGNS, campaignPath } from '../campaign';
import { shown, trimmed, uuid } from '../parameters';
import { pickerError } from './pickerError';

/**
 * Campaigns of the chosen agent, for the picker: newest first as the API lists them, a page at a time. The API cannot
 * search campaigns by name, so a search reads all pages.
 */
export async function campaigns(
	this: ILoadOptionsFunctions,
	filter?: string,
	paginationToken?: string,
): Promise<INodeListSearchResult> {
	const path = { agent_id: chosenAgent(this) };
	const request = async (qs: IDataObject) =>
		await callSamora(
			this,
			{ url: filledPath(campaignPath, path), qs },
			{ whole: hasList(CAMPAIGNS) },
		);
	const sought = filter?.trim().toLowerCase() ?? '';
	const found =
		sought === ''
			? await onePage(request, paginationToken)
			: await readPages(CAMPAIGNS)(request, {});
	if ('ended' in found) {
		throw pickerError(this, found.ended, { thing: 'Agent', given: { 'Agent ID': path.agent_id } });
	}
	const { elements, ...rest } = found;
	return {
		results: elements
			.map(({ id, name, status }) => ({
				name: `${String(name)} (${String(status)})`,
				value: String(id),
			}))
			.filter(({ name, value }) => `${name} ${value}`.toLowerCase().includes(sought)),
		...rest,
	};
}

/** @param token the number of the page, and how many campaigns were on the pages before it */
async function onePage(
	request: (query: IDataObject) => Promise<Exchange>,
	token = '1 0',
): Promise<{ elements: IDataObject[]; paginationToken?: string } | { ended: Exchange }> {
	const [page, before] = token.split(' ').map(Number);
	const ended = await request({ page, page_size: LARGEST_PAGE });
	if (ended.fate !== 'done' || !('answer' in ended)) return { ended };
	const { elements, total } = pageIn(ended.answer.body, CAMPAIGNS);
	const sofar = before + elements.length;
	const isLast = elements.length === 0 || sofar === total;
	return { elements, ...(isLast ? {} : { paginationToken: `${page + 1} ${sofar}` }) };
}

function chosenAgent(context: ILoadOptionsFunctions): string {
	const given = context.getCurrentNodeParameter('agentId');
	try {
		return uuid(given, 'Agent ID');
	} catch {
		// The editor shows this message only, and with spaces for the dashes of a UUID: so it has none as an example.
		const reason =
			trimmed(given) === ''
				? 'Agent ID is empty'
				: `Agent ID must be a UUID here, but it is ${shown(given)}`;
		throw operationError(context.getNode(), {
			message: `${reason}. Campaigns belong to an agent: enter its ID first, or choose By ID`,
			description: 'By ID takes the ID of the campaign.',
		});
	}
}
