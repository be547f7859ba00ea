import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { callSamora } from '../api/api';
import { hasList, objectsIn } from '../api/lists';
import { WEBHOOKS, webhooksPath } from '../webhook';
import { pickerError } from './pickerError';

/** All webhooks of the organization, for the picker. */
export async function webhooks(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	const sought = filter?.trim().toLowerCase() ?? '';
	const ended = await callSamora(this, { url: webhooksPath }, { whole: hasList(WEBHOOKS) });
	if (ended.fate !== 'done' || !('answer' in ended)) {
		throw pickerError(this, ended, { thing: 'Webhook', given: {} });
	}
	return {
		results: objectsIn(ended.answer.body, WEBHOOKS)
			.map(({ id, name, url }) => ({
				name: `${String(name)} (${String(url)})`,
				value: String(id),
			}))
			.filter(({ name, value }) => `${name} ${value}`.toLowerCase().includes(sought)),
	};
}
