import assert from 'node:assert/strict';

import type { IDataObject } from 'n8n-workflow';

import {
	startSandbox,
	type CallState,
	type DialectName,
	type Sandbox,
	type SandboxControl,
} from '../../sandbox';
import { DIALECTS } from '../../sandbox/settings/dialects';
import { runNode, samoraNode, type Outcome } from '../support/engine';
import type { Parameters } from '../support/sandboxRuns';
import { N8nHost } from '../trigger/support/n8nHost';

/** What n8n repeats when a node stops: a placed call must not be placed again then. */
export const REPEATED = { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 };

export const locator = (value: string) => ({ __rl: true as const, mode: 'id', value });

/** One sandbox that speaks a dialect, and the n8n beside it. */
export class Job {
	#numbers = 0;

	private constructor(
		readonly sandbox: Sandbox,
		readonly host: N8nHost,
		private readonly dialect: DialectName,
	) {}

	static async open(dialect: DialectName): Promise<Job> {
		const sandbox = await startSandbox({ speed: 0, settings: { dialect }, checkAnswers: true });
		const host = await N8nHost.start({ apiKey: sandbox.apiKey, baseUrl: sandbox.url });
		return new Job(sandbox, host, dialect);
	}

	async close(): Promise<void> {
		await this.host.stop();
		await this.sandbox.stop();
	}

	get control(): SandboxControl {
		return this.sandbox.control;
	}

	get agentId(): string {
		return this.sandbox.agents[0].id;
	}

	get credential() {
		return { apiKey: this.sandbox.apiKey, baseUrl: this.sandbox.url };
	}

	get campaignsPath(): string {
		return `/v1/external/campaigns/${this.agentId}`;
	}

	/** A number that nobody else has. */
	number(): string {
		this.#numbers += 1;
		return `+1415${3_000_000 + this.#numbers}`;
	}

	numbers(count: number): string[] {
		return Array.from({ length: count }, () => this.number());
	}

	/** A call's id as this dialect tells it. */
	told({ id }: { id: string }): string {
		return String(DIALECTS[this.dialect].callId?.(id) ?? id);
	}

	async run(parameters: Parameters, items: IDataObject[] = [{}]): Promise<Outcome> {
		const node = samoraNode({ agentId: this.agentId, ...parameters }, REPEATED);
		return await runNode(node, items, this.credential);
	}

	/** The items that come out of what must go well. */
	async done(parameters: Parameters, items?: IDataObject[]): Promise<IDataObject[]> {
		return itemsOf(await this.run(parameters, items));
	}

	/** What the node says of what Samora refuses. */
	async refused(parameters: Parameters): Promise<string> {
		const { error } = await this.run(parameters);
		assert(error, 'the node did not stop');
		assert.doesNotMatch(error.message, /not known/);
		return error.message;
	}

	/** A request of somebody else's, to have something there. */
	async post(path: string, body: object = {}): Promise<string> {
		const response = await fetch(this.sandbox.url + path, {
			method: 'POST',
			headers: { 'content-type': 'application/json', 'x-api-key': this.sandbox.apiKey },
			body: JSON.stringify(body),
		});
		assert(response.ok, `POST ${path}: ${response.status}`);
		return await response.text();
	}

	/** The one call to a number. */
	async callTo(number: string): Promise<CallState> {
		const [call, ...more] = (await this.control.calls()).filter(
			({ to_number }) => to_number === number,
		);
		assert(call, `${number} was not called`);
		assert.equal(more.length, 0, `${number} was called ${more.length + 1} times`);
		return call;
	}

	async finishedCall(): Promise<CallState> {
		const to_number = this.number();
		await this.post('/v1/call/trigger', { agent_id: this.agentId, to_number });
		await this.control.advance(60);
		return await this.callTo(to_number);
	}

	async campaign(name: string, recipients: string[] = []): Promise<{ id: string; path: string }> {
		await this.post(this.campaignsPath, { name });
		const { id } = (await this.control.campaigns()).at(-1)!;
		const path = `${this.campaignsPath}/${id}`;
		if (recipients.length > 0) await this.post(`${path}/scheduled-calls`, asked(recipients));
		return { id, path };
	}

	async statusOf(id: string): Promise<string | undefined> {
		return (await this.control.campaigns()).find((campaign) => campaign.id === id)?.status;
	}

	async webhook(name: string): Promise<string> {
		await this.post('/v2/webhooks', {
			agent_id: this.agentId,
			name,
			url: 'https://example.com/events',
			events: ['CALL_FINISHED'],
		});
		return (await this.control.webhooks()).at(-1)!.id;
	}

	/** Whether this dialect tells the ids of scheduled calls at all. */
	async tellsScheduledIds(): Promise<boolean> {
		const { path } = await this.campaign('To learn what is told');
		return (await this.post(`${path}/scheduled-calls`, asked(this.numbers(1)))).includes('[');
	}

	/** Nobody is missing or twice in a campaign, and each id that is told comes out with its recipient. */
	async expectScheduled(id: string, numbers: string[], items: IDataObject[]): Promise<void> {
		const calls = await this.control.calls({ campaign_id: id });
		assert.deepEqual(
			calls.map(({ to_number }) => to_number),
			numbers,
		);
		assert.equal(items.length, numbers.length);
		if (!(await this.tellsScheduledIds())) return;
		assert.deepEqual(
			items.map(({ scheduled_call_id }) => String(scheduled_call_id)),
			calls.map((call) => this.told(call)),
		);
	}
}

const asked = (recipients: string[]) => ({
	phone_numbers: recipients.map((to_number) => ({ to_number })),
});

/** The items of what went well, and was not called unknown. */
export function itemsOf({ error, output }: Outcome): IDataObject[] {
	if (error) assert.fail(`${error.message} ${error.description ?? ''}`.trim());
	const items = output.map(({ json }) => json);
	assert.doesNotMatch(JSON.stringify(items), /not known/);
	return items;
}
