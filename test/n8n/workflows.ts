import { randomUUID } from 'node:crypto';

import type { CredentialReference, NewWorkflow, WorkflowNode } from '../../tools/n8n/client';
import type { JsonRecord } from '../../tools/n8n/json';

export const START = 'Start';
export const CALL = 'Call';
export const TRIGGER = 'Samora Trigger';

/** Samora Trigger alone: what Samora reports is what an execution shows. */
export function outcomesWorkflow(agentId: string, credential: CredentialReference): NewWorkflow {
	return chain('Outcomes', [
		node(
			TRIGGER,
			'n8n-nodes-samora.samoraTrigger',
			{ agentId, events: ['CALL_STARTED', 'CALL_FINISHED', 'CALL_FAILED'], options: {} },
			credential,
		),
	]);
}

/** Started by hand, it calls every number, each as an item of its own. */
export function callWorkflow(
	agentId: string,
	credential: CredentialReference,
	numbers: string[],
): NewWorkflow {
	return chain('Calls', [
		node(START, 'n8n-nodes-base.manualTrigger'),
		node('List', 'n8n-nodes-base.set', {
			mode: 'raw',
			jsonOutput: JSON.stringify({ number: numbers }),
			options: {},
		}),
		node('Numbers', 'n8n-nodes-base.splitOut', { fieldToSplitOut: 'number', options: {} }),
		node(
			CALL,
			'n8n-nodes-samora.samora',
			{
				resource: 'call',
				operation: 'trigger',
				agentId,
				toNumber: '={{ $json.number }}',
				metadataMode: 'keyValue',
				metadata: { values: [{ key: 'lead_name', value: 'Ada' }] },
				options: {},
			},
			credential,
		),
	]);
}

const TYPE_VERSIONS: Record<string, number> = { 'n8n-nodes-base.set': 3.4 };

type Link = Omit<WorkflowNode, 'position'>;

function node(
	name: string,
	type: string,
	parameters: JsonRecord = {},
	credential?: CredentialReference,
): Link {
	return {
		id: randomUUID(),
		webhookId: randomUUID(),
		name,
		type,
		typeVersion: TYPE_VERSIONS[type] ?? 1,
		parameters,
		...(credential && {
			credentials: { [credential.type]: { id: credential.id, name: credential.name } },
		}),
	};
}

function chain(name: string, nodes: Link[]): NewWorkflow {
	const followers = nodes.slice(1);
	return {
		name,
		nodes: nodes.map((node, index) => ({ ...node, position: [index * 224, 0] })),
		connections: Object.fromEntries(
			followers.map((follower, index) => [
				nodes[index].name,
				{ main: [[{ node: follower.name, type: 'main', index: 0 }]] },
			]),
		),
	};
}
