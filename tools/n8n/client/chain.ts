import { randomUUID } from 'node:crypto';

import type { CredentialReference } from './client';
import type { JsonRecord } from '../../json';
import type { NewWorkflow, WorkflowNode } from './workflows';

const TYPE_VERSIONS: Record<string, number> = { 'n8n-nodes-base.set': 3.4 };

/** A node without a position. */
export type Link = Omit<WorkflowNode, 'position'>;

/** A node as a workflow saves it, with a new ID. */
export function node(
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

/** A workflow whose nodes are connected in a row. */
export function chain(name: string, nodes: Link[]): NewWorkflow {
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
