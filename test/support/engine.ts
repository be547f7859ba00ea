import {
	DirectoryLoader,
	ExecutionLifecycleHooks,
	ExternalSecretsProxy,
	RoutingNode,
	WorkflowExecute,
	type ExecuteContext,
} from 'n8n-core';
import {
	createRunExecutionData,
	ICredentialsHelper,
	Workflow,
	type IConnections,
	type ICredentialDataDecryptedObject,
	type ICredentials,
	type IDataObject,
	type IExecuteFunctions,
	type IHttpRequestOptions,
	type INode,
	type INodeExecutionData,
	type INodeProperties,
	type INodeType,
	type INodeTypes,
	type IRequestOptionsSimplified,
	type IRun,
	type IRunExecutionData,
	type IVersionedNodeType,
	type IWorkflowExecuteAdditionalData,
	type NodeParameterValueType,
} from 'n8n-workflow';

import { parse, stringify } from 'flatted';

import { SamoraApi } from '../../credentials/SamoraApi.credentials';
import { Samora } from '../../nodes/Samora/Samora.node.ts';
import { SamoraCampaignTrigger } from '../../nodes/SamoraCampaignTrigger/SamoraCampaignTrigger.node.ts';
import { SamoraTrigger } from '../../nodes/SamoraTrigger/SamoraTrigger.node.ts';
import type { Injection } from './injection';

/**
 * Runs nodes in n8n's own engine, n8n-core. Only what lives in n8n's server is stood in for here: the registry of
 * node types and the store of credentials.
 */

export interface SamoraCredential {
	apiKey: string;
	baseUrl: string;
	[field: string]: string;
}

/** A declarative node gets its `execute` from the server; this does as it does. */
function executable(type: INodeType, injection?: Injection): INodeType {
	if (type.execute || type.trigger || type.webhook) return type;
	type.execute = async function (this: IExecuteFunctions) {
		const context = injection?.around(this) ?? this;
		return (await new RoutingNode(context as ExecuteContext, type).runNode()) ?? [];
	};
	return type;
}

/** Hands its input on: a stand-in for whatever comes before or after in a workflow. */
const passOn: INodeType = {
	description: {
		displayName: 'Pass On',
		name: 'passOn',
		group: ['transform'],
		version: 1,
		description: '',
		defaults: { name: 'Pass On' },
		inputs: ['main'],
		outputs: ['main'],
		properties: [],
	},
	async execute(this: IExecuteFunctions) {
		return [this.getInputData()];
	},
};

export const nodeTypes: INodeTypes = nodeTypesWith();

/** @param injection what gets between n8n and the Samora node */
function nodeTypesWith(injection?: Injection): INodeTypes {
	const samora =
		injection && executable(injection.into(withRequestOptions(new Samora())), injection);
	const byName = (name: string): INodeType =>
		samora && name === 'n8n-nodes-samora.samora' ? samora : typeByName(name);
	return {
		getByName: (name): INodeType | IVersionedNodeType => byName(name),
		getByNameAndVersion: byName,
		getKnownTypes: () => ({}),
	};
}

/** Hands its input to the first output twice, then to the second: the shape of n8n's Loop Over Items. */
const twice: INodeType = {
	description: {
		...passOn.description,
		displayName: 'Twice',
		name: 'twice',
		outputs: ['main', 'main'],
	},
	async execute(this: IExecuteFunctions) {
		const context = this.getContext('node');
		const rounds = Number(context.rounds ?? 0);
		context.rounds = rounds + 1;
		return rounds < 2 ? [this.getInputData(), []] : [[], this.getInputData()];
	},
};

