import { record, text } from './answers';
import type { JsonRecord } from '../../json';

export interface WorkflowNode {
	id: string;
	name: string;
	type: string;
	typeVersion: number;
	position: [number, number];
	parameters: JsonRecord;
	credentials?: Record<string, { id: string; name: string }>;
	webhookId?: string;
	onError?: 'stopWorkflow' | 'continueRegularOutput' | 'continueErrorOutput';
	retryOnFail?: boolean;
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

export function asWorkflow(value: unknown): SavedWorkflow {
	const workflow = record(value);
	return {
		id: text(workflow, 'id'),
		name: text(workflow, 'name'),
		versionId: text(workflow, 'versionId'),
		definition: workflow,
	};
}
