import { once } from 'node:events';
import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

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
	Expression,
	ICredentialsHelper,
	Workflow,
	type ICredentials,
	type ICredentialDataDecryptedObject,
	type IDataObject,
	type IExecuteFunctions,
	type IHttpRequestOptions,
	type INode,
	type INodeType,
	type IWorkflowExecuteAdditionalData,
	type VersionedNodeType,
} from 'n8n-workflow';

import type { SamoraApi } from '../credentials/SamoraApi.credentials';
import { startSandbox } from '../sandbox';
import { ensureN8n } from '../tools/n8n/install';
import { DEFAULT_N8N_VERSION } from '../tools/n8n/recipes';

/**
 * What an item costs in n8n's engine, in CPU time, with the built node and with n8n's own HTTP Request node:
 * `npm run build && node --import tsx bench/engineCost.ts [--rounds 7]`. Both run in one process under n8n's Node, with
 * the expression engine n8n has by default; the sandbox is in another process, so that its time is not counted.
 */

const ITEMS = 1000;
const load = createRequire(__filename);

/** Serves both nodes: the HTTP Request node reads a header's name and value. */
interface Credential extends ICredentialDataDecryptedObject {
	apiKey: string;
	baseUrl: string;
	name: string;
	value: string;
}

interface Work {
	agentId: string;
	callId: string;
	credential: Credential;
	rounds: number;
	/** Where n8n is installed. */
	folder: string;
}

async function main(): Promise<void> {
	const { rounds, work } = parseArgs({
		options: { rounds: { type: 'string', default: '7' }, work: { type: 'string' } },
	}).values;
	if (work !== undefined) return await measure(JSON.parse(work) as Work);

	const sandbox = await startSandbox({ speed: 0 });
	const userFolder = await mkdtemp(path.join(os.tmpdir(), 'samora-bench-'));
	try {
		const { node, folder } = await ensureN8n(DEFAULT_N8N_VERSION);
		const agentId = sandbox.agents[0].id;
		const response = await fetch(`${sandbox.url}/v1/call/trigger`, {
			method: 'POST',
			headers: { 'x-api-key': sandbox.apiKey, 'content-type': 'application/json' },
			body: JSON.stringify({ agent_id: agentId, to_number: '+14155550100' }),
		});
		const { call_id: callId } = (await response.json()) as { call_id: string };
		const work: Work = {
			agentId,
			callId,
			credential: {
				apiKey: sandbox.apiKey,
				baseUrl: sandbox.url,
				name: 'X-API-Key',
				value: sandbox.apiKey,
			},
			rounds: Number(rounds),
			folder,
		};
		const child = fork(__filename, ['--work', JSON.stringify(work)], {
			execPath: node,
			env: { ...process.env, N8N_USER_FOLDER: userFolder },
			execArgv: ['--import', 'tsx'],
		});
		const [code] = (await once(child, 'exit')) as [number];
		process.exitCode = code;
	} finally {
		await sandbox.stop();
		await rm(userFolder, { recursive: true });
	}
}

/** No request goes there. */
const SERVER = 'http://127.0.0.1:5678/';

const SAMORA = 'n8n-nodes-samora.samora';
const HTTP_REQUEST = 'n8n-nodes-base.httpRequest';

/** The same work as two people would set it up. */
function contenders({ agentId, credential, folder }: Work): Record<string, Record<string, INode>> {
	const node = (type: string, typeVersion: number, credentialType: string) => {
		return (parameters: INode['parameters']): INode => ({
			id: type,
			name: type,
			type,
			typeVersion,
			position: [0, 0],
			parameters,
			credentials: { [credentialType]: { id: '1', name: 'Samora' } },
		});
	};
	const samora = node(SAMORA, 1, 'samoraApi');
	const httpRequest = node(
		HTTP_REQUEST,
		httpRequestType(folder).description.defaultVersion ?? 4,
		'httpHeaderAuth',
	);
	const withKey = {
		authentication: 'genericCredentialType',
		genericAuthType: 'httpHeaderAuth',
		options: {},
	};
	return {
		'call: trigger': {
			Samora: samora({
				resource: 'call',
				operation: 'trigger',
				agentId,
				toNumber: '={{ $json.phone }}',
				metadataMode: 'keyValue',
				metadata: { values: [{ key: 'first_name', value: '={{ $json.first_name }}' }] },
				options: {},
				requestOptions: {},
			}),
			'HTTP Request': httpRequest({
				...withKey,
				method: 'POST',
				url: `${credential.baseUrl}/v1/call/trigger`,
				sendBody: true,
				specifyBody: 'json',
				jsonBody: `={{ JSON.stringify({ agent_id: '${agentId}', to_number: $json.phone, metadata: { first_name: $json.first_name } }) }}`,
			}),
		},
		'call: get': {
			Samora: samora({
				resource: 'call',
				operation: 'get',
				callId: '={{ $json.call_id }}',
				requestOptions: {},
			}),
			'HTTP Request': httpRequest({
				...withKey,
				method: 'GET',
				url: `=${credential.baseUrl}/v1/call/{{ $json.call_id }}`,
			}),
		},
	};
}

