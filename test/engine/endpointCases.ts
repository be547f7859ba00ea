import type { IDataObject } from 'n8n-workflow';

import { EVENT_TYPES } from '../../sandbox/state/webhooks';
import type { JournalEntry } from '../../sandbox';
import { AGENT, OTHER_AGENT } from '../sandbox/support/apiClient';
import type { OperationId } from '../support/operations';
import type { asked, Parameters, SandboxRuns } from '../support/sandboxRuns';
import type { World } from '../support/world';

interface Endpoint {
	/** Values differ by item, and come in by expression. */
	parameters: Parameters;
	items: () => IDataObject[];
	/** What is asked for each item. */
	request: (item: IDataObject, index: number) => Partial<ReturnType<typeof asked>>;
	/** What comes out for each item, one or several. */
	output: (item: IDataObject, entry: JournalEntry) => Promise<unknown> | unknown;
}

const numbers = ['+14155550100', '+919876543210', '+442079460018'].map((phone, n) => ({
	phone,
	n,
}));

const agentId = '={{ $json.agent }}';
const campaignId = { __rl: true as const, mode: 'id', value: '={{ $json.id }}' };
const webhookId = campaignId;
const campaignPath = ({ agent, id }: IDataObject) =>
	`/v1/external/campaigns/${String(agent)}/${String(id)}`;

export async function webhookNow({ control }: SandboxRuns, id: unknown) {
	const webhook = (await control.webhooks()).find((one) => one.id === id);
	if (!webhook) throw new Error(`No webhook ${String(id)}`);
	const { secret, ...shown } = webhook;
	return { secret, shown };
}

