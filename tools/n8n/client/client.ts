import {
	asExecution,
	asExecutionSummary,
	hasEnded,
	type Execution,
	type ExecutionSummary,
} from './executions';
import { list, optionalText, record, text } from './answers';
import type { JsonRecord } from '../../json';
import { publishingOf, type PublishingStyle } from './publishing';
import { N8nRefusal, N8nSession } from './session';
import { waitFor } from '../../waiting';
import { asWorkflow, type NewWorkflow, type SavedWorkflow } from './workflows';

export type { Execution, ExecutionSummary } from './executions';
export { N8nRefusal } from './session';
export type { NewWorkflow, SavedWorkflow, WorkflowNode } from './workflows';

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

/** Controls n8n through the REST API that its editor uses. */
export class N8nClient extends N8nSession {
	private projectId: string | undefined;
	private readonly publishing: PublishingStyle;

	constructor(url: string, version: string) {
		super(url);
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
			// Like the editor: without it, n8n can't run a step.
			pinData: {},
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

	/** Runs a node and what it still needs, like the editor's Execute step button, which sends what earlier steps gave. */
	async executeStep(workflow: SavedWorkflow, nodeName: string, earlier?: unknown): Promise<string> {
		const answer = await this.request('POST', `/rest/workflows/${workflow.id}/run`, {
			destinationNode: { nodeName, mode: 'inclusive' },
			...(earlier === undefined ? {} : { runData: earlier, dirtyNodeNames: [] }),
		});
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
		return asExecution(answer);
	}

	/** Waits until an execution has succeeded or failed. */
	async finished(executionId: string, timeoutMs = 60_000): Promise<Execution> {
		return waitFor(
			async () => {
				const execution = await this.execution(executionId).catch(unlessBusy);
				return execution && hasEnded(execution) && execution;
			},
			{ what: `The end of execution ${executionId}`, timeoutMs },
		);
	}

	/** Retries a failed execution like the button under Executions. Returns the new execution's ID. */
	async retry(executionId: string, { loadWorkflow = false } = {}): Promise<string> {
		const path = `/rest/executions/${executionId}/retry`;
		return text(await this.request('POST', path, { loadWorkflow }), 'id');
	}

	/** Stops a running execution like the button under Executions. */
	async stop(executionId: string): Promise<void> {
		await this.request('POST', `/rest/executions/${executionId}/stop`);
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

	private async dataTablesPath(): Promise<string> {
		return `/rest/projects/${await this.personalProject()}/data-tables`;
	}

	private async personalProject(): Promise<string> {
		this.projectId ??= text(await this.request('GET', '/rest/projects/personal'), 'id');
		return this.projectId;
	}
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

/** While an execution keeps n8n busy, it responds late. That isn't an error. */
function unlessBusy(fault: unknown): undefined {
	if (!(fault instanceof DOMException && fault.name === 'TimeoutError')) throw fault;
}