async function measure(work: Work): Promise<void> {
	await Expression.initExpressionEngine({
		engine: 'vm',
		poolSize: 1,
		maxCodeCacheSize: 1024,
		bridgeTimeout: 5000,
		bridgeMemoryLimit: 128,
	});
	const items = Array.from({ length: ITEMS }, (_, n) => ({
		phone: `+1415${2_000_000 + n}`,
		first_name: `Person ${n}`,
		call_id: work.callId,
	}));
	const types = typesOf(work);
	for (const [title, nodes] of Object.entries(contenders(work))) {
		const figures: Record<string, number[]> = {};
		// The first round warms up.
		for (let round = 0; round <= work.rounds; round++) {
			for (const [name, node] of Object.entries(nodes)) {
				const before = process.cpuUsage();
				await run(node, items, work.credential, types);
				const { user, system } = process.cpuUsage(before);
				if (round > 0) (figures[name] ??= []).push((user + system) / ITEMS);
			}
		}
		const shown = Object.entries(figures).map(
			([name, all]) =>
				`${name} ${median(all).toFixed(0)} µs (${Math.min(...all).toFixed(0)}–${Math.max(...all).toFixed(0)})`,
		);
		const [ours, theirs = ours] = Object.values(figures);
		const ratio = median(ours.map((one, round) => one / theirs[round]));
		process.stdout.write(`${title}: CPU per item ${shown.join(', ')}, ratio ${ratio.toFixed(2)}\n`);
	}
	await Expression.disposeExpressionEngine();
}

async function run(
	node: INode,
	items: IDataObject[],
	credential: Credential,
	types: Record<string, INodeType>,
): Promise<void> {
	const typeOf = (name: string): INodeType => types[name];
	const workflow = new Workflow({
		id: 'workflow',
		nodes: [node],
		connections: {},
		active: false,
		nodeTypes: { getByName: typeOf, getByNameAndVersion: typeOf, getKnownTypes: () => ({}) },
		settings: { executionOrder: 'v1' },
	});
	const hooks = new ExecutionLifecycleHooks('manual', 'execution', {
		id: 'workflow',
		name: 'Measured',
		active: false,
		isArchived: false,
		createdAt: new Date(0),
		updatedAt: new Date(0),
		nodes: [node],
		connections: {},
		activeVersionId: null,
	});
	const { data } = await new WorkflowExecute(
		additionalData(credential, hooks),
		'manual',
		createRunExecutionData({
			executionData: {
				contextData: {},
				metadata: {},
				waitingExecution: {},
				waitingExecutionSource: {},
				nodeExecutionStack: [
					{ node, data: { main: [items.map((json) => ({ json }))] }, source: null },
				],
			},
		}),
	).processRunExecutionData(workflow);
	const output = data.resultData.runData[node.name][0].data?.main[0];
	if (output?.length !== items.length)
		throw data.resultData.error ?? new Error(`${node.name} gave ${output?.length} items`);
}

/** What n8n's server gives the engine along with a workflow. */
function additionalData(
	credential: Credential,
	hooks: ExecutionLifecycleHooks,
): IWorkflowExecuteAdditionalData {
	const notHere = () => {
		throw new Error('Not part of the engine');
	};
	return {
		credentialsHelper: new OneCredential(credential),
		executeWorkflow: notHere,
		getRunExecutionData: notHere,
		getRuntimeCredential: notHere,
		executionId: '1',
		currentNodeExecutionIndex: 0,
		restApiUrl: SERVER,
		instanceBaseUrl: SERVER,
		formBaseUrl: SERVER,
		formWaitingBaseUrl: SERVER,
		formTestBaseUrl: SERVER,
		webhookBaseUrl: SERVER,
		webhookWaitingBaseUrl: SERVER,
		webhookTestBaseUrl: SERVER,
		mcpBaseUrl: SERVER,
		mcpTestBaseUrl: SERVER,
		variables: {},
		logAiEvent: () => {},
		externalSecretsProxy: new ExternalSecretsProxy(),
		startRunnerTask: notHere,
		hooks,
	};
}

class OneCredential extends ICredentialsHelper {
	private readonly type = built<SamoraApi>('credentials/SamoraApi.credentials.js', 'SamoraApi');

	constructor(private readonly credential: Credential) {
		super();
	}

	getParentTypes = () => [];
	isCredentialUsableByNode = () => true;
	authenticate = async (
		credentials: ICredentialDataDecryptedObject,
		_typeName: string,
		requestOptions: unknown,
	) => await this.type.authenticate(credentials, requestOptions as IHttpRequestOptions);
	preAuthentication = async () => undefined;
	runPreAuthentication = async () => undefined;
	getCredentials = (): Promise<ICredentials> => {
		throw new Error('Credentials are read decrypted');
	};
	getDecrypted = async () => ({ ...this.credential });
	updateCredentials = async () => {};
	updateCredentialsOauthTokenData = async () => {};
	getCredentialsProperties = () => this.type.properties;
}

/** A class of the built package. */
function built<Type>(file: string, name: string): Type {
	const module = load(path.join(__dirname, '../dist', file)) as Record<string, new () => Type>;
	return new module[name]();
}

const httpRequestType = (folder: string): VersionedNodeType => {
	const file = path.join(
		folder,
		'node_modules/n8n-nodes-base/dist/nodes/HttpRequest/HttpRequest.node.js',
	);
	const { HttpRequest } = load(file) as { HttpRequest: new () => VersionedNodeType };
	return new HttpRequest();
};

/** The built nodes, as n8n's loader and server make them ready. */
function typesOf({ folder }: Work): Record<string, INodeType> {
	const samora = built<INodeType>('nodes/Samora/Samora.node.js', 'Samora');
	DirectoryLoader.applyDeclarativeNodeOptionParameters(samora);
	samora.execute = async function (this: IExecuteFunctions) {
		return (await new RoutingNode(this as ExecuteContext, samora).runNode()) ?? [];
	};
	return {
		[SAMORA]: samora,
		[HTTP_REQUEST]: httpRequestType(folder).getNodeType(),
	};
}

function median(values: number[]): number {
	const sorted = [...values].sort((one, other) => one - other);
	const middle = Math.floor(sorted.length / 2);
	return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

void main();
