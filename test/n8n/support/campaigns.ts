import type { Sandbox } from '../../../sandbox';
import type { JsonRecord } from '../../../tools/json';
import { chain, node } from '../../../tools/n8n/client/chain';
import type {
	CredentialReference,
	N8nClient,
	NewWorkflow,
	SavedWorkflow,
} from '../../../tools/n8n/client/client';
import { waitFor } from '../../../tools/waiting';

export const CAMPAIGN_TRIGGER = 'Samora Campaign Trigger';

/** Polls are a minute apart. */
export const NEXT_POLL_MS = 150_000;

export interface Recipient {
	to_number: string;
	call_variables?: Record<string, string>;
}

/** A campaign as anybody else may start it who uses the agent. It ends at once in the sandbox's time. */
export async function campaignThatEnds(
	sandbox: Sandbox,
	agentId: string,
	name: string,
	phone_numbers: Recipient[],
): Promise<void> {
	const post = async (path: string, body: unknown) => {
		const response = await fetch(`${sandbox.url}/v1/external/campaigns/${agentId}${path}`, {
			method: 'POST',
			headers: { 'x-api-key': sandbox.apiKey, 'content-type': 'application/json' },
			body: JSON.stringify(body),
		});
		return (await response.json()) as { data: { campaign_id: string } };
	};
	const { campaign_id: id } = (await post('', { name })).data;
	await post(`/${id}/scheduled-calls`, { phone_numbers });
	await post(`/${id}/start`, {});
	await sandbox.control.advance(60);
}

/** Watches all campaigns of the agent. */
export function campaignWorkflow(agentId: string, credential: CredentialReference): NewWorkflow {
	return chain('Campaigns', [
		node(
			CAMPAIGN_TRIGGER,
			'n8n-nodes-samora.samoraCampaignTrigger',
			{
				pollTimes: { item: [{ mode: 'everyMinute' }] },
				agentId,
				campaignId: { __rl: true, mode: 'list', value: '' },
				events: ['CAMPAIGN_CALL_ENDED', 'CAMPAIGN_STATUS_CHANGED'],
				options: {},
			},
			credential,
		),
	]);
}

/** Waits until the workflow's executions are about this many events, and gives each in short: "Spring finished". */
export async function toldOf(
	client: N8nClient,
	workflow: SavedWorkflow,
	count: number,
): Promise<string[]> {
	return await waitFor(
		async () => {
			const executions = await client.executions(workflow.id);
			const ended = await Promise.all(executions.map(({ id }) => client.finished(id)));
			const events = ended.reverse().flatMap((execution) => execution.output(CAMPAIGN_TRIGGER));
			return events.length >= count && events.map(inShort);
		},
		{ what: `${count} events of a campaign`, timeoutMs: NEXT_POLL_MS },
	);
}

export function inShort({ campaign_name, outcome, name, status }: JsonRecord): string {
	return campaign_name
		? `${String(campaign_name)} ${String(outcome)}`
		: `${String(name)} ${String(status)}`;
}

/** What is told of a campaign of two calls that nobody saw before it was finished. */
export const wholeCampaign = (name: string) => [
	`${name} finished`,
	`${name} finished`,
	`${name} FINISHED`,
];
