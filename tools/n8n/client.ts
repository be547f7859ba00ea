import { parse as parseFlatted } from 'flatted';

import { isRecord, parseJson, type JsonRecord } from './json';
import { publishingOf, type PublishingStyle } from './publishing';
import { waitFor } from './waiting';

export interface Owner {
	email: string;
	password: string;
	firstName: string;
	lastName: string;
}

export interface CredentialReference {
	id: string;
	name: string;
	type: string;
}

export interface NewCredential {
	name: string;
	type: string;
	data: JsonRecord;
}

export interface WorkflowNode {
	id: string;
	name: string;
	type: string;
	typeVersion: number;
	position: [number, number];
	parameters: JsonRecord;
	credentials?: Record<string, { id: string; name: string }>;
	webhookId?: string;
}

export interface NewWorkflow {
	name: string;
	nodes: WorkflowNode[];
	connections: JsonRecord;
	settings?: JsonRecord;
}

export interface SavedWorkflow {
	id: string;
	name: string;
	/** n8n 2.x publishes a version of the workflow. */
	versionId: string;
	/** The workflow as n8n stores it. */
	definition: JsonRecord;
}

export interface ExecutionSummary {
	id: string;
	workflowId: string;
	mode: string;
	status: string;
	startedAt: string | null;
}

export interface Execution extends ExecutionSummary {
	/** The JSON items of a node's output branch in its last run. Empty if the node didn't run. */
	output(nodeName: string, branch?: number): JsonRecord[];
	/** The JSON items for the node that runs next. Empty if there is none. */
	waitingItems(): JsonRecord[];
	/** The message of the error that ended the execution, if any. */
	errorMessage: string | undefined;
	/** n8n's own data, for everything else. */
	data: unknown;
}

export interface DataTableColumn {
	name: string;
	type: 'string' | 'number' | 'boolean' | 'date';
}

export interface InstalledCommunityPackage {
	packageName: string;
	installedVersion: string;
	failedLoading: boolean;
	nodeTypes: string[];
	/** The newer version that n8n offers. */
	updateAvailable?: string;
}

/** n8n responds after npm has downloaded and installed the package. */
const COMMUNITY_INSTALL_MS = 300_000;
const COMMUNITY_PACKAGES = '/rest/community-packages';

/** On a slow machine, n8n sometimes loses its database and rejects every request unread. */
const NOT_READY = 'Database is not ready!';
const DATABASE_BACK_MS = 180_000;

/** n8n's response when it refused a request. */
export class N8nRefusal extends Error {
	constructor(
		message: string,
		readonly status: number,
	) {
		super(message);
	}
}

/** Controls n8n through the REST API that its editor uses. */
export class N8nClient {
	private cookie = '';
	private projectId: string | undefined;
	private readonly publishing: PublishingStyle;

	constructor(
		readonly url: string,
		version: string,
	) {
		this.publishing = publishingOf(version);
	}

	/** Creates the first account of a new n8n and stays signed in. */
	async setUpOwner(owner: Owner): Promise<void> {
		await this.request('POST', '/rest/owner/setup', owner);
	}

	async logIn({ email, password }: Owner): Promise<void> {
		await this.request('POST', '/rest/login', { emailOrLdapLoginId: email, email, password });
	}

	async createCredential(credential: NewCredential): Promise<CredentialReference> {
		const { name, type } = credential;
		return {
			id: text(await this.request('POST', '/rest/credentials', credential), 'id'),
			name,
			type,
		};
	}

	/** The result of a credential test. */
	async testCredential(
		{ id, name, type }: CredentialReference,
		data: JsonRecord,
	): Promise<{ passed: boolean; message: string }> {
		const answer = await this.request('POST', '/rest/credentials/test', {
			credentials: { id, name, type, data },
		});
		return { passed: text(answer, 'status') === 'OK', message: text(answer, 'message') };
	}

	async createWorkflow(workflow: NewWorkflow): Promise<SavedWorkflow> {
		const saved = await this.request('POST', '/rest/workflows', {
			...workflow,
			settings: workflow.settings ?? { executionOrder: 'v1' },
			active: false,
		});
		return asWorkflow(saved);
	}

	/** The workflow as n8n currently stores it. */
	async workflow(id: string): Promise<SavedWorkflow> {
		return asWorkflow(await this.request('GET', `/rest/workflows/${id}`));
	}

	/** Publishes a workflow (1.x: activates it) and waits until its triggers are registered. Throws n8n's message if that fails. */
	async publish(workflow: SavedWorkflow): Promise<void> {
		await this.publishing.publish(this, workflow);
	}

	/** Unpublishes a workflow. n8n may still be removing its webhooks when this returns. */
	async unpublish(workflowId: string): Promise<void> {
		await this.publishing.unpublish(this, workflowId);
	}

	/** Runs a workflow from one of its triggers, like the editor's Execute button. */
	async run(workflow: SavedWorkflow, triggerName: string): Promise<string> {
		const answer = await this.request(
			'POST',
			`/rest/workflows/${workflow.id}/run`,
			this.publishing.manualRun(workflow, triggerName),
		);
		return text(answer, 'executionId');
	}

