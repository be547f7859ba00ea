import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import express, { type Request, type Response } from 'express';
import {
	ExecutionLifecycleHooks,
	HookContext,
	TriggerContext,
	WebhookContext,
	WorkflowExecute,
} from 'n8n-core';
import {
	NodeHelpers,
	ObservableObject,
	Workflow,
	type IDataObject,
	type INode,
	type INodeExecutionData,
	type IRun,
	type IWebhookData,
	type IWorkflowExecuteAdditionalData,
	type NodeParameterValueType,
	type WorkflowActivateMode,
} from 'n8n-workflow';

import { processMemory } from '../../../nodes/SamoraTrigger/registration/processMemory';
import {
	additionalData,
	executionFrom,
	nodeTypes,
	type SamoraCredential,
} from '../../support/engine';

/** A workflow as n8n's database holds it. The static data is text there, so nothing is shared by reference. */
interface Saved {
	name: string;
	nodes: INode[];
	staticData: string;
}

export interface Execution {
	workflowId: string;
	mode: 'webhook' | 'manual';
	finished: Promise<IRun>;
}

interface Listening {
	workflowId: string;
	node: string;
	/** Only a test listen keeps its own, beside the database. */
	test?: { staticData: IDataObject };
}

const ACTIVATION_ATTEMPTS = 5;
const TEARDOWN_ATTEMPTS = 3;

/**
 * What n8n's server does around a webhook trigger, in the order n8n 2.41 does it: registering and deregistering with
 * its retries (without the pauses between), static data, test listens, and the way from an HTTP request to an
 * execution. The contexts the node runs in, the expressions, the requests and the execution are n8n-core's.
 */
export class N8nHost {
	readonly executions: Execution[] = [];

	/** Where Samora is told to send its events. Loopback, until a test says otherwise. */
	baseUrl = '';

	/** As when n8n's database is gone: executions cannot be started. */
	broken = false;

	/** How long a request waits for an answer, where the trigger would wait longer. */
	longestWaitMs = Infinity;

	/** Holds back each execution's start until it resolves. */
	beforeStart: Promise<void> | undefined;

	/** How many deliveries have arrived, and how many executions are held back. */
	arrived = 0;
	held = 0;

	private readonly database = new Map<string, Saved>();

	private readonly listening = new Map<string, Listening>();

	/** Published workflows as the process that polls has them in its memory. */
	private readonly active = new Map<string, Workflow>();

	private constructor(
		private readonly server: Server,
		public credential: SamoraCredential,
	) {}

	static async start(credential: SamoraCredential): Promise<N8nHost> {
		const app = express();
		const server = app.listen(0, '127.0.0.1');
		await once(server, 'listening');
		// A connection that is kept for the next delivery is not to end while a slow machine prepares that.
		server.keepAliveTimeout = 120_000;
		const host = new N8nHost(server, credential);
		host.baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
		app.post(
			'/:kind/*path',
			express.raw({ type: () => true, limit: '16mb' }),
			async (req, res) => await host.receive(req, res),
		);
		return host;
	}

	async stop(): Promise<void> {
		this.server.close();
		this.server.closeAllConnections();
		await once(this.server, 'close');
	}

	/** As when n8n ends and starts again: what only its process knew is gone. */
	restart(): void {
		processMemory.clear();
		this.active.clear();
	}

	/** As in n8n's queue mode, where another process receives the deliveries than the one that polls. */
	forgetProcessMemory(): void {
		processMemory.clear();
	}

	/** As when a polling trigger of the same workflow has an event: n8n writes the static data as the poll knows them. */
	poll(id: string): void {
		const workflow = this.active.get(id);
		if (!workflow) throw new Error(`Workflow ${id} is not published`);
		const cursor = workflow.getStaticData('node', { name: 'Poller' } as INode);
		cursor.polls = Number(cursor.polls ?? 0) + 1;
		this.saveStaticData(id, workflow);
	}

	/** Forgets all workflows and executions. */
	reset(): void {
		this.restart();
		this.executions.length = 0;
		this.database.clear();
		this.listening.clear();
		this.broken = false;
		this.beforeStart = undefined;
		this.arrived = 0;
	}

