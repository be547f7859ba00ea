import type { IDataObject, IHookFunctions } from 'n8n-workflow';

import type { Answer } from '../../shared/api/answers';
import { callSamora, filledPath } from '../../shared/api/api';
import type { Patience } from '../../shared/api/exchange';
import { apiError, type Subject } from '../../shared/api/problems';
import { isRecord } from '../../shared/parameters';
import { oneWebhookPath, webhooksPath } from '../../shared/webhook';
import { aboutRequest, again } from './publishingMessages';
import type { Webhook, WebhookApi } from './registration';

/** How long one answer is waited for. */
const TIMEOUT_MS = 5_000;
/** When Samora asks to wait longer than this, the person is told: n8n tries again by itself. */
const LONGEST_PAUSE_MS = 1_000;

interface Request {
	method: 'GET' | 'POST' | 'PUT' | 'DELETE';
	url: string;
	body?: IDataObject;
	subject: Subject;
	/** Whether the body of a success is what it should be; a JSON object unless it says otherwise. */
	whole?: Patience['whole'];
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
		subject: { thing: 'Webhook', given: { 'Webhook ID': id } },
	});

	return {
		async list() {
			const { body } = await send({
				method: 'GET',
				url: webhooksPath,
				subject: { thing: 'List of webhooks', given: {} },
				whole: (answered) => listIn(answered) !== undefined,
			});
			return (listIn(body) ?? []).flatMap((each) => readWebhook(each) ?? []);
		},

		async get(id) {
			const { statusCode, body } = await send({
				...one(id),
				method: 'GET',
				whole: (answered) => readWebhook(dataOf(answered)) !== undefined,
				alsoFine: [404],
			});
			return statusCode === 404 ? undefined : readWebhook(dataOf(body));
		},

		async create(webhook) {
			const { body } = await send({
				method: 'POST',
				url: webhooksPath,
				body: { ...webhook, data_options: { ...webhook.data_options } },
				// All that can be unknown to Samora about a new webhook is its agent.
				subject: { thing: 'Agent', given: { 'Agent ID': webhook.agent_id } },
				whole: (answered) => readWebhook(dataOf(answered)) !== undefined,
			});
			const { id, secret } = dataOf(body);
			return { id: String(id), secret: typeof secret === 'string' ? secret : '' };
		},

		async update(id, { data_options, ...changes }) {
			await send({
				...one(id),
				method: 'PUT',
				whole: (answered) => isRecord(answered) || isEmpty(answered),
				body: { ...changes, ...(data_options && { data_options: { ...data_options } }) },
			});
		},

		async remove(id) {
			await send({
				...one(id),
				method: 'DELETE',
				// Samora does not document the answer to a removal. It may be empty.
				whole: () => true,
				alsoFine: [404],
			});
		},
	};
}

/** @throws NodeApiError in Samora's own words */
async function sendBefore(
	until: number,
	context: IHookFunctions,
	{ method, url, body, subject, whole = isRecord, alsoFine = [] }: Request,
): Promise<Answer> {
	const ended = await callSamora(
		context,
		{
			method,
			url,
			timeout: TIMEOUT_MS,
			// The timeout does not end an answer that comes in small pieces.
			abortSignal: AbortSignal.timeout(Math.max(1, until - Date.now())),
			...(body && { body }),
		},
		{ whole, repeats: 1, longestPause: LONGEST_PAUSE_MS },
	);
	const answer = 'answer' in ended ? ended.answer : undefined;
	if (answer && (ended.fate === 'done' || alsoFine.includes(answer.statusCode))) return answer;
	throw apiError(
		context.getNode(),
		aboutRequest(ended, subject, again(context)),
		answer && { httpCode: answer.statusCode },
	);
}

const isEmpty = (body: unknown): boolean => body === undefined || body === null || body === '';

/** What is in the envelope `data`, or the body itself when it has none. */
function dataOf(body: unknown): Record<string, unknown> {
	if (!isRecord(body)) return {};
	return isRecord(body.data) ? body.data : body;
}

/** The list of webhooks: under its documented name, or the only list there is. */
function listIn(body: unknown): unknown[] | undefined {
	const inside = isRecord(body) ? (body.data ?? body) : body;
	if (Array.isArray(inside)) return inside;
	if (!isRecord(inside)) return undefined;
	if (Array.isArray(inside.webhooks)) return inside.webhooks;
	const [list, ...others] = Object.values(inside).filter(Array.isArray);
	return others.length === 0 ? list : undefined;
}

/** @returns undefined when it has no ID */
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
