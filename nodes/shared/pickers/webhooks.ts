import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { succeeded } from '../api/exchange';
import { callSamora } from '../api/api';
import { exchangeError } from '../api/nodeErrors';
import { hasList, objectsIn } from '../api/lists';
import { webhookIdIn, WEBHOOKS, webhooksPath } from '../webhook';

/** All webhooks of the organization, for the picker. */
export async function webhooks(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	const sought = filter?.trim().toLowerCase() ?? '';
	const result = await callSamora(this, { url: webhooksPath }, { isValidBody: hasList(WEBHOOKS) });
	if (!succeeded(result))
		throw exchangeError(this.getNode(), result, { thing: 'Webhook', ids: {} });
	return {
		results: objectsIn(result.answer.body, WEBHOOKS)
			.map((webhook) => ({
				name: `${String(webhook.name)} (${String(webhook.url)})`,
				value: webhookIdIn(webhook),
			}))
			.filter(({ name, value }) => `${name} ${value}`.toLowerCase().includes(sought)),
	};
}