/** Asks with the credential as n8n's own nodes do: HTTP Request with the older helper, others with the newer one. */
const otherNode: INodeType = {
	description: {
		...passOn.description,
		displayName: 'Other Node',
		name: 'otherNode',
		credentials: [{ name: 'samoraApi', required: true }],
		properties: [
			{ displayName: 'Helper', name: 'helper', type: 'string', default: '' },
			{ displayName: 'Options', name: 'options', type: 'json', default: '{}' },
		],
	},
	async execute(this: IExecuteFunctions) {
		const helper = this.getNodeParameter('helper', 0) as
			'requestWithAuthentication' | 'httpRequestWithAuthentication';
		const options = JSON.parse(String(this.getNodeParameter('options', 0))) as IHttpRequestOptions;
		const body = await this.helpers[helper].call(this, 'samoraApi', options);
		return [[{ json: { body: body as IDataObject } }]];
	},
};

const types: Record<string, INodeType> = {
	'n8n-nodes-samora.samora': executable(withRequestOptions(new Samora())),
	'n8n-nodes-samora.samoraTrigger': new SamoraTrigger(),
	'n8n-nodes-samora.samoraCampaignTrigger': new SamoraCampaignTrigger(),
	// The server makes it from the node for AI agents.
	'n8n-nodes-samora.samoraTool': executable(withRequestOptions(new Samora())),
	// As the AI Agent before version 3 runs it: by its routes, and by nothing else.
	'test.samoraByRoutes': executable(withRequestOptions({ description: new Samora().description })),
	'test.otherNode': otherNode,
	'test.passOn': passOn,
	'test.twice': twice,
};

/** n8n's loader adds "Request Options" to declarative nodes. */
function withRequestOptions(type: INodeType): INodeType {
	DirectoryLoader.applyDeclarativeNodeOptionParameters(type);
	return type;
}

function typeByName(name: string): INodeType {
	const type = types[name];
	if (!type) throw new Error(`No node type ${name}`);
	return type;
}

class OneCredential extends ICredentialsHelper {
	private readonly type = new SamoraApi();

	constructor(
		private readonly credential: SamoraCredential,
		private readonly longestWaitMs: number,
	) {
		super();
	}

	getParentTypes(): string[] {
		return [];
	}

	isCredentialUsableByNode(): boolean {
		return true;
	}

	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		_typeName: string,
		requestOptions: IHttpRequestOptions | IRequestOptionsSimplified,
	): Promise<IHttpRequestOptions> {
		const options = requestOptions as IHttpRequestOptions;
		const timeout = Math.min(options.timeout ?? Infinity, this.longestWaitMs);
		return await this.type.authenticate(credentials, {
			...options,
			...(Number.isFinite(timeout) && { timeout }),
		});
	}

	async preAuthentication(): Promise<undefined> {
		return undefined;
	}

	async runPreAuthentication(): Promise<undefined> {
		return undefined;
	}

	getCredentials(): Promise<ICredentials> {
		throw new Error('Credentials are read decrypted');
	}

	async getDecrypted(): Promise<ICredentialDataDecryptedObject> {
		return { ...this.credential };
	}

	async updateCredentials(): Promise<void> {}

	async updateCredentialsOauthTokenData(): Promise<void> {}

	getCredentialsProperties(): INodeProperties[] {
		return this.type.properties;
	}
}

/**
 * What n8n's server gives the engine along with a workflow.
 *
 * @param longestWaitMs a shorter timeout for every request than the node asks for, set where n8n adds the key to it
 */
export function additionalData(
	credential: SamoraCredential,
	{
		hooks,
		injection,
		longestWaitMs = Infinity,
	}: { hooks?: ExecutionLifecycleHooks; injection?: Injection; longestWaitMs?: number } = {},
): IWorkflowExecuteAdditionalData {
	const notHere = () => {
		throw new Error('Not part of the engine');
	};
	const credentialsHelper = new OneCredential(credential, longestWaitMs);
	return {
		credentialsHelper: injection?.around(credentialsHelper) ?? credentialsHelper,
		executeWorkflow: notHere,
		getRunExecutionData: notHere,
		getRuntimeCredential: notHere,
		currentNodeExecutionIndex: 0,
		restApiUrl: 'http://127.0.0.1:5678/rest',
		instanceBaseUrl: 'http://127.0.0.1:5678/',
		formBaseUrl: 'http://127.0.0.1:5678/form',
		formWaitingBaseUrl: 'http://127.0.0.1:5678/form-waiting',
		formTestBaseUrl: 'http://127.0.0.1:5678/form-test',
		webhookBaseUrl: 'http://127.0.0.1:5678/webhook',
		webhookWaitingBaseUrl: 'http://127.0.0.1:5678/webhook-waiting',
		webhookTestBaseUrl: 'http://127.0.0.1:5678/webhook-test',
		mcpBaseUrl: 'http://127.0.0.1:5678/mcp',
		mcpTestBaseUrl: 'http://127.0.0.1:5678/mcp-test',
		variables: {},
		logAiEvent: () => {},
		externalSecretsProxy: new ExternalSecretsProxy(),
		startRunnerTask: notHere,
		...(hooks ? { hooks } : {}),
	};
}

