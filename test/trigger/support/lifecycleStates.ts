import { N8nHost, triggerNode } from './n8nHost';

import type { INode } from 'n8n-workflow';

import { hashToken, TRIGGER_HEADER } from '../../../nodes/SamoraTrigger/authenticity/token';
import { startSandbox, type Sandbox, type WebhookState } from '../../../sandbox';

export type Moment = 'publish' | 'unpublish' | 'restart';

/** A sandbox and an n8n for one case after the other. */
export class Lane {
	workflowId = '';
	nodes: INode[] = [];
	/** Webhooks that are none of this trigger's business. */
	others: WebhookState[] = [];
	/** Whether the published version is another one than the saved, as n8n sees it. */
	private changed = false;
	private address = '';

	private constructor(
		readonly sandbox: Sandbox,
		readonly host: N8nHost,
	) {}

	static async open(): Promise<Lane> {
		const sandbox = await startSandbox({ port: 0, filesPort: 0 });
		const host = await N8nHost.start({ apiKey: sandbox.apiKey, baseUrl: sandbox.url });
		const lane = new Lane(sandbox, host);
		lane.address = host.baseUrl;
		return lane;
	}

	async close(): Promise<void> {
		await this.host.stop();
		await this.sandbox.stop();
	}

	/** Another workflow, in this state. */
	async begin(workflowId: string, { prepare }: State): Promise<void> {
		await this.sandbox.control.reset();
		this.host.credential = { apiKey: this.sandbox.apiKey, baseUrl: this.sandbox.url };
		this.host.baseUrl = this.address;
		this.changed = false;
		this.workflowId = workflowId;
		this.nodes = [this.newNode()];
		this.save();
		await this.request('POST', '', {
			agent_id: this.agent(1),
			name: "Somebody else's",
			url: 'https://crm.example.com/samora',
			events: ['CALL_FINISHED'],
		});
		await prepare(this);
		const ours = (await this.ours()).map(({ id }) => id);
		this.others = (await this.webhooks()).filter(({ id }) => !ours.includes(id));
	}

	/** What the person or n8n does now. */
	async act(moment: Moment, attempts: { publish: number; unpublish: number }): Promise<string[]> {
		const { host, workflowId } = this;
		const refused =
			moment === 'unpublish'
				? await host.unpublish(workflowId, { attempts: attempts.unpublish })
				: await this.register(moment, attempts);
		return Object.values(refused).map(({ message }) => message);
	}

	private async register(moment: Moment, attempts: { publish: number; unpublish: number }) {
		const { host, workflowId } = this;
		if (moment === 'restart') return await host.publish(workflowId, { mode: 'init' });
		// Of a changed version n8n takes the old one down first.
		if (this.changed) await host.unpublish(workflowId, { attempts: attempts.unpublish });
		return await host.publish(workflowId, { attempts: attempts.publish });
	}

	agent(n: number): string {
		return this.sandbox.agents[n].id;
	}

	newNode(name = 'Samora Trigger'): INode {
		return triggerNode({ agentId: this.agent(0), events: ['CALL_FINISHED'] }, { name });
	}

	save(name?: string): void {
		this.host.save(this.workflowId, { nodes: this.nodes, ...(name && { name }) });
	}

	change(parameters: INode['parameters']): void {
		Object.assign(this.nodes[0].parameters, parameters);
		this.save();
		this.changed = true;
	}

	moveTo(hostname: string): void {
		this.host.baseUrl = this.address.replace('127.0.0.1', hostname);
	}

	async publish(workflowId = this.workflowId): Promise<void> {
		const refused = await this.host.publish(workflowId);
		if (Object.keys(refused).length > 0) throw Object.values(refused)[0];
	}

	webhooks(): Promise<WebhookState[]> {
		return this.sandbox.control.webhooks();
	}

	/** All that is at Samora because of this workflow, whatever has become of it; no test listen's. */
	async ours(): Promise<WebhookState[]> {
		const known = this.others.map(({ id }) => id);
		return (await this.webhooks()).filter(
			({ id, url, custom_headers }) =>
				!known.includes(id) &&
				(this.nodes.some((node) => url.includes(`/webhook/${node.webhookId}/`)) ||
					custom_headers['X-Edited'] !== undefined),
		);
	}

	/** Whether this is what the node is configured for, and n8n knows its secret and token. */
	isRight(webhook: WebhookState, node: INode): boolean {
		const kept = this.host.staticData(this.workflowId)[`node:${node.name}`] ?? {};
		const { agentId, events } = node.parameters as { agentId: string; events: string[] };
		return (
			webhook.url === this.host.webhookUrl(node) &&
			webhook.agent_id === agentId &&
			webhook.events.join() === events.join() &&
			webhook.is_active &&
			kept.webhookId === webhook.id &&
			kept.secret === webhook.secret &&
			kept.tokenHash === hashToken(webhook.custom_headers[TRIGGER_HEADER] ?? '')
		);
	}

