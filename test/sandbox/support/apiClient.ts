import { SANDBOX_AGENTS, SANDBOX_API_KEY, type Campaign, type Sandbox } from '../../../sandbox';

export const AGENT = SANDBOX_AGENTS[0].id;
export const OTHER_AGENT = SANDBOX_AGENTS[1].id;
export const NOBODY = '99999999-9999-4999-8999-999999999999';

export interface Reply<T> {
	status: number;
	headers: Headers;
	text: string;
	/** Parsed; undefined when there is no body. */
	body: T;
}

export interface Enveloped<T> {
	message: string;
	data: T;
}

/** Talks to a sandbox as any client of the API would. */
export class ApiClient {
	constructor(private readonly sandbox: Pick<Sandbox, 'url'>) {}

	async request<T = { message: string }>(
		method: string,
		path: string,
		body?: unknown,
		headers: Record<string, string> = { 'x-api-key': SANDBOX_API_KEY },
	): Promise<Reply<T>> {
		const response = await fetch(this.sandbox.url + path, {
			method,
			headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
			...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
		});
		const text = await response.text();
		const parsed: unknown = text === '' ? undefined : JSON.parse(text);
		return { status: response.status, headers: response.headers, text, body: parsed as T };
	}

	async trigger(toNumber: string, metadata?: Record<string, unknown>): Promise<string> {
		const reply = await this.request<{ call_id: string }>('POST', '/v1/call/trigger', {
			agent_id: AGENT,
			to_number: toNumber,
			metadata,
		});
		if (reply.status !== 202) throw new Error(reply.text);
		return reply.body.call_id;
	}

	async campaign(fields: Record<string, unknown> = {}): Promise<CampaignClient> {
		const reply = await this.request<Enveloped<{ campaign_id: string }>>(
			'POST',
			`/v1/external/campaigns/${AGENT}`,
			{ name: 'Spring', ...fields },
		);
		if (reply.status !== 201) throw new Error(reply.text);
		return new CampaignClient(this, reply.body.data.campaign_id);
	}
}

export class CampaignClient {
	readonly path: string;

	constructor(
		private readonly api: ApiClient,
		readonly id: string,
	) {
		this.path = `/v1/external/campaigns/${AGENT}/${id}`;
	}

	add(...numbers: string[]) {
		return this.api.request<Enveloped<{ scheduled_call_ids: string[] }>>(
			'POST',
			`${this.path}/scheduled-calls`,
			{ phone_numbers: numbers.map((to_number) => ({ to_number })) },
		);
	}

	act(action: 'start' | 'stop' | 'cancel') {
		return this.api.request<Enveloped<Campaign>>('POST', `${this.path}/${action}`);
	}

	async now(): Promise<Campaign> {
		return (await this.api.request<Enveloped<Campaign>>('GET', this.path)).body.data;
	}
}

/** An ordinary number, different for every n. */
export const ordinary = (n: number) => `+1${4152000000 + n}`;
