import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { succeeded } from '../api/exchange';
import { callSamora } from '../api/api';
import { exchangeError } from '../api/nodeErrors';
import { hasList, listOf } from '../api/listing';
import { webhooksPath } from '../webhook';
import { WEBHOOKS } from '../../Samora/resources/webhook/getAll';

/** All webhooks of the organization, for the picker. */
export async function webhooks(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	const sought = filter?.trim().toLowerCase() ?? '';
	const result = await callSamora(this, { url: webhooksPath }, { isValidBody: hasList(WEBHOOKS) });
	if (!succeeded(result))
		throw exchangeError(this.getNode(), result, { thing: 'Webhook', ids: {} });
	const { data } = result.answer.body as { data: Record<string, unknown> };
	return {
		results: listOf(data, WEBHOOKS)
			.map(({ id, name, url }) => ({
				name: `${String(name)} (${String(url)})`,
				value: String(id),
			}))
			.filter(({ name, value }) => `${name} ${value}`.toLowerCase().includes(sought)),
	};
}
