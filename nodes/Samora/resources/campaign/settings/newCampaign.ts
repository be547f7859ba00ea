import type { IDataObject } from 'n8n-workflow';

import { agentId, type AgentDefault } from '../../../../shared/agentId';
import { text, type ReadParameter } from '../../../../shared/parameters';
import { retryConfig } from './retryConfig';
import { CAMPAIGN_NAME } from './name';

/** A campaign that is to be created: the agent, and the body of the request. */
export interface NewCampaign {
	path: { agent_id: string };
	body: IDataObject & { name: string };
}

/** @throws Refusal */
export function newCampaign(read: ReadParameter, credential: AgentDefault): NewCampaign {
	const agent_id = agentId(read('agentId'), credential);
	const retry = retryConfig(read('retryConfig'));
	return {
		path: { agent_id },
		body: {
			name: text(read('name'), 'Name', CAMPAIGN_NAME),
			...(retry ? { retry_config: retry } : {}),
		},
	};
}
