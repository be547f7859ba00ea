import type { Parameters } from './sandboxRuns';
import type { World } from './world';

interface OperationUnderTest {
	resource: 'call' | 'campaign' | 'webhook';
	operation: string;
	/** The least that makes a request Samora takes. */
	parameters: (world: World) => Parameters;
}

const byId = (value: string) => ({ __rl: true as const, mode: 'id', value });
const agent = ({ agentId }: World) => ({ agentId });
const campaign = ({ agentId, campaigns }: World) => ({ agentId, campaignId: byId(campaigns[0]) });
const webhook = ({ webhooks }: World) => ({ webhookId: byId(webhooks[0]) });

/** The node's operation for each endpoint of the API. */
export const OPERATIONS = {
	triggerCall: {
		resource: 'call',
		operation: 'trigger',
		parameters: (world) => ({ ...agent(world), toNumber: '+14155550100' }),
	},
	getCall: {
		resource: 'call',
		operation: 'get',
		parameters: ({ calls }) => ({ callId: calls[0] }),
	},
	createCampaign: {
		resource: 'campaign',
		operation: 'create',
		parameters: (world) => ({ ...agent(world), name: 'Spring' }),
	},
	listCampaigns: { resource: 'campaign', operation: 'getAll', parameters: agent },
	getCampaign: { resource: 'campaign', operation: 'get', parameters: campaign },
	updateCampaign: {
		resource: 'campaign',
		operation: 'update',
		parameters: (world) => ({ ...campaign(world), updateFields: { name: 'Summer' } }),
	},
	addCampaignRecipients: {
		resource: 'campaign',
		operation: 'addRecipients',
		parameters: (world) => ({ ...campaign(world), toNumber: '+14155550100' }),
	},
	listCampaignCalls: { resource: 'campaign', operation: 'getCalls', parameters: campaign },
	startCampaign: { resource: 'campaign', operation: 'start', parameters: campaign },
	stopCampaign: { resource: 'campaign', operation: 'stop', parameters: campaign },
	cancelCampaign: { resource: 'campaign', operation: 'cancel', parameters: campaign },
	createWebhook: {
		resource: 'webhook',
		operation: 'create',
		parameters: (world) => ({
			...agent(world),
			name: 'CRM',
			url: 'https://example.com/events',
			events: ['CALL_FINISHED'],
		}),
	},
	listWebhooks: { resource: 'webhook', operation: 'getAll', parameters: () => ({}) },
	listWebhookEvents: { resource: 'webhook', operation: 'getEventTypes', parameters: () => ({}) },
	getWebhook: { resource: 'webhook', operation: 'get', parameters: webhook },
	updateWebhook: {
		resource: 'webhook',
		operation: 'update',
		parameters: (world) => ({ ...webhook(world), updateFields: { name: 'CRM, new' } }),
	},
	deleteWebhook: { resource: 'webhook', operation: 'delete', parameters: webhook },
} satisfies Record<string, OperationUnderTest>;

/** The operations that are more than one endpoint. */
const COMPOSED_OPERATIONS = {
	triggerAndWait: {
		resource: 'call',
		operation: 'triggerAndWait',
		parameters: (world) => ({
			...agent(world),
			toNumber: '+14155550100',
			wait: { pollInterval: 0.1, timeout: 0.01, onTimeout: 'continue' },
		}),
	},
	downloadRecording: {
		resource: 'call',
		operation: 'downloadRecording',
		parameters: ({ calls }) => ({ callId: calls[0] }),
	},
	downloadTranscript: {
		resource: 'call',
		operation: 'downloadTranscript',
		parameters: ({ calls }) => ({ callId: calls[0] }),
	},
	launch: {
		resource: 'campaign',
		operation: 'launch',
		parameters: (world) => ({ ...agent(world), name: 'Spring', toNumber: '+14155550100' }),
	},
} satisfies Record<string, OperationUnderTest>;

export const ALL_OPERATIONS = { ...OPERATIONS, ...COMPOSED_OPERATIONS };

export type OperationId = keyof typeof OPERATIONS;
export type AnyOperationId = keyof typeof ALL_OPERATIONS;

export const OPERATION_IDS = Object.keys(OPERATIONS) as OperationId[];
export const ALL_OPERATION_IDS = Object.keys(ALL_OPERATIONS) as AnyOperationId[];

/** The parameters of an operation as a workflow saves them, the least of them unless more are given. */
export function parametersOf(id: AnyOperationId, world: World, more: Parameters = {}): Parameters {
	const { resource, operation, parameters }: OperationUnderTest = ALL_OPERATIONS[id];
	return { resource, operation, ...parameters(world), ...more };
}
