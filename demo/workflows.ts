import { readFile } from 'node:fs/promises';
import path from 'node:path';

import type {
	CredentialReference,
	DataTableColumn,
	NewWorkflow,
	WorkflowNode,
} from '../tools/n8n/client/client';
import { isRecord, parseJson } from '../tools/json';

export const CALLS_TABLE = 'Samora calls';
export const FORM_PATH = 'call-me';

export const CALLS_TABLE_COLUMNS: DataTableColumn[] = [
	{ name: 'started_at', type: 'date' },
	{ name: 'name', type: 'string' },
	{ name: 'phone', type: 'string' },
	{ name: 'status', type: 'string' },
	{ name: 'seconds', type: 'number' },
	{ name: 'recording_url', type: 'string' },
	{ name: 'company', type: 'string' },
	{ name: 'call_id', type: 'string' },
];

/** What only exists in one n8n and therefore isn't in the files. */
export interface Belongings {
	credential: CredentialReference;
	callsTableId: string;
	agentId: string;
}

export function callANewLead(belongings: Belongings): Promise<NewWorkflow> {
	return load('call-a-new-lead.json', belongings);
}

export function logCallOutcomes(belongings: Belongings): Promise<NewWorkflow> {
	return load('log-call-outcomes.json', belongings);
}

async function load(file: string, belongings: Belongings): Promise<NewWorkflow> {
	const workflow = parseJson(await readFile(path.join(__dirname, 'workflows', file), 'utf8'));
	if (!isWorkflow(workflow)) throw new Error(`demo/workflows/${file} is not a workflow`);
	return { ...workflow, nodes: workflow.nodes.map((node) => withBelongings(node, belongings)) };
}

/** Sets what a person sets after importing the file: the credential, the agent and the data table. */
function withBelongings(
	node: WorkflowNode,
	{ credential: { id, name, type }, callsTableId, agentId }: Belongings,
): WorkflowNode {
	const parameters = { ...node.parameters };
	if ('agentId' in parameters) parameters.agentId = agentId;
	if (isRecord(parameters.dataTableId)) {
		parameters.dataTableId = { ...parameters.dataTableId, value: callsTableId };
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
