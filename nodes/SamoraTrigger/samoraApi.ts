import type { IDataObject, IExecuteFunctions, IHookFunctions } from 'n8n-workflow';

import type { Answer } from '../shared/api/answers';
import { callSamora, filledPath } from '../shared/api/api';
import { oneCallPath } from '../shared/api/callDetails';
import type { RetryPolicy } from '../shared/api/exchange';
import { isRecord } from '../shared/parameters';
import { exchangeError } from '../shared/api/nodeErrors';
import type { Subject } from '../shared/api/problems';
import { oneWebhookPath, webhooksPath } from '../shared/webhook';
import type { Webhook, WebhookApi } from './subscription';

/** Short, for somebody is waiting for the workflow to be published, and n8n tries again by itself. */
const TIMEOUT_MS = 15_000;

interface Request {
	method: 'GET' | 'POST' | 'PUT' | 'DELETE';
	url: string;
	body?: IDataObject;
	subject: Subject;
	/** Whether the body of a success is what it should be; a `data` object unless it says otherwise. */
	isValidBody?: RetryPolicy['isValidBody'];
	/** Statuses that are an answer here, though not a success. */
	alsoFine?: number[];
}

type Context = IHookFunctions | IExecuteFunctions;

/** The webhooks of the Samora organization that the node's credential belongs to. */
export function webhookApi(context: Context): WebhookApi {
	const one = (id: string) => ({
		url: filledPath(oneWebhookPath, { webhook_id: id }),
		subject: { thing: 'Webhook' as const, ids: { webhook_id: id } },
	});

	return {
		async list() {
			const { body } = await send(context, {
				method: 'GET',
				url: webhooksPath,
				subject: { thing: 'Webhook', ids: {} },
				isValidBody: (answered) => Array.isArray(dataOf(answered).webhooks),
			});
			const { webhooks } = dataOf(body);
			return Array.isArray(webhooks) ? webhooks.flatMap((each) => readWebhook(each) ?? []) : [];
		},

		async get(id) {
			const { statusCode, body } = await send(context, {
				...one(id),
				method: 'GET',
				isValidBody: (answered) => readWebhook(dataOf(answered)) !== undefined,
				alsoFine: [404],
			});
			return statusCode === 404 ? undefined : readWebhook(dataOf(body));
		},

		async create(webhook) {
			const { body } = await send(context, {
				method: 'POST',
				url: webhooksPath,
				body: { ...webhook, data_options: { ...webhook.data_options } },
				// All that can be unknown to Samora about a new webhook is its agent.
				subject: { thing: 'Agent', ids: { agent_id: webhook.agent_id } },
				isValidBody: (answered) => isCreated(dataOf(answered)),
			});
			const { id, secret } = dataOf(body);
			return { id: String(id), secret: String(secret) };
		},

		async update(id, { data_options, ...changes }) {
			await send(context, {
				...one(id),
				method: 'PUT',
				body: { ...changes, ...(data_options && { data_options: { ...data_options } }) },
			});
		},

		async remove(id) {
			await send(context, {
				...one(id),
				method: 'DELETE',
				// Nothing says what a successful removal answers: perhaps nothing at all.
				isValidBody: () => true,
				alsoFine: [404],
			});
		},
	};
}

/** What Samora knows about a call: the details' `data`. */
export async function callDetails(
	context: Context,
	callId: string,
): Promise<Record<string, unknown>> {
	const { body } = await send(context, {
		method: 'GET',
		url: filledPath(oneCallPath, { call_id: callId }),
		subject: { thing: 'Call', ids: { call_id: callId } },
	});
	return dataOf(body);
}

/** @throws NodeApiError in the API's own words */
async function send(
	context: Context,
	{ method, url, body, subject, isValidBody, alsoFine = [] }: Request,
): Promise<Answer> {
	const result = await callSamora(
		context,
		{ method, url, timeout: TIMEOUT_MS, ...(body && { body }) },
		isValidBody && { isValidBody },
	);
	const { answer, fate } = result;
	if (answer && (fate === 'done' || alsoFine.includes(answer.statusCode))) return answer;
	throw exchangeError(context.getNode(), result, subject);
}

function dataOf(body: unknown): Record<string, unknown> {
	return isRecord(body) && isRecord(body.data) ? body.data : {};
}

function isCreated({ id, secret }: Record<string, unknown>): boolean {
	return [id, secret].every((part) => typeof part === 'string' && part !== '');
}

/** @returns undefined for what has no id, and so cannot be dealt with */
function readWebhook(value: unknown): Webhook | undefined {
	if (!isRecord(value) || typeof value.id !== 'string') return undefined;
	const { id, agent_id, url, events, data_options, custom_headers, is_active } = value;
	const createdAt = Date.parse(String(value.created_at));
	return {
		id,
		...(typeof agent_id === 'string' && { agent_id }),
		...(typeof url === 'string' && { url }),
		...(Array.isArray(events) && { events: events.filter((event) => typeof event === 'string') }),
		...(isRecord(data_options) && {
			data_options: {
				include_transcript: data_options.include_transcript === true,
				include_recording_url: data_options.include_recording_url === true,
			},
		}),
		...(isRecord(custom_headers) && {
			custom_headers: Object.fromEntries(
				Object.entries(custom_headers).map(([name, text]) => [name, String(text)]),
			),
		}),
		...(typeof is_active === 'boolean' && { is_active }),
		...(!Number.isNaN(createdAt) && { created_at: createdAt }),
	};
}
