import { findAgent } from '../state/account';
import { type Answer, empty, json } from '../http/answers';
import type {
	AddRecipientsBody,
	CreateCampaignBody,
	CreateWebhookBody,
	ListCallsQuery,
	TriggerCallBody,
	UpdateCampaignBody,
	UpdateWebhookBody,
} from '../state/apiShapes';
import { listCalls } from '../state/callListing';
import { type CampaignAction, type CampaignRecord, isAllowed } from '../state/campaignRecord';
import { magicOf } from '../state/magicNumbers';
import type { WebhookRecord } from '../state/webhooks';
import { EVENT_TYPES } from '../state/webhooks';
import type { World } from '../world';

/** A request that has been validated, so its parts have the types in the OpenAPI document. */
export interface ValidRequest {
	params: Record<string, string>;
	query: Record<string, unknown>;
	body: unknown;
}

export interface Outcome {
	answer: Answer;
	callIds?: string[];
	scheduledCallIds?: string[];
}

type Operation = (world: World, request: ValidRequest) => Outcome;

/** Ends an operation with an error response. */
class Refusal extends Error {
	constructor(
		readonly status: number,
		message: string,
	) {
		super(message);
	}
}

export const OPERATIONS: Record<string, Operation> = {
	triggerCall(world, { body }) {
		const { agent_id, to_number, metadata } = body as TriggerCallBody;
		const agent = agentOf(agent_id);
		refuseUncallable(to_number);
		const now = world.clock.now();
		const call = world.calls.create(
			{ agent_id: agent.id, to_number, call_variables: metadata ?? null },
			now,
		);
		world.calls.dial(call, now);
		return {
			answer: json(202, { message: 'Call triggered', status: 'accepted', call_id: call.id }),
			callIds: [call.id],
		};
	},

	getCall(world, { params }) {
		const call = world.calls.find(params.call_id);
		if (!call) throw new Refusal(404, 'Call not found');
		return success('Call retrieved', world.calls.details(call));
	},

	createCampaign(world, { params, body }) {
		const { name, retry_config } = body as CreateCampaignBody;
		const agent = agentOf(params.agent_id);
		const campaign = world.campaigns.create(agent.id, name, retry_config ?? null);
		return success('Campaign created', { campaign_id: campaign.id }, 201);
	},

	listCampaigns(world, { params, query }) {
		const agent = agentOf(params.agent_id);
		const { page = 1, page_size = 10 } = query as { page?: number; page_size?: number };
		const campaigns = world.campaigns.of(agent.id);
		return success('Campaigns retrieved', {
			campaigns: campaigns
				.slice((page - 1) * page_size, page * page_size)
				.map((campaign) => world.campaigns.present(campaign)),
			page,
			page_size,
			total: campaigns.length,
		});
	},

	getCampaign(world, { params }) {
		return presented(world, 'Campaign retrieved', campaignOf(world, params));
	},

	updateCampaign(world, { params, body }) {
		const campaign = campaignOf(world, params);
		world.campaigns.update(campaign, body as UpdateCampaignBody);
		return presented(world, 'Campaign updated', campaign);
	},

	addCampaignRecipients(world, { params, body }) {
		const campaign = campaignOf(world, params);
		refuseForbidden(world, 'addRecipients', campaign);
		const { phone_numbers } = body as AddRecipientsBody;
		for (const { to_number } of phone_numbers) refuseUncallable(to_number);
		const scheduledCallIds = world.campaigns.addRecipients(campaign, phone_numbers);
		return {
			...success('Calls scheduled', { scheduled_call_ids: scheduledCallIds }, 201),
			scheduledCallIds,
		};
	},

	listCampaignCalls(world, { params, query }) {
		const campaign = campaignOf(world, params);
		const { page = 1, page_size = 10 } = query as ListCallsQuery;
		const { calls, total } = listCalls(campaign, query as ListCallsQuery);
		return success('Campaign calls retrieved', { calls, page, page_size, total });
	},

	startCampaign: (world, { params }) => transition(world, 'start', params, 'Campaign started'),
	stopCampaign: (world, { params }) => transition(world, 'stop', params, 'Campaign stopped'),
	cancelCampaign: (world, { params }) => transition(world, 'cancel', params, 'Campaign cancelled'),

	createWebhook(world, { body }) {
		const wanted = body as CreateWebhookBody;
		agentOf(wanted.agent_id);
		const webhook = world.webhooks.create(wanted);
		return success(
			'Webhook created',
			{ ...world.webhooks.present(webhook), secret: webhook.secret },
			201,
		);
	},

	listWebhooks(world, { query }) {
		const { agent_id } = query as { agent_id?: string };
		const webhooks = world.webhooks
			.all()
			.filter((webhook) => !agent_id || webhook.agent_id === agent_id.toLowerCase())
			.map((webhook) => world.webhooks.present(webhook));
		return { answer: json(200, { data: { webhooks, total_count: webhooks.length } }) };
	},

	listWebhookEvents: () => ({ answer: json(200, { data: { events: EVENT_TYPES } }) }),

	getWebhook(world, { params }) {
		const webhook = webhookOf(world, params);
		return { answer: json(200, { data: world.webhooks.present(webhook) }) };
	},

	updateWebhook(world, { params, body }) {
		const webhook = webhookOf(world, params);
		world.webhooks.update(webhook, body as UpdateWebhookBody);
		return success('Webhook updated', world.webhooks.present(webhook));
	},

	deleteWebhook(world, { params }) {
		world.webhooks.delete(webhookOf(world, params));
		return {
			answer:
				world.settings.deleteWebhook === 'empty'
					? empty(204)
					: json(200, { message: 'Webhook deleted' }),
		};
	},
};

