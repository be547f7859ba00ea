import { randomUUID } from 'node:crypto';

import type { INodeProperties, INodeTypeDescription } from 'n8n-workflow';

import type {
	CredentialReference,
	NewWorkflow,
	WorkflowNode,
} from '../../../tools/n8n/client/client';
import type { JsonRecord } from '../../../tools/json';
import { shownFor } from '../../support/descriptions';
import { START } from './workflows';

const AGENT = 'Agent';

/** A tool of the agent, and the node a person answers first where there is one. */
export interface Tool {
	name: string;
	parameters: JsonRecord;
	settings?: JsonRecord;
	review?: Pick<WorkflowNode, 'type' | 'typeVersion' | 'parameters'> & {
		credential: CredentialReference;
	};
}

/** Started by hand, an AI agent does what it is asked with the Samora node as its tools. */
export function agentWorkflow(
	{
		agent,
		model,
		samora,
	}: { agent: number; model: CredentialReference; samora: CredentialReference },
	tools: Tool[],
): NewWorkflow {
	const node = (
		name: string,
		type: string,
		typeVersion: number,
		parameters: JsonRecord,
		credential?: CredentialReference,
	): WorkflowNode => ({
		id: randomUUID(),
		webhookId: randomUUID(),
		name,
		type,
		typeVersion,
		position: [0, 0],
		parameters,
		...(credential && {
			credentials: { [credential.type]: { id: credential.id, name: credential.name } },
		}),
	});
	const link = (kind: string, to: string) => ({ [kind]: [[{ node: to, type: kind, index: 0 }]] });
	const reviewOf = (name: string) => `Review of ${name}`;
	return {
		name: 'Agent',
		nodes: [
			node(START, 'n8n-nodes-base.manualTrigger', 1, {}),
			node(AGENT, '@n8n/n8n-nodes-langchain.agent', agent, {
				promptType: 'define',
				text: 'Do what needs to be done.',
				options: { maxIterations: 50 },
			}),
			node(
				'Model',
				'@n8n/n8n-nodes-langchain.lmChatOpenAi',
				1.2,
				{
					model: { __rl: true, mode: 'id', value: 'stand-in' },
					options: {},
				},
				model,
			),
			...tools.flatMap(({ name, parameters, settings, review }) => [
				{ ...node(name, 'n8n-nodes-samora.samoraTool', 1, parameters, samora), ...settings },
				...(review
					? [
							node(
								reviewOf(name),
								review.type,
								review.typeVersion,
								review.parameters,
								review.credential,
							),
						]
					: []),
			]),
		],
		connections: {
			[START]: link('main', AGENT),
			Model: link('ai_languageModel', AGENT),
			...Object.fromEntries(
				tools.flatMap(({ name, review }) =>
					review
						? [
								[name, link('ai_tool', reviewOf(name))],
								[reviewOf(name), link('ai_tool', AGENT)],
							]
						: [[name, link('ai_tool', AGENT)]],
				),
			),
		},
	};
}

/** What the editor writes when a person lets the model fill in a parameter and says no more about it. */
export function filledInByModel({
	displayName,
	type,
}: Pick<INodeProperties, 'displayName' | 'type'>): string {
	const key = displayName.replace(/[^a-zA-Z0-9-]/g, '_').slice(0, 63);
	const kind = type === 'boolean' || type === 'number' || type === 'json' ? type : 'string';
	return `={{ /*n8n-auto-generated-fromAI-override*/ $fromAI('${key}', \`\`, '${kind}') }}`;
}

/** An operation as a tool, with everything that is required left to the model. */
export function operationTool(
	description: INodeTypeDescription,
	resource: string,
	operation: string,
	given: JsonRecord = {},
): Tool {
	const left = shownFor(description, resource, operation)
		.filter(({ required, name }) => required && !(name in given))
		.map((property) => {
			const value = filledInByModel(property);
			return [
				property.name,
				property.type === 'resourceLocator' ? { __rl: true, mode: 'id', value } : value,
			] as const;
		});
	return {
		name: `${resource} ${operation}`,
		parameters: { resource, operation, ...Object.fromEntries(left), ...given },
	};
}
