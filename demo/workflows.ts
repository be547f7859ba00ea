import { readFile } from 'node:fs/promises';
import path from 'node:path';

import type {
	CredentialReference,
	DataTableColumn,
	NewWorkflow,
	WorkflowNode,
} from '../tools/n8n/client/client';
import { isRecord, parseJson } from '../tools/json';

export const FORM_PATH = 'call-me';

export const CALLS_TABLE = 'Samora calls';
export const PEOPLE_TABLE = 'People to call';
export const CAMPAIGN_CALLS_TABLE = 'Campaign calls';
export const CAMPAIGNS_TABLE = 'Campaigns';

/** The data tables of the demo, by name. */
export const TABLES: Record<string, DataTableColumn[]> = {
	[CALLS_TABLE]: [
		{ name: 'started_at', type: 'date' },
		{ name: 'name', type: 'string' },
		{ name: 'phone', type: 'string' },
		{ name: 'status', type: 'string' },
		{ name: 'seconds', type: 'number' },
		{ name: 'recording_url', type: 'string' },
		{ name: 'company', type: 'string' },
		{ name: 'call_id', type: 'string' },
	],
	[PEOPLE_TABLE]: [
		{ name: 'name', type: 'string' },
		{ name: 'phone', type: 'string' },
	],
	[CAMPAIGN_CALLS_TABLE]: [
		{ name: 'campaign', type: 'string' },
		{ name: 'name', type: 'string' },
		{ name: 'phone', type: 'string' },
		{ name: 'outcome', type: 'string' },
		{ name: 'seconds', type: 'number' },
		{ name: 'recording_url', type: 'string' },
		{ name: 'call_id', type: 'string' },
	],
	[CAMPAIGNS_TABLE]: [
		{ name: 'campaign', type: 'string' },
		{ name: 'calls', type: 'number' },
		{ name: 'finished', type: 'number' },
		{ name: 'unanswered', type: 'number' },
		{ name: 'failed', type: 'number' },
		{ name: 'answer_rate', type: 'number' },
		{ name: 'finished_at', type: 'date' },
		{ name: 'campaign_id', type: 'string' },
	],
};

/** Magic numbers of the sandbox: answered, answered, not answered the first time, and never answered. */
export const PEOPLE = [
	{ name: 'Grace Hopper', phone: '+13125550100' },
	{ name: 'Alan Turing', phone: '+12125550100' },
	{ name: 'Katherine Johnson', phone: '+14155550107' },
	{ name: 'Claude Shannon', phone: '+14155550101' },
];

/** What only exists in one n8n and therefore isn't in the files. */
export interface Belongings {
	credential: CredentialReference;
	/** The IDs of the data tables, by name. */
	tables: Record<string, string>;
	agentId: string;
}

export function callANewLead(belongings: Belongings): Promise<NewWorkflow> {
	return load('call-a-new-lead.json', belongings);
}

export function logCallOutcomes(belongings: Belongings): Promise<NewWorkflow> {
	return load('log-call-outcomes.json', belongings);
}

export function callAList(belongings: Belongings): Promise<NewWorkflow> {
	return load('call-a-list.json', belongings);
}

async function load(file: string, belongings: Belongings): Promise<NewWorkflow> {
	const workflow = parseJson(await readFile(path.join(__dirname, 'workflows', file), 'utf8'));
	if (!isWorkflow(workflow)) throw new Error(`demo/workflows/${file} is not a workflow`);
	return { ...workflow, nodes: workflow.nodes.map((node) => withBelongings(node, belongings)) };
}

/** Sets what a person sets after importing the file: the credential, the agent and the data tables. */
function withBelongings(
	node: WorkflowNode,
	{ credential: { id, name, type }, tables, agentId }: Belongings,
): WorkflowNode {
	const parameters = { ...node.parameters };
	if ('agentId' in parameters) parameters.agentId = agentId;
	const { dataTableId } = parameters;
	if (isRecord(dataTableId)) {
		const value = tables[String(dataTableId.cachedResultName)];
		parameters.dataTableId = { ...dataTableId, value };
	}
	return {
		...node,
		parameters,
		...(node.credentials ? { credentials: { [type]: { id, name } } } : {}),
	};
}

function isWorkflow(value: unknown): value is NewWorkflow {
	return (
		isRecord(value) &&
		typeof value.name === 'string' &&
		Array.isArray(value.nodes) &&
		isRecord(value.connections)
	);
}
