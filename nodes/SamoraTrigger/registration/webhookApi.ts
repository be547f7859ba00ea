import type { IDataObject, IHookFunctions } from 'n8n-workflow';

import type { Answer } from '../../shared/api/answers';
import { callSamora, filledPath } from '../../shared/api/api';
import { idIn, isFromApi, thingIn } from '../../shared/api/envelope';
import type { RetryPolicy } from '../../shared/api/exchange';
import { hasList, listIn } from '../../shared/api/lists';
import { apiError } from '../../shared/api/nodeErrors';
import type { Subject } from '../../shared/api/problems';
import { isRecord } from '../../shared/parameters';
import { oneWebhookPath, webhookIdIn, WEBHOOKS, webhooksPath } from '../../shared/webhook';
import { again, describeRequest } from './publishingMessages';
import type { Webhook, WebhookApi } from './registration';

/** How long one answer is waited for. */
const TIMEOUT_MS = 5_000;
/** When Samora asks to wait longer than this, the user is told: n8n tries again by itself. */
const LONGEST_PAUSE_MS = 1_000;

interface Request {
	method: 'GET' | 'POST' | 'PUT' | 'DELETE';
	url: string;
	body?: IDataObject;
	subject: Subject;
	isValidBody?: RetryPolicy['isValidBody'];
	/** Statuses that are an answer here, though not a success. */
	alsoFine?: number[];
}

/**
 * The webhooks of the Samora organization that the node's credential belongs to.
 *
 * @param until Unix time in milliseconds: no request goes on after that
 */
export function webhookApi(context: IHookFunctions, until: number): WebhookApi {
	const send = async (request: Request) => await sendBefore(until, context, request);
	const one = (id: string) => ({
		url: filledPath(oneWebhookPath, { webhook_id: id }),
		subject: { thing: 'Webhook' as const, ids: { webhook_id: id } },
	});

	return {
		async list() {
			const { body } = await send({
				method: 'GET',
				url: webhooksPath,
				subject: { thing: 'List of webhooks', ids: {} },
				isValidBody: hasList(WEBHOOKS),
			});
			return (listIn(body, WEBHOOKS) ?? []).flatMap((each) => readWebhook(each) ?? []);
		},

		async get(id) {
			const { statusCode, body } = await send({
				...one(id),
				method: 'GET',
				isValidBody: (answered) => readWebhook(thingIn(answered)) !== undefined,
				alsoFine: [404],
			});
			return statusCode === 404 ? undefined : readWebhook(thingIn(body));
		},

		async create(webhook) {
			const { body } = await send({
				method: 'POST',
				url: webhooksPath,
				body: { ...webhook, data_options: { ...webhook.data_options } },
				// All that can be unknown to Samora about a new webhook is its agent.
				subject: { thing: 'Agent', ids: { agent_id: webhook.agent_id } },
				isValidBody: (answered) => webhookIdIn(answered) !== '',
			});
			return { id: webhookIdIn(body), secret: idIn(body, 'secret') };
		},

		async update(id, { data_options, ...changes }) {
			await send({
				...one(id),
				method: 'PUT',
				isValidBody: isFromApi,
				body: { ...changes, ...(data_options && { data_options: { ...data_options } }) },
			});
		},

		async remove(id) {
			await send({
				...one(id),
				method: 'DELETE',
				// Samora does not document the answer to a removal. It may be empty.
				isValidBody: isFromApi,
				alsoFine: [404],
			});
		},
	};
}

/** @throws NodeApiError in Samora's own words */
async function sendBefore(
	until: number,
	context: IHookFunctions,
	{ method, url, body, subject, isValidBody, alsoFine = [] }: Request,
): Promise<Answer> {
	const result = await callSamora(
		context,
		{
			method,
			url,
			timeout: TIMEOUT_MS,
			abortSignal: AbortSignal.timeout(Math.max(1, until - Date.now())),
			...(body && { body }),
		},
		{ ...(isValidBody && { isValidBody }), maxRetries: 1, longestPause: LONGEST_PAUSE_MS },
	);
	const { answer, fate } = result;
	if (answer && (fate === 'done' || alsoFine.includes(answer.statusCode))) return answer;
	throw apiError(context.getNode(), describeRequest(result, subject, again(context)), {
		httpCode: answer?.statusCode,
	});
}

/** @returns undefined when it has no ID */
function readWebhook(value: unknown): Webhook | undefined {
	const id = webhookIdIn(value);
	if (!isRecord(value) || id === '') return undefined;
	const { agent_id, url, events, data_options, custom_headers, is_active } = value;
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