export type NodeSettings = Pick<
	INode,
	'credentials' | 'onError' | 'retryOnFail' | 'maxTries' | 'waitBetweenTries'
>;

/** A node as a workflow saves it. */
export function samoraNode(
	parameters: Record<string, NodeParameterValueType>,
	settings: NodeSettings = {},
): INode {
	return {
		id: 'samora',
		name: 'Samora',
		type: 'n8n-nodes-samora.samora',
		typeVersion: 1,
		position: [0, 0],
		parameters: parameters as INode['parameters'],
		credentials: { samoraApi: { id: '1', name: 'Samora' } },
		...settings,
	};
}

export interface Outcome {
	/** The node's outputs: the first, and the error output where there is one. */
	output: INodeExecutionData[];
	errorOutput: INodeExecutionData[];
	/** What the node stopped with, as it is saved in the execution. */
	error?: {
		message: string;
		description?: string | null;
		httpCode?: string;
		[key: string]: unknown;
	};
	run: IRun;
}

/** Of the workflow that `startNode` starts. */
export const CONNECTIONS: IConnections = {
	Before: { main: [[{ node: 'Samora', type: 'main', index: 0 }]] },
};

/** Two nodes that both lead into the node, which runs once after each. */
export const TWO_BRANCHES: IConnections = {
	Before: {
		main: [
			[
				{ node: 'Left', type: 'main', index: 0 },
				{ node: 'Right', type: 'main', index: 0 },
			],
		],
	},
	Left: { main: [[{ node: 'Samora', type: 'main', index: 0 }]] },
	Right: { main: [[{ node: 'Samora', type: 'main', index: 0 }]] },
};

/** Starts the node with input items, as if the node before it had just handed them over. */
export function startNode(
	node: INode,
	items: INodeExecutionData[] | IDataObject[],
	credential: SamoraCredential,
	options: StartOptions = {},
): { stop: () => void; outcome: Promise<Outcome> } {
	return startWorkflow(
		[passOnNode('Before'), node],
		CONNECTIONS,
		items,
		credential,
		node.name,
		options,
	);
}

/** A node that hands its input on. */
export function passOnNode(name: string, type = 'test.passOn'): INode {
	return { id: name, name, type, typeVersion: 1, position: [0, 0], parameters: {} };
}

export interface StartOptions {
	/** What gets between n8n and the Samora node. */
	injection?: Injection;
	/** The workflow's ID, where runs of different ones must not know of each other. */
	workflowId?: string;
	/** `retry` for the retry of an execution that a person stopped: n8n starts it anew, for it has saved nothing of it. */
	mode?: 'manual' | 'retry';
	executionId?: string;
	/** The execution that this one retries, which n8n 2 tells. */
	retryOf?: string;
}

function executionData(
	credential: SamoraCredential,
	hooks: ExecutionLifecycleHooks,
	injection: Injection | undefined,
	{ executionId, retryOf }: Pick<StartOptions, 'executionId' | 'retryOf'>,
): IWorkflowExecuteAdditionalData {
	return {
		...additionalData(credential, { hooks: Object.assign(hooks, { retryOf }), injection }),
		...(executionId === undefined ? {} : { executionId }),
	};
}

