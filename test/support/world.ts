import type { Sandbox, Webhook } from '../../sandbox';
import {
	AGENT,
	ApiClient,
	ordinary,
	OTHER_AGENT,
	type Enveloped,
} from '../sandbox/support/apiClient';

/** Things that are there at Samora before a node is run. */
export interface World {
	agentId: string;
	otherAgentId: string;
	/** Three drafts of the agent, the first with three recipients. */
	campaigns: string[];
	calls: string[];
	webhooks: string[];
}

export async function settle(sandbox: Sandbox): Promise<World> {
	const api = new ApiClient(sandbox);
	const world: World = {
		agentId: AGENT,
		otherAgentId: OTHER_AGENT,
		campaigns: [],
		calls: [],
		webhooks: [],
	};
	for (const n of [0, 1, 2]) {
		const campaign = await api.campaign({ name: `Campaign ${n}` });
		if (n === 0) await campaign.add(ordinary(0), ordinary(1), ordinary(2));
		world.campaigns.push(campaign.id);
		world.calls.push(await api.trigger(ordinary(n), { n }));
		world.webhooks.push(await webhook(api, n));
	}
	return world;
}

async function webhook(api: ApiClient, n: number): Promise<string> {
	const { body } = await api.request<Enveloped<Webhook>>('POST', '/v2/webhooks', {
		agent_id: AGENT,
		name: `Webhook ${n}`,
		url: `https://example.com/${n}`,
		events: ['CALL_FINISHED'],
	});
	return body.data.id;
}
