import { randomBytes, randomUUID } from 'node:crypto';
import type { CreateWebhookBody, EventType, UpdateWebhookBody, Webhook } from './apiShapes';
import { iso } from './calls';
import type { Clock } from './clock';

export interface WebhookRecord extends Omit<Webhook, 'created_at' | 'updated_at'> {
	secret: string;
	created_at: number;
	updated_at: number;
}

export const EVENT_TYPES = [
	{
		event_type: 'CALL_STARTED',
		display_name: 'Call started',
		description: 'An inbound or outbound call begins.',
		available_data_options: [],
	},
	{
		event_type: 'CALL_FINISHED',
		display_name: 'Call finished',
		description: 'A call ends; transcript and recording are available.',
		available_data_options: ['include_transcript', 'include_recording_url'],
	},
	{
		event_type: 'CALL_FAILED',
		display_name: 'Call failed',
		description: 'A call fails, is rejected or goes unanswered.',
		available_data_options: [],
	},
] as const;

export class Webhooks {
	readonly #records = new Map<string, WebhookRecord>();

	constructor(private readonly clock: Clock) {}

	all(): WebhookRecord[] {
		return [...this.#records.values()];
	}

	find(id: string): WebhookRecord | undefined {
		return this.#records.get(id.toLowerCase());
	}

	subscribedTo(event: EventType, agentId: string): WebhookRecord[] {
		return this.all().filter(
			(webhook) =>
				webhook.is_active && webhook.agent_id === agentId && webhook.events.includes(event),
		);
	}

	create(body: CreateWebhookBody): WebhookRecord {
		const now = this.clock.now();
		const webhook: WebhookRecord = {
			id: randomUUID(),
			agent_id: body.agent_id.toLowerCase(),
			name: body.name,
			url: body.url,
			events: body.events,
			data_options: allOptions(body.data_options),
			custom_headers: body.custom_headers ?? {},
			is_active: true,
			created_at: now,
			updated_at: now,
			secret: `whsec_${randomBytes(32).toString('base64')}`,
		};
		this.#records.set(webhook.id, webhook);
		return webhook;
	}

	update(webhook: WebhookRecord, change: UpdateWebhookBody) {
		const { data_options, ...rest } = change;
		Object.assign(webhook, rest);
		if (data_options) webhook.data_options = allOptions(data_options);
		webhook.updated_at = this.clock.now();
	}

	delete(webhook: WebhookRecord) {
		this.#records.delete(webhook.id);
	}

	/** Without the secret, which only the response to its creation has. */
	present(webhook: WebhookRecord): Webhook {
		const { id, agent_id, name, url, events, data_options, custom_headers, is_active } = webhook;
		return {
			id,
			agent_id,
			name,
			url,
			events,
			data_options,
			custom_headers,
			is_active,
			created_at: iso(webhook.created_at),
			updated_at: iso(webhook.updated_at),
		};
	}
}

const allOptions = (options: CreateWebhookBody['data_options'] = {}) => ({
	include_transcript: false,
	include_recording_url: false,
	...options,
});
