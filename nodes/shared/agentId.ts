import type { INodeProperties } from 'n8n-workflow';

import { Refusal, shown, trimmed } from './parameters';

const LABEL = 'Agent ID';

/** Samora has no list of agents to pick from: an agent is known by its ID alone. */
export const agentIdField: INodeProperties = {
	displayName: LABEL,
	name: 'agentId',
	type: 'string',
	default: '',
	placeholder: 'e.g. 123e4567-e89b-12d3-a456-426614174000',
	description:
		'The ID of the voice agent, or the URL of its page in Samora. Leave it empty to use the Default Agent ID of the credential.',
};

/** What an empty Agent ID means, from the credential. */
export interface AgentDefault {
	defaultAgentId?: unknown;
}

const UUIDS = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;

/**
 * The ID of an agent: a UUID, or a text with exactly one in it, such as the address of the agent's page.
 *
 * @throws Refusal
 */
export function agentId(value: unknown, { defaultAgentId }: AgentDefault, label = LABEL): string {
	const given = trimmed(value);
	if (given === '') return defaultIn(defaultAgentId, label);
	const id = onlyUuid(given);
	if (id !== undefined) return id;
	throw new Refusal(
		label,
		`${label} must be a UUID such as 123e4567-e89b-12d3-a456-426614174000, or the URL of the agent's page in Samora, but it is ${shown(given)}`,
	);
}

function defaultIn(defaultAgentId: unknown, label: string): string {
	const given = trimmed(defaultAgentId);
	if (given === '') {
		throw new Refusal(
			label,
			`${label} is empty, and the Samora credential has no Default Agent ID. Enter the UUID from the agent's page in Samora`,
		);
	}
	const id = onlyUuid(given);
	if (id !== undefined) return id;
	throw new Refusal(
		label,
		`${label} is empty, and Default Agent ID in the Samora credential isn't an agent ID: ${shown(given)}`,
	);
}

function onlyUuid(text: string): string | undefined {
	const ids = new Set((text.match(UUIDS) ?? []).map((id) => id.toLowerCase()));
	if (ids.size !== 1) return undefined;
	return text.match(UUIDS)?.[0];
}