	/** Does the same as "Listen for test event": n8n waits for one event of a webhook trigger. */
	async listen(workflow: SavedWorkflow, triggerName: string): Promise<void> {
		const run = this.publishing.manualRun(workflow, triggerName);
		const answer = await this.request('POST', `/rest/workflows/${workflow.id}/run`, run);
		if (record(answer).waitingForWebhook !== true) {
			throw new Error(`n8n isn't waiting for an event: ${JSON.stringify(answer)}`);
		}
	}

	/** The executions of one workflow or of all, newest first. */
	async executions(workflowId?: string): Promise<ExecutionSummary[]> {
		const filter = encodeURIComponent(JSON.stringify({ workflowId }));
		const answer = await this.request('GET', `/rest/executions?filter=${filter}&limit=100`);
		return list(answer, 'results').map(asExecutionSummary);
	}

	async execution(id: string): Promise<Execution> {
		const path = `/rest/executions/${id}`;
		const answer = record(await this.request('GET', path));
		// n8n 2 returns an empty object for an unknown execution.
		if (Object.keys(answer).length === 0) throw new N8nRefusal(`${path}: not found`, 404);
		const stored = answer.data;
		const data: unknown = typeof stored === 'string' ? parseFlatted(stored) : stored;
		return {
			...asExecutionSummary(answer),
			data,
			errorMessage: optionalText(at(data, 'resultData', 'error', 'message')),
			output: (nodeName, branch = 0) => outputOf(data, nodeName, branch),
			waitingItems: () => waitingItemsOf(data),
		};
	}

	/** Waits until an execution has succeeded or failed. */
	async finished(executionId: string, timeoutMs = 60_000): Promise<Execution> {
		return waitFor(
			async () => {
				const execution = await this.execution(executionId).catch(unlessBusy);
				const underWay = ['new', 'running', 'waiting'].includes(execution?.status ?? 'running');
				// n8n 1 reports the end a moment before it stores the result.
				const saysHow = ['success', 'error'].includes(execution?.status ?? '');
				const isWritten = !saysHow || hasRun(execution?.data);
				return !underWay && isWritten && execution;
			},
			{ what: `The end of execution ${executionId}`, timeoutMs },
		);
	}

	/** Retries a failed execution like the button under Executions. Returns the new execution's ID. */
	async retry(executionId: string, { loadWorkflow = false } = {}): Promise<string> {
		const path = `/rest/executions/${executionId}/retry`;
		return text(await this.request('POST', path, { loadWorkflow }), 'id');
	}

	async createDataTable(name: string, columns: DataTableColumn[]): Promise<{ id: string }> {
		const path = await this.dataTablesPath();
		return { id: text(await this.request('POST', path, { name, columns }), 'id') };
	}

	async addDataTableRows(tableId: string, rows: JsonRecord[]): Promise<void> {
		const path = `${await this.dataTablesPath()}/${tableId}/insert`;
		await this.request('POST', path, { data: rows, returnType: 'count' });
	}

	async dataTableRows(tableId: string): Promise<JsonRecord[]> {
		const path = `${await this.dataTablesPath()}/${tableId}/rows?take=250&sortBy=id:asc`;
		return list(await this.request('GET', path), 'data');
	}

	/** The URL of a data table in the editor. */
	async dataTableUrl(tableId: string): Promise<string> {
		return `${this.url}/projects/${await this.personalProject()}/datatables/${tableId}`;
	}

	async communityPackages(): Promise<InstalledCommunityPackage[]> {
		return list(await this.request('GET', COMMUNITY_PACKAGES)).map(asCommunityPackage);
	}

	/** Installs a community package from the registry, like the Community nodes screen. Without a version, installs the newest. */
	async installCommunityPackage(
		name: string,
		version?: string,
	): Promise<InstalledCommunityPackage> {
		return asCommunityPackage(
			await this.request('POST', COMMUNITY_PACKAGES, { name, version }, COMMUNITY_INSTALL_MS),
		);
	}

	/** Updates a package like that screen's Update button. Without a version, updates to the newest. */
	async updateCommunityPackage(name: string, version?: string): Promise<InstalledCommunityPackage> {
		return asCommunityPackage(
			await this.request('PATCH', COMMUNITY_PACKAGES, { name, version }, COMMUNITY_INSTALL_MS),
		);
	}

	async uninstallCommunityPackage(name: string): Promise<void> {
		await this.request('DELETE', `${COMMUNITY_PACKAGES}?name=${encodeURIComponent(name)}`);
	}

	/** The descriptions that n8n sends its editor, for node types whose name starts with this text. */
	async nodeTypes(prefix: string): Promise<JsonRecord[]> {
		return list(await this.request('GET', '/types/nodes.json')).filter((type) =>
			text(type, 'name').startsWith(prefix),
		);
	}