	save(id: string, { nodes, name = 'Call outcomes' }: { nodes: INode[]; name?: string }): void {
		const staticData = this.database.get(id)?.staticData ?? '{}';
		this.database.set(id, { name, nodes: structuredClone(nodes), staticData });
	}

	staticData(id: string): Record<string, Record<string, string>> {
		return JSON.parse(this.saved(id).staticData);
	}

	/** As when a backup is restored. */
	setStaticData(id: string, staticData: unknown): void {
		this.saved(id).staticData = JSON.stringify(staticData);
	}

	webhookUrl(node: INode, kind: 'webhook' | 'webhook-test' = 'webhook'): string {
		return `${this.baseUrl}/${kind}/${node.webhookId}/webhook`;
	}

	/** Whether n8n has a trigger's webhook among its own, and so takes it for registered. */
	isListening(node: INode): boolean {
		return this.listening.has(keyOf('webhook', `${node.webhookId}/webhook`));
	}

	/**
	 * @param killed n8n does not live to store what it registered
	 * @returns what the last attempt threw, by node, as n8n shows it in the publication status
	 */
	async publish(
		id: string,
		{
			killed = false,
			mode = 'activate' as WorkflowActivateMode,
			attempts = ACTIVATION_ATTEMPTS,
		} = {},
	): Promise<Record<string, Error>> {
		const workflow = this.load(id);
		const refused: Record<string, Error> = {};
		await Promise.all(
			this.webhooksOf(id, workflow).map(async (webhook) => {
				for (let attempt = 1; attempt <= attempts; attempt++) {
					try {
						await this.register(workflow, webhook, mode);
						return;
					} catch (error) {
						refused[webhook.node] = error as Error;
					}
					if (attempt < attempts) delete refused[webhook.node];
				}
			}),
		);
		await this.startTriggers(id, workflow, mode);
		if (!killed) this.saveStaticData(id, workflow);
		return refused;
	}

	/** n8n gives `trigger` the same static data as the polling triggers of the workflow have. */
	private async startTriggers(id: string, workflow: Workflow, mode: WorkflowActivateMode) {
		this.active.set(id, workflow);
		for (const node of Object.values(workflow.nodes)) {
			const type = nodeTypes.getByNameAndVersion(node.type, node.typeVersion);
			const context = new TriggerContext(workflow, node, this.additionalData(id), 'trigger', mode);
			await type.trigger?.call(context);
		}
	}

	/** @returns what the last attempt threw, by node: n8n gives up then */
	async unpublish(
		id: string,
		{ attempts = TEARDOWN_ATTEMPTS } = {},
	): Promise<Record<string, Error>> {
		const workflow = this.load(id);
		const refused: Record<string, Error> = {};
		await Promise.all(
			this.webhooksOf(id, workflow).map(async (webhook) => {
				this.listening.delete(keyOf('webhook', webhook.path));
				for (let attempt = 1; attempt <= attempts; attempt++) {
					try {
						await this.hook('delete', workflow, webhook, 'update');
						delete refused[webhook.node];
						return;
					} catch (error) {
						refused[webhook.node] = error as Error;
					}
				}
			}),
		);
		this.saveStaticData(id, workflow);
		return refused;
	}

	/** What "Listen for test event" does. n8n does not try it twice. */
	async listenForTest(id: string): Promise<void> {
		const workflow = this.load(id, '{}');
		for (const webhook of this.webhooksOf(id, workflow, true)) {
			const key = keyOf('webhook-test', webhook.path);
			this.listening.set(key, { workflowId: id, node: webhook.node });
			try {
				if (!(await this.hook('checkExists', workflow, webhook, 'manual'))) {
					await this.hook('create', workflow, webhook, 'manual');
				}
			} catch (error) {
				await this.endTest(id, workflow);
				throw error;
			}
			const staticData = JSON.parse(JSON.stringify(workflow.staticData)) as IDataObject;
			this.listening.set(key, { workflowId: id, node: webhook.node, test: { staticData } });
		}
	}