	async theOnly(): Promise<WebhookState> {
		const [webhook, ...more] = await this.ours();
		if (!webhook || more.length > 0) throw new Error('There is not exactly one webhook');
		return webhook;
	}

	async request(method: string, path: string, body?: object): Promise<void> {
		const response = await fetch(`${this.sandbox.url}/v2/webhooks${path}`, {
			method,
			headers: { 'content-type': 'application/json', 'x-api-key': this.sandbox.apiKey },
			...(body && { body: JSON.stringify(body) }),
		});
		if (!response.ok) throw new Error(`${method} ${path}: ${response.status}`);
	}
}

export interface State {
	name: string;
	/** At which moments it can be met. */
	moments: readonly Moment[];
	prepare: (lane: Lane) => Promise<void>;
}

const ALWAYS: Moment[] = ['publish', 'restart', 'unpublish'];

/** What can be found when n8n publishes, unpublishes or starts. */
export const STATES: readonly State[] = [
	{ name: 'never published', moments: ['publish'], prepare: async () => {} },
	{ name: 'published', moments: ALWAYS, prepare: async (lane) => await lane.publish() },
	{
		name: 'published, then events or options changed',
		moments: ['publish', 'unpublish'],
		prepare: async (lane) => {
			await lane.publish();
			lane.change({ events: ['CALL_STARTED', 'CALL_FAILED'] });
		},
	},
	{
		name: 'published, then the agent changed',
		moments: ['publish', 'unpublish'],
		prepare: async (lane) => {
			await lane.publish();
			lane.change({ agentId: lane.agent(1) });
		},
	},
	{
		name: 'workflow and node renamed',
		moments: ['publish', 'unpublish'],
		prepare: async (lane) => {
			await lane.publish();
			lane.nodes[0].name = 'Outcomes';
			lane.save('Another name');
		},
	},
	{
		name: 'n8n killed between creating and storing, or its database restored from before that',
		moments: ALWAYS,
		prepare: async (lane) => {
			await lane.host.publish(lane.workflowId, { killed: true });
		},
	},
	{
		name: "n8n's database restored from yesterday, when another webhook was registered",
		moments: ALWAYS,
		prepare: async (lane) => {
			await lane.publish();
			const yesterday = lane.host.staticData(lane.workflowId);
			await lane.host.unpublish(lane.workflowId);
			await lane.publish();
			lane.host.setStaticData(lane.workflowId, yesterday);
		},
	},
	{
		name: 'webhook deleted at Samora',
		moments: ALWAYS,
		prepare: async (lane) => {
			await lane.publish();
			await lane.request('DELETE', `/${(await lane.theOnly()).id}`);
		},
	},
	{
		name: 'webhook disabled at Samora',
		moments: ALWAYS,
		prepare: async (lane) => {
			await lane.publish();
			await lane.request('PUT', `/${(await lane.theOnly()).id}`, { is_active: false });
		},
	},
	{
		name: 'webhook edited at Samora: URL, events, headers',
		moments: ALWAYS,
		prepare: async (lane) => {
			await lane.publish();
			await lane.request('PUT', `/${(await lane.theOnly()).id}`, {
				url: 'https://crm.example.com/elsewhere',
				events: ['CALL_STARTED'],
				custom_headers: { 'X-Edited': 'yes' },
			});
		},
	},
	{
		name: "n8n's URL changed",
		moments: ALWAYS,
		prepare: async (lane) => {
			await lane.publish();
			lane.moveTo('localhost');
		},
	},
	{
		name: 'workflow duplicated, the copy published too',
		moments: ALWAYS,
		prepare: async (lane) => {
			await lane.publish();
			const [original] = lane.nodes;
			const copy = { ...original, webhookId: lane.newNode().webhookId };
			lane.host.save(`${lane.workflowId}-copy`, { nodes: [copy] });
			await lane.publish(`${lane.workflowId}-copy`);
		},
	},
	{
		name: 'two triggers on one agent',
		moments: ALWAYS,
		prepare: async (lane) => {
			lane.nodes.push(lane.newNode('Second'));
			lane.save();
			await lane.publish();
		},
	},
	{
		name: 'published, and a test listen under way',
		moments: ALWAYS,
		prepare: async (lane) => {
			await lane.publish();
			await lane.host.listenForTest(lane.workflowId);
		},
	},
];