/** For each endpoint: several items, what is asked for them, and what comes out. */
export function endpointCases(
	samora: SandboxRuns,
	world: () => World,
): Record<OperationId, Endpoint> {
	const campaigns = () => world().campaigns.map((id, n) => ({ agent: world().agentId, id, n }));
	const calls = () => world().calls.map((id) => ({ id }));
	const webhooks = () => world().webhooks.map((id, n) => ({ id, n }));

	const campaignNow = async ({ id }: IDataObject) =>
		(await samora.control.campaigns()).find((campaign) => campaign.id === id);

	const move = (action: string): Endpoint => ({
		parameters: { agentId, campaignId },
		items: campaigns,
		request: (item) => ({ method: 'POST', path: `${campaignPath(item)}/${action}`, query: {} }),
		output: campaignNow,
	});

	return {
		triggerCall: {
			parameters: {
				agentId: AGENT,
				toNumber: '={{ $json.phone }}',
				metadataMode: 'keyValue',
				metadata: {
					values: [
						{ key: 'n', value: '={{ $json.n }}' },
						{ key: '={{ "lead_" + $json.n }}', value: 'yes' },
					],
				},
			},
			items: () => numbers,
			request: ({ phone, n }) => ({
				method: 'POST',
				path: '/v1/call/trigger',
				query: {},
				body: { agent_id: AGENT, to_number: phone, metadata: { n, [`lead_${String(n)}`]: 'yes' } },
			}),
			output: ({ phone }, { callIds }) => ({
				call_id: callIds?.[0],
				status: 'accepted',
				message: 'Call triggered',
				to_number: phone,
			}),
		},
		getCall: {
			parameters: { callId: '={{ $json.id }}' },
			items: calls,
			request: ({ id }) => ({ method: 'GET', path: `/v1/call/${String(id)}`, query: {} }),
			output: async ({ id }) => {
				const call = (await samora.control.calls()).find((one) => one.id === id);
				return {
					call_id: id,
					agent_id: world().agentId,
					status: 'PENDING',
					call_variables: call?.call_variables,
					created_at: call?.created_at,
					updated_at: call?.updated_at,
					started_at: null,
					ended_at: null,
					transcript_url: null,
					recording_url: null,
				};
			},
		},
		createCampaign: {
			parameters: {
				agentId,
				name: '={{ "Campaign of " + $json.who }}',
				retryConfig: {
					values: {
						maxRetries: '={{ $json.retries }}',
						retryDelayMinutes: 30,
						retryOn: ['UNANSWERED', 'VOICEMAIL'],
					},
				},
			},
			items: () => [
				{ agent: AGENT, who: 'Ada', retries: 1 },
				{ agent: OTHER_AGENT, who: 'Grace', retries: 5 },
				{ agent: AGENT, who: 'Edsger', retries: '3' },
			],
			request: ({ agent, who, retries }) => ({
				method: 'POST',
				path: `/v1/external/campaigns/${String(agent)}`,
				query: {},
				body: {
					name: `Campaign of ${String(who)}`,
					retry_config: {
						max_retries: Number(retries),
						retry_delay_minutes: 30,
						retry_on: ['UNANSWERED', 'VOICEMAIL'],
					},
				},
			}),
			output: async ({ who }) => {
				const all = await samora.control.campaigns();
				return { campaign_id: all.find(({ name }) => name === `Campaign of ${String(who)}`)?.id };
			},
		},
		listCampaigns: {
			parameters: { agentId, returnAll: true },
			items: () => [{ agent: AGENT }, { agent: OTHER_AGENT }, { agent: AGENT.toUpperCase() }],
			request: ({ agent }) => ({
				method: 'GET',
				path: `/v1/external/campaigns/${String(agent)}`,
				query: { page: '1', page_size: '100' },
			}),
			output: async ({ agent }) =>
				(await samora.control.campaigns())
					.filter(({ agent_id }) => agent_id === String(agent).toLowerCase())
					.reverse(),
		},
		getCampaign: {
			parameters: { agentId, campaignId },
			items: campaigns,
			request: (item) => ({ method: 'GET', path: campaignPath(item), query: {} }),
			output: campaignNow,
		},
		updateCampaign: {
			parameters: {
				agentId,
				campaignId,
				updateFields: {
					name: '={{ "New name " + $json.n }}',
					retryConfig: { values: { maxRetries: 2, retryDelayMinutes: 1440, retryOn: ['FAILED'] } },
				},
			},
			items: campaigns,
			request: (item) => ({
				method: 'PUT',
				path: campaignPath(item),
				query: {},
				body: {
					name: `New name ${String(item.n)}`,
					retry_config: { max_retries: 2, retry_delay_minutes: 1440, retry_on: ['FAILED'] },
				},
			}),
			output: campaignNow,
		},
		addCampaignRecipients: {
			parameters: {
				agentId,
				campaignId,
				toNumber: '={{ $json.phone }}',
				variablesMode: 'json',
				variablesJson: '={{ { n: $json.n } }}',
			},
			// Each to a campaign of its own: rows of one campaign go out together.
			items: () => campaigns().map((campaign, n) => ({ ...campaign, ...numbers[n] })),
			request: (item) => ({
				method: 'POST',
				path: `${campaignPath(item)}/scheduled-calls`,
				query: {},
				body: { phone_numbers: [{ to_number: item.phone, call_variables: { n: item.n } }] },
			}),
			output: ({ phone }, { scheduledCallIds }) => ({
				scheduled_call_id: scheduledCallIds?.[0],
				to_number: phone,
			}),
		},
		listCampaignCalls: {
			parameters: {
				agentId,
				campaignId,
				returnAll: false,
				limit: '={{ $json.n + 2 }}',
				filters: { search: '={{ "+1415200" }}', status: 'PENDING' },
				sort: { sortBy: 'participant_id', sortDir: 'asc' },
			},
			items: campaigns,
			request: (item) => ({
				method: 'GET',
				path: `${campaignPath(item)}/calls`,
				query: {
					page: '1',
					page_size: String(Number(item.n) + 2),
					search: '+1415200',
					status: 'PENDING',
					sort_by: 'participant_id',
					sort_dir: 'asc',
				},
			}),
			output: async ({ id, n }) =>
				(await samora.control.calls({ campaign_id: String(id) }))
					.slice(0, Number(n) + 2)
					.map((call) => ({
						call_id: call.id,
						id: call.id,
						to_number: call.to_number,
						status: 'PENDING',
						duration: null,
						created_at: call.created_at,
						updated_at: call.updated_at,
						started_at: null,
						ended_at: null,
					})),
		},
		startCampaign: move('start'),
		stopCampaign: move('stop'),
		cancelCampaign: move('cancel'),
		createWebhook: {
			parameters: {
				agentId: AGENT,
				name: '={{ "Hook " + $json.n }}',
				url: '={{ "https://example.com/hooks/" + $json.n }}',
				events: '={{ $json.events }}',
				dataOptions: { includeTranscript: true, includeRecordingUrl: '={{ $json.n > 0 }}' },
				customHeaders: { values: [{ name: 'X-Token', value: '={{ "token " + $json.n }}' }] },
			},
			items: () => [
				{ n: 0, events: ['CALL_FINISHED'] },
				{ n: 1, events: ['CALL_FAILED', 'CALL_STARTED'] },
			],
			request: ({ n, events }) => ({
				method: 'POST',
				path: '/v2/webhooks',
				query: {},
				body: {
					agent_id: AGENT,
					name: `Hook ${String(n)}`,
					url: `https://example.com/hooks/${String(n)}`,
					events,
					data_options: { include_transcript: true, include_recording_url: Number(n) > 0 },
					custom_headers: { 'X-Token': `token ${String(n)}` },
				},
			}),
			output: async ({ n }) => {
				const all = await samora.control.webhooks();
				const { secret, shown } = await webhookNow(
					samora,
					all.find(({ name }) => name === `Hook ${String(n)}`)?.id,
				);
				return { ...shown, secret };
			},
		},
		listWebhooks: {
			parameters: { returnAll: true, filters: { agentId: '={{ $json.agent }}' } },
			items: () => [{ agent: AGENT }, { agent: OTHER_AGENT }, { agent: '' }],
			request: ({ agent }) => ({
				method: 'GET',
				path: '/v2/webhooks',
				query: { ...(agent === '' ? undefined : { agent_id: String(agent) }) },
			}),
			output: async ({ agent }) => {
				const all = await Promise.all(
					world().webhooks.map(async (id) => await webhookNow(samora, id)),
				);
				return agent === OTHER_AGENT ? [] : all.map(({ shown }) => shown);
			},
		},
		listWebhookEvents: {
			parameters: {},
			items: () => [{}, {}],
			request: () => ({ method: 'GET', path: '/v2/webhooks/events', query: {} }),
			output: () => EVENT_TYPES,
		},
		getWebhook: {
			parameters: { webhookId },
			items: webhooks,
			request: ({ id }) => ({ method: 'GET', path: `/v2/webhooks/${String(id)}`, query: {} }),
			output: async ({ id }) => (await webhookNow(samora, id)).shown,
		},
		updateWebhook: {
			parameters: {
				webhookId,
				updateFields: {
					name: '={{ "Renamed " + $json.n }}',
					url: '={{ "https://example.org/" + $json.n }}',
					events: ['CALL_STARTED', 'CALL_FINISHED', 'CALL_FAILED'],
					dataOptions: { includeTranscript: true },
					customHeaders: { values: [{ name: 'X-New', value: 'new' }] },
					isActive: '={{ $json.n === 1 }}',
				},
			},
			items: webhooks,
			request: ({ id, n }) => ({
				method: 'PUT',
				path: `/v2/webhooks/${String(id)}`,
				query: {},
				body: {
					name: `Renamed ${String(n)}`,
					url: `https://example.org/${String(n)}`,
					events: ['CALL_STARTED', 'CALL_FINISHED', 'CALL_FAILED'],
					data_options: { include_transcript: true },
					custom_headers: { 'X-New': 'new' },
					is_active: n === 1,
				},
			}),
			output: async ({ id }) => (await webhookNow(samora, id)).shown,
		},
		deleteWebhook: {
			parameters: { webhookId },
			items: webhooks,
			request: ({ id }) => ({ method: 'DELETE', path: `/v2/webhooks/${String(id)}`, query: {} }),
			output: ({ id }) => ({ id, deleted: true }),
		},
	};
}
