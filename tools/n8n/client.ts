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
	/** What n8n 2.x publishes is a version of the workflow. */
	versionId: string;
	/** The workflow as n8n keeps it. */
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
	/** The JSON of what a node's output branch gave in its last run; empty if it did not run. */
	output(nodeName: string, branch?: number): JsonRecord[];
	/** The JSON of what the node that comes next is given; empty if none comes. */
	waitingItems(): JsonRecord[];
	/** The message of what ended the execution, if something did. */
	errorMessage: string | undefined;
	/** n8n's own record, for what the above does not show. */
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
	/** The newer version that n8n offers to update to. */
	updateAvailable?: string;
}

/** npm downloads and installs before n8n answers. */
const COMMUNITY_INSTALL_MS = 300_000;
const COMMUNITY_PACKAGES = '/rest/community-packages';

/** On a slow machine n8n misses its database now and then, and turns everything away before it looks at it. */
const NOT_READY = 'Database is not ready!';
const DATABASE_BACK_MS = 180_000;

/** What n8n answered when it did not do what it was asked. */
export class N8nRefusal extends Error {
	constructor(
		message: string,
		readonly status: number,
	) {
		super(message);
	}
}

/** Drives an n8n over the REST interface its own editor uses. */
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

	/** Makes the first account of a fresh n8n and stays signed in as it. */
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

	/** What the Test button of a credential says. */
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

	/** The workflow as n8n keeps it now. */
	async workflow(id: string): Promise<SavedWorkflow> {
		return asWorkflow(await this.request('GET', `/rest/workflows/${id}`));
	}

	/** Publishes a workflow (1.x: activates it) and waits until its triggers are registered; throws what n8n says if they are not. */
	async publish(workflow: SavedWorkflow): Promise<void> {
		await this.publishing.publish(this, workflow);
	}

	/** Takes a workflow out of production; n8n may still be removing its webhooks when this returns. */
	async unpublish(workflowId: string): Promise<void> {
		await this.publishing.unpublish(this, workflowId);
	}

	/** Runs a workflow from one of its triggers, as the editor's Execute button does. */
	async run(workflow: SavedWorkflow, triggerName: string): Promise<string> {
		const answer = await this.request(
			'POST',
			`/rest/workflows/${workflow.id}/run`,
			this.publishing.manualRun(workflow, triggerName),
		);
		return text(answer, 'executionId');
	}

	/** What "Listen for test event" does: n8n waits for one event of a webhook trigger. */
	async listen(workflow: SavedWorkflow, triggerName: string): Promise<void> {
		const run = this.publishing.manualRun(workflow, triggerName);
		const answer = await this.request('POST', `/rest/workflows/${workflow.id}/run`, run);
		if (record(answer).waitingForWebhook !== true) {
			throw new Error(`n8n does not wait for an event: ${JSON.stringify(answer)}`);
		}
	}

	/** Of one workflow or of all, newest first. */
	async executions(workflowId?: string): Promise<ExecutionSummary[]> {
		const filter = encodeURIComponent(JSON.stringify({ workflowId }));
		const answer = await this.request('GET', `/rest/executions?filter=${filter}&limit=100`);
		return list(answer, 'results').map(asExecutionSummary);
	}

	async execution(id: string): Promise<Execution> {
		const path = `/rest/executions/${id}`;
		const answer = record(await this.request('GET', path));
		// n8n 2 says so with nothing.
		if (Object.keys(answer).length === 0) throw new N8nRefusal(`${path}: not there`, 404);
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

	/** Waits until an execution has ended, well or not. */
	async finished(executionId: string, timeoutMs = 60_000): Promise<Execution> {
		return waitFor(
			async () => {
				const execution = await this.execution(executionId).catch(unlessBusy);
				const underWay = ['new', 'running', 'waiting'].includes(execution?.status ?? 'running');
				// n8n 1 says that it ended a moment before it has written down how.
				const saysHow = ['success', 'error'].includes(execution?.status ?? '');
				const isWritten = !saysHow || hasRun(execution?.data);
				return !underWay && isWritten && execution;
			},
			{ what: `The end of execution ${executionId}`, timeoutMs },
		);
	}

	/** Retries a failed execution, as its button in the list of executions does; gives the new one's id. */
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

	/** Where a person finds a data table in the editor. */
	async dataTableUrl(tableId: string): Promise<string> {
		return `${this.url}/projects/${await this.personalProject()}/datatables/${tableId}`;
	}

	async communityPackages(): Promise<InstalledCommunityPackage[]> {
		return list(await this.request('GET', COMMUNITY_PACKAGES)).map(asCommunityPackage);
	}

	/** Installs a community package as its screen does: from the registry, the newest version unless one is named. */
	async installCommunityPackage(
		name: string,
		version?: string,
	): Promise<InstalledCommunityPackage> {
		return asCommunityPackage(
			await this.request('POST', COMMUNITY_PACKAGES, { name, version }, COMMUNITY_INSTALL_MS),
		);
	}

	/** What that screen's Update button does; to the newest version unless one is named. */
	async updateCommunityPackage(name: string, version?: string): Promise<InstalledCommunityPackage> {
		return asCommunityPackage(
			await this.request('PATCH', COMMUNITY_PACKAGES, { name, version }, COMMUNITY_INSTALL_MS),
		);
	}

	async uninstallCommunityPackage(name: string): Promise<void> {
		await this.request('DELETE', `${COMMUNITY_PACKAGES}?name=${encodeURIComponent(name)}`);
	}

	/** The descriptions n8n sends its editor of the node types whose name starts like this. */
	async nodeTypes(prefix: string): Promise<JsonRecord[]> {
		return list(await this.request('GET', '/types/nodes.json')).filter((type) =>
			text(type, 'name').startsWith(prefix),
		);
	}

	/** One request of the editor's kind; gives the answer's `data`. */
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
				// n8n may close a kept connection just as it is used once more; what is only read is asked for again.
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
		// Not JSON: the body itself is what it said.
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

/** While an execution keeps n8n busy it answers late: no news, then. */
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
	throw new Error(`n8n answered ${JSON.stringify(value)} where an object was expected`);
}

function list(value: unknown, key?: string): JsonRecord[] {
	const items = key === undefined ? value : record(value)[key];
	if (Array.isArray(items)) return items.map(record);
	throw new Error(`n8n answered ${JSON.stringify(value)} where a list was expected`);
}

function text(value: unknown, key: string): string {
	const found = record(value)[key];
	if (typeof found === 'string' || typeof found === 'number') return String(found);
	throw new Error(`n8n's answer has no "${key}": ${JSON.stringify(value)}`);
}

function optionalText(value: unknown): string | undefined {
	return typeof value === 'string' ? value : undefined;
}
