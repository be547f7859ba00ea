import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { succeeded } from '../api/exchange';
import { callSamora, filledPath } from '../api/api';
import { campaignPath } from '../campaign';
import { hasList, listOf } from '../api/listing';
import { shown, trimmed, uuid } from '../parameters';
import { exchangeError, operationError } from '../api/nodeErrors';
import { CAMPAIGNS } from '../../Samora/resources/campaign/getAll';

/** The API cannot search campaigns by name, so pages are looked through until there is a page to show. */
const PAGE_SIZE = 100;

/** Campaigns of the chosen agent, for the picker: newest first as the API lists them. */
export async function campaigns(
	this: ILoadOptionsFunctions,
	filter?: string,
	paginationToken?: string,
): Promise<INodeListSearchResult> {
	const path = { agent_id: chosenAgent(this) };
	const sought = filter?.trim().toLowerCase() ?? '';
	for (let page = Number(paginationToken ?? 1); ; page++) {
		const result = await callSamora(
			this,
			{ url: filledPath(campaignPath, path), qs: { page, page_size: PAGE_SIZE } },
			{ isValidBody: hasList(CAMPAIGNS) },
		);
		if (!succeeded(result))
			throw exchangeError(this.getNode(), result, { thing: 'Agent', ids: path });
		const { data } = result.answer.body as { data: Record<string, unknown> };
		const found = listOf(data, CAMPAIGNS);
		const more = found.length === PAGE_SIZE && page * PAGE_SIZE < Number(data.total ?? Infinity);
		const results = found
			.map(({ id, name, status }) => ({
				name: `${String(name)} (${String(status)})`,
				value: String(id),
			}))
			.filter(({ name, value }) => `${name} ${value}`.toLowerCase().includes(sought));
		if (results.length > 0 || !more) {
			return { results, ...(more ? { paginationToken: String(page + 1) } : {}) };
		}
	}
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
