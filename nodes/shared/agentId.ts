import type { INodeProperties } from 'n8n-workflow';

/** Samora has no list of agents to pick from: an agent is known by its id alone. */
export const agentIdField: INodeProperties = {
	displayName: 'Agent ID',
	name: 'agentId',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. 123e4567-e89b-12d3-a456-426614174000',
	description: "The voice agent's ID, a UUID. You find it on the agent's page in Samora.",
};