	async endTest(id: string, workflow = this.load(id, '{}')): Promise<void> {
		for (const webhook of this.webhooksOf(id, workflow, true)) {
			const key = keyOf('webhook-test', webhook.path);
			const listening = this.listening.get(key);
			if (!listening) continue;
			if (listening.test) workflow.staticData = structuredClone(listening.test.staticData);
			await this.hook('delete', workflow, webhook, 'update');
			this.listening.delete(key);
		}
	}

	/** The JSON that executions of a workflow began with, once they all are finished. */
	async events(workflowId?: string): Promise<IDataObject[]> {
		return (await this.outputs(workflowId)).map(({ json }) => json);
	}

	async outputs(workflowId?: string): Promise<INodeExecutionData[]> {
		const runs = await Promise.all(
			this.executions
				.filter((execution) => workflowId === undefined || execution.workflowId === workflowId)
				.map(async ({ finished }) => await finished),
		);
		return runs.flatMap(({ data: { resultData } }) => {
			if (resultData.error) throw resultData.error;
			return Object.values(resultData.runData).flatMap(
				([{ data }]) => data?.main.flatMap((items) => items ?? []) ?? [],
			);
		});
	}

	private async register(workflow: Workflow, webhook: IWebhookData, mode: WorkflowActivateMode) {
		const key = keyOf('webhook', webhook.path);
		const taken = this.listening.get(key);
		if (taken && taken.workflowId !== webhook.workflowId) {
			throw new Error('There is a conflict with one of the webhooks');
		}
		this.listening.set(key, { workflowId: webhook.workflowId, node: webhook.node });
		try {
			if (!(await this.hook('checkExists', workflow, webhook, mode))) {
				await this.hook('create', workflow, webhook, mode);
			}
		} catch (error) {
			try {
				await this.hook('delete', workflow, webhook, 'update');
				this.saveStaticData(webhook.workflowId, workflow);
				this.listening.delete(key);
			} catch {
				// n8n writes it into its log, and tries to register again.
			}
			throw error;
		}
	}

	private async hook(
		method: 'checkExists' | 'create' | 'delete',
		workflow: Workflow,
		webhook: IWebhookData,
		activation: WorkflowActivateMode,
	): Promise<boolean | undefined> {
		const node = workflow.getNode(webhook.node)!;
		const type = nodeTypes.getByNameAndVersion(node.type, node.typeVersion);
		const mode = method === 'delete' ? 'internal' : webhook.isTest ? 'manual' : 'trigger';
		const context = new HookContext(
			workflow,
			node,
			webhook.workflowExecuteAdditionalData,
			mode,
			activation,
			webhook,
		);
		return await type.webhookMethods?.default?.[method]?.call(context);
	}

