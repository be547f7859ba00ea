import type { Stage } from '../stage';

type Account = Pick<Stage, 'sandbox' | 'agentId'>;

/** Creates an empty campaign in the sandbox. */
export async function draft({ sandbox, agentId }: Account): Promise<string> {
	const { data } = await post<{ data: { campaign_id: string } }>(
		{ sandbox },
		`/v1/external/campaigns/${agentId}`,
		{ name: 'Bench' },
	);
	return data.campaign_id;
}

/** Adds recipients without n8n. */
export async function addAll(account: Account, campaignId: string, count: number): Promise<void> {
	const { agentId } = account;
	for (let added = 0; added < count; added += 5000) {
		await post(account, `/v1/external/campaigns/${agentId}/${campaignId}/scheduled-calls`, {
			phone_numbers: Array.from({ length: Math.min(5000, count - added) }, (_, n) => ({
				to_number: `+1415${2_000_000 + added + n}`,
			})),
		});
	}
}

/** Places a call without n8n. */
export async function oneCall({ sandbox, agentId }: Account): Promise<string> {
	const { call_id } = await post<{ call_id: string }>({ sandbox }, '/v1/call/trigger', {
		agent_id: agentId,
		to_number: '+14155550100',
	});
	return call_id;
}

async function post<Answer>(
	{ sandbox }: Pick<Stage, 'sandbox'>,
	path: string,
	body: unknown,
): Promise<Answer> {
	const response = await fetch(`${sandbox.url}${path}`, {
		method: 'POST',
		headers: { 'x-api-key': sandbox.apiKey, 'content-type': 'application/json' },
		body: JSON.stringify(body),
	});
	if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
	return (await response.json()) as Answer;
}