/**
 * Starts a workflow at its first node.
 *
 * @param watched the node whose last run is the outcome
 */
export function startWorkflow(
	nodes: INode[],
	connections: IConnections,
	items: INodeExecutionData[] | IDataObject[],
	credential: SamoraCredential,
	watched: string,
	{ injection, workflowId = 'workflow', ...execution }: StartOptions = {},
): { stop: () => void; outcome: Promise<Outcome> } {
	const workflow = workflowOf(nodes, connections, workflowId, nodeTypesWith(injection));
	const input = items.map((item) =>
		'json' in item ? (item as INodeExecutionData) : { json: item as IDataObject },
	);
	const { mode = 'manual' } = execution;
	const running = new WorkflowExecute(
		executionData(credential, lifecycleHooks(nodes, connections), injection, execution),
		mode,
		executionFrom(nodes[0], [input]),
	).processRunExecutionData(workflow);
	return {
		stop: () => running.cancel(),
		outcome: (async () => outcomeOf(await running, watched))(),
	};
}

/** Takes up a failed execution where it stopped, as "Retry" in n8n's list of executions does. */
export async function retryExecution(
	failed: IRun,
	nodes: INode[],
	connections: IConnections,
	credential: SamoraCredential,
	watched: string,
	{ workflowId = 'workflow', ...execution }: Omit<StartOptions, 'injection' | 'mode'> = {},
): Promise<Outcome> {
	// What n8n keeps of an execution is what survives the database.
	const saved = parse(stringify(failed.data)) as IRunExecutionData;
	const { lastNodeExecuted } = saved.resultData;
	delete saved.resultData.error;
	if (lastNodeExecuted) saved.resultData.runData[lastNodeExecuted]?.pop();
	const workflow = workflowOf(nodes, connections, workflowId);
	// "Retry with currently saved workflow" puts the nodes as they are now into what is left to do.
	for (const left of saved.executionData?.nodeExecutionStack ?? []) {
		left.node = workflow.getNode(left.node.name) ?? left.node;
	}
	const running = new WorkflowExecute(
		executionData(credential, lifecycleHooks(nodes, connections), undefined, execution),
		'retry',
		saved,
	);
	return outcomeOf(await running.processRunExecutionData(workflow), watched);
}

function lifecycleHooks(nodes: INode[], connections: IConnections): ExecutionLifecycleHooks {
	return new ExecutionLifecycleHooks('manual', 'execution', {
		id: 'workflow',
		name: 'Test',
		active: false,
		isArchived: false,
		createdAt: new Date(0),
		updatedAt: new Date(0),
		nodes,
		connections,
		activeVersionId: null,
	});
}

export async function runNode(
	node: INode,
	items: INodeExecutionData[] | IDataObject[],
	credential: SamoraCredential,
): Promise<Outcome> {
	return await startNode(node, items, credential).outcome;
}

function outcomeOf(run: IRun, name: string): Outcome {
	const taskRuns = run.data.resultData.runData[name] ?? [];
	const last = taskRuns[taskRuns.length - 1];
	const main = last?.data?.main ?? [];
	return {
		output: main[0] ?? [],
		errorOutput: main[1] ?? [],
		...(last?.error ? { error: last.error as unknown as Outcome['error'] } : {}),
		run,
	};
}

/** An execution that begins at a node with this input. */
export function executionFrom(node: INode, main: INodeExecutionData[][]): IRunExecutionData {
	return createRunExecutionData({
		executionData: {
			contextData: {},
			metadata: {},
			waitingExecution: {},
			waitingExecutionSource: {},
			nodeExecutionStack: [{ node, data: { main }, source: null }],
		},
	});
}

const workflowOf = (
	nodes: INode[],
	connections: IConnections,
	id: string,
	types: INodeTypes = nodeTypes,
): Workflow =>
	new Workflow({
		id,
		nodes,
		connections,
		active: false,
		nodeTypes: types,
		settings: { executionOrder: 'v1', timezone: 'Europe/Berlin' },
	});
