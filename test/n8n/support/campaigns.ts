import type { Sandbox } from '../../../sandbox';

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