	private async receive(req: Request, res: Response): Promise<void> {
		const { kind, path } = req.params as unknown as { kind: string; path: string[] };
		const listening = this.listening.get(keyOf(kind, path.join('/')));
		if (!listening) {
			res.status(404).json({ message: 'The requested webhook is not registered.' });
			return;
		}
		req.rawBody = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0);
		if (req.is('json')) {
			try {
				req.body = JSON.parse(req.rawBody.toString());
			} catch {
				res.status(422).json({ message: 'Failed to parse request body' });
				return;
			}
		}
		this.arrived += 1;
		const { workflowId, node: nodeName, test } = listening;
		const mode = test ? 'manual' : 'webhook';
		const workflow = this.load(workflowId, test ? '{}' : undefined);
		if (test) workflow.setTestStaticData(structuredClone(test.staticData));
		const node = workflow.getNode(nodeName)!;
		const webhook = this.webhooksOf(workflowId, workflow, test !== undefined).find(
			(each) => each.node === nodeName,
		)!;
		const type = nodeTypes.getByNameAndVersion(node.type, node.typeVersion);
		const context = new WebhookContext(
			workflow,
			node,
			{ ...this.additionalData(workflowId), httpRequest: req, httpResponse: res },
			mode,
			webhook,
			[],
			null,
		);
		const { workflowData, webhookResponse, noWebhookResponse } = await type.webhook!.call(context);
		if (!workflowData && !test) this.saveStaticData(workflowId, workflow);
		if (noWebhookResponse) return;
		if (!workflowData) {
			res.send(webhookResponse ?? { message: 'Webhook call received' });
			return;
		}
		this.held += 1;
		await this.beforeStart;
		this.held -= 1;
		if (this.broken) {
			res.status(500).json({ message: 'There was a problem executing the workflow' });
			return;
		}
		// n8n 2 builds the workflow anew over the same static data, which are no longer "changed" then.
		ObservableObject.create(workflow.staticData);
		await this.storeExecution();
		// The execution reads the static data from the database. What the webhook changed is written after that.
		const execution = this.load(workflowId, test ? '{}' : undefined);
		this.executions.push({
			workflowId,
			mode,
			finished: this.execute(workflowId, execution, node, workflowData, mode),
		});
		if (!test) this.saveStaticData(workflowId, workflow);
		res.json({ message: 'Workflow was started' });
		if (test) await this.endTest(workflowId);
	}

	/** Takes its time, as a database does. */
	private async storeExecution(): Promise<void> {
		await new Promise((resolve) => setTimeout(resolve, 10));
	}

	private async execute(
		workflowId: string,
		workflow: Workflow,
		node: INode,
		main: INodeExecutionData[][],
		mode: 'webhook' | 'manual',
	): Promise<IRun> {
		const executionId = String(this.executions.length + 1);
		const hooks = new ExecutionLifecycleHooks(mode, executionId, {
			id: workflowId,
			name: workflow.name ?? '',
			active: workflow.active,
			isArchived: false,
			createdAt: new Date(0),
			updatedAt: new Date(0),
			nodes: Object.values(workflow.nodes),
			connections: {},
			activeVersionId: null,
		});
		return await new WorkflowExecute(
			{ ...this.additionalData(workflowId), hooks, executionId },
			mode,
			executionFrom(node, main),
		).processRunExecutionData(workflow);
	}

	private load(id: string, staticData = this.saved(id).staticData): Workflow {
		const { name, nodes } = this.saved(id);
		return new Workflow({
			id,
			name,
			nodes: structuredClone(nodes),
			connections: {},
			active: true,
			nodeTypes,
			staticData: JSON.parse(staticData),
			settings: {},
		});
	}

	private saveStaticData(id: string, { staticData }: Workflow): void {
		if (staticData.__dataChanged === true) {
			this.saved(id).staticData = JSON.stringify(staticData);
		}
	}

	private webhooksOf(workflowId: string, workflow: Workflow, isTest = false): IWebhookData[] {
		return Object.values(workflow.nodes).flatMap((node) => {
			const type = nodeTypes.getByNameAndVersion(node.type, node.typeVersion);
			return (type.description.webhooks ?? []).map((webhookDescription) => ({
				httpMethod: 'POST' as const,
				node: node.name,
				path: NodeHelpers.getNodeWebhookPath(workflowId, node, String(webhookDescription.path)),
				webhookDescription,
				workflowId,
				workflowExecuteAdditionalData: this.additionalData(workflowId),
				isTest,
			}));
		});
	}

	private additionalData(workflowId: string): IWorkflowExecuteAdditionalData {
		return {
			...additionalData(this.credential, { longestWaitMs: this.longestWaitMs }),
			workflowId,
			webhookBaseUrl: `${this.baseUrl}/webhook`,
			webhookTestBaseUrl: `${this.baseUrl}/webhook-test`,
		};
	}

	private saved(id: string): Saved {
		const saved = this.database.get(id);
		if (!saved) throw new Error(`No workflow ${id}`);
		return saved;
	}
}

const keyOf = (kind: string, path: string) => `${kind}/${path}`;

let count = 0;

/** A Samora Trigger as a workflow saves it, with a webhook id of its own. */
export function triggerNode(
	parameters: Record<string, NodeParameterValueType>,
	node: Partial<INode> = {},
): INode {
	count += 1;
	return {
		id: `node-${count}`,
		name: 'Samora Trigger',
		type: 'n8n-nodes-samora.samoraTrigger',
		typeVersion: 1,
		position: [0, 0],
		webhookId: `00000000-0000-4000-8000-${String(count).padStart(12, '0')}`,
		credentials: { samoraApi: { id: '1', name: 'Samora' } },
		...node,
		parameters: parameters as INode['parameters'],
	};
}