	/** Sends a request like the editor does, and returns the response's `data`. */
	async request(
		method: string,
		path: string,
		body?: unknown,
		timeoutMs = 60_000,
	): Promise<unknown> {
		const send = async () =>
			await fetch(`${this.url}${path}`, {
				method,
				headers: {
					cookie: this.cookie,
					...(body === undefined ? {} : { 'content-type': 'application/json' }),
				},
				body: body === undefined ? undefined : JSON.stringify(body),
				signal: AbortSignal.timeout(timeoutMs),
			});
		const { response, said } = await waitFor(
			async () => {
				// n8n may close a kept-alive connection just as it's reused. Repeat requests that only read.
				const response = await send().catch(async (fault: unknown) => {
					if (method !== 'GET') throw fault;
					return await send();
				});
				const said = await response.text();
				const isTurnedAway = response.status === 503 && whatItSaid(said) === NOT_READY;
				return !isTurnedAway && { response, said };
			},
			{ what: "The return of n8n's database", timeoutMs: DATABASE_BACK_MS },
		);
		if (!response.ok) throw new N8nRefusal(whatItSaid(said), response.status);
		const [signedIn] = response.headers.getSetCookie().filter((it) => it.startsWith('n8n-auth='));
		if (signedIn) this.cookie = signedIn.split(';', 1)[0];
		const answer = said === '' ? undefined : parseJson(said);
		return isRecord(answer) && 'data' in answer ? answer.data : answer;
	}

	private async dataTablesPath(): Promise<string> {
		return `/rest/projects/${await this.personalProject()}/data-tables`;
	}

	private async personalProject(): Promise<string> {
		this.projectId ??= text(await this.request('GET', '/rest/projects/personal'), 'id');
		return this.projectId;
	}
}

function whatItSaid(body: string): string {
	try {
		const answer = parseJson(body);
		if (isRecord(answer) && typeof answer.message === 'string') return answer.message;
	} catch {
		// The body isn't JSON, so it's the message itself.
	}
	return body;
}

function asWorkflow(value: unknown): SavedWorkflow {
	const workflow = record(value);
	return {
		id: text(workflow, 'id'),
		name: text(workflow, 'name'),
		versionId: text(workflow, 'versionId'),
		definition: workflow,
	};
}

function asCommunityPackage(value: unknown): InstalledCommunityPackage {
	const installed = record(value);
	const updateAvailable = optionalText(installed.updateAvailable);
	return {
		packageName: text(installed, 'packageName'),
		installedVersion: text(installed, 'installedVersion'),
		failedLoading: installed.failedLoading === true,
		nodeTypes: list(installed.installedNodes).map((node) => text(node, 'type')),
		...(updateAvailable === undefined ? {} : { updateAvailable }),
	};
}

function asExecutionSummary(execution: JsonRecord): ExecutionSummary {
	return {
		id: text(execution, 'id'),
		workflowId: text(execution, 'workflowId'),
		mode: text(execution, 'mode'),
		status: text(execution, 'status'),
		startedAt: optionalText(execution.startedAt) ?? null,
	};
}

function hasRun(data: unknown): boolean {
	const runs = at(data, 'resultData', 'runData');
	const ended = at(data, 'resultData', 'error') !== undefined;
	return ended || (isRecord(runs) && Object.keys(runs).length > 0);
}

/** While an execution keeps n8n busy, it responds late. That isn't an error. */
function unlessBusy(fault: unknown): undefined {
	if (!(fault instanceof DOMException && fault.name === 'TimeoutError')) throw fault;
}

function outputOf(data: unknown, nodeName: string, branch: number): JsonRecord[] {
	const runs = at(data, 'resultData', 'runData', nodeName);
	const lastRun: unknown = Array.isArray(runs) ? runs.at(-1) : undefined;
	return itemsOf(lastRun, branch);
}

function waitingItemsOf(data: unknown): JsonRecord[] {
	const stack = at(data, 'executionData', 'nodeExecutionStack');
	return itemsOf(Array.isArray(stack) ? stack[0] : undefined, 0);
}

function itemsOf(step: unknown, branch: number): JsonRecord[] {
	const branches = at(step, 'data', 'main');
	const items: unknown = Array.isArray(branches) ? branches[branch] : undefined;
	return (Array.isArray(items) ? items : []).filter(isRecord).map((item) => record(item.json));
}

function at(value: unknown, ...keys: string[]): unknown {
	return keys.reduce<unknown>((inner, key) => (isRecord(inner) ? inner[key] : undefined), value);
}

function record(value: unknown): JsonRecord {
	if (isRecord(value)) return value;
	throw new Error(`Expected an object from n8n, but got ${JSON.stringify(value)}`);
}

function list(value: unknown, key?: string): JsonRecord[] {
	const items = key === undefined ? value : record(value)[key];
	if (Array.isArray(items)) return items.map(record);
	throw new Error(`Expected a list from n8n, but got ${JSON.stringify(value)}`);
}

function text(value: unknown, key: string): string {
	const found = record(value)[key];
	if (typeof found === 'string' || typeof found === 'number') return String(found);
	throw new Error(`n8n's response has no "${key}": ${JSON.stringify(value)}`);
}

function optionalText(value: unknown): string | undefined {
	return typeof value === 'string' ? value : undefined;
}
