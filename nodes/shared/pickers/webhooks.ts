import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { callSamora } from '../api/api';
import { hasList, listOf } from '../api/listing';
import { webhooksPath } from '../webhook';
import { WEBHOOKS } from '../../Samora/resources/webhook/getAll';
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
	const { data } = ended.answer.body as { data: Record<string, unknown> };
	return {
		results: listOf(data, WEBHOOKS)
			.map(({ id, name, url }) => ({
				name: `${String(name)} (${String(url)})`,
				value: String(id),
			}))
			.filter(({ name, value }) => `${name} ${value}`.toLowerCase().includes(sought)),
	};
}