/** For each operation that answers with what it changed: the one that reads it and changes nothing. */
export const READS: Record<string, string | undefined> = {
	startCampaign: 'getCampaign',
	stopCampaign: 'getCampaign',
	cancelCampaign: 'getCampaign',
	updateCampaign: 'getCampaign',
	updateWebhook: 'getWebhook',
};

/** Runs an operation; what it refuses becomes its answer. */
export function carryOut(world: World, operationId: string, request: ValidRequest): Outcome {
	try {
		return OPERATIONS[operationId](world, request);
	} catch (error) {
		if (!(error instanceof Refusal)) throw error;
		return { answer: json(error.status, { message: error.message }) };
	}
}

const success = (message: string, data: unknown, status = 200): Outcome => ({
	answer: json(status, { message, data }),
});

const presented = (world: World, message: string, campaign: CampaignRecord) =>
	success(message, world.campaigns.present(campaign));

function transition(
	world: World,
	action: Exclude<CampaignAction, 'addRecipients'>,
	params: Record<string, string>,
	message: string,
): Outcome {
	const campaign = campaignOf(world, params);
	refuseForbidden(world, action, campaign);
	world.campaigns[action](campaign);
	return presented(world, message, campaign);
}

const FORBIDDEN: Record<CampaignAction, string> = {
	addRecipients: 'Recipients cannot be added to a campaign',
	start: 'Cannot start a campaign',
	stop: 'Cannot stop a campaign',
	cancel: 'Cannot cancel a campaign',
};

function refuseForbidden(world: World, action: CampaignAction, campaign: CampaignRecord) {
	if (isAllowed(action, campaign)) return;
	throw new Refusal(
		world.settings.forbiddenTransition,
		`${FORBIDDEN[action]} with status ${campaign.status}`,
	);
}

function refuseUncallable(toNumber: string) {
	if (!magicOf(toNumber).script) throw new Refusal(400, `Invalid phone number: ${toNumber}`);
}

function agentOf(id: string) {
	const agent = findAgent(id);
	if (!agent) throw new Refusal(404, 'Agent not found');
	return agent;
}

function campaignOf(world: World, params: Record<string, string>): CampaignRecord {
	const agent = agentOf(params.agent_id);
	const campaign = world.campaigns.find(agent.id, params.campaign_id);
	if (!campaign) throw new Refusal(404, 'Campaign not found');
	return campaign;
}

function webhookOf(world: World, params: Record<string, string>): WebhookRecord {
	const webhook = world.webhooks.find(params.webhook_id);
	if (!webhook) throw new Refusal(404, 'Webhook not found');
	return webhook;
}
