import type { SchemaObject } from 'ajv/dist/2020';
import { SANDBOX_AGENTS } from '../state/account';
import { type Campaign, CAMPAIGN_STATUSES, type CampaignStatus } from '../api/apiShapes';
import { type CallRecord, campaignCall } from '../state/calls';
import { DIALECT_NAMES } from '../dialects/dialects';
import type { CallState, ClockState, SandboxInfo } from './control';
import { FAULT_KINDS, type FaultOptions } from './faults';
import type { JournalFilter } from './journal';
import { OPERATIONS } from '../api/operations';
import {
	changeSettings,
	type SettingsChange,
	SIGNATURE_PARTS,
	SIGNATURE_SCHEMES,
} from './settings';
import type { World } from '../state/world';

/** The current state that the control API works on, and how to reset it. */
export interface Controlled {
	world(): World;
	reset(): void;
	info(): Pick<SandboxInfo, 'url' | 'filesUrl'>;
}

interface ControlRequest {
	path: string;
	query: URLSearchParams;
	body: unknown;
}

type Handler = (sandbox: Controlled, request: ControlRequest) => unknown;

export interface Route {
	method: string;
	path: RegExp;
	body?: SchemaObject;
	handle: Handler;
}

const object = (
	properties: Record<string, SchemaObject>,
	required: string[] = [],
): SchemaObject => ({
	type: 'object',
	additionalProperties: false,
	properties,
	required,
});

const count: SchemaObject = { type: 'integer', minimum: 0 };

export const CONTROL_ROUTES: Route[] = [
	{
		method: 'GET',
		path: /^$/,
		handle: (sandbox): SandboxInfo => ({
			...sandbox.info(),
			agents: [...SANDBOX_AGENTS],
			clock: clockState(sandbox.world()),
		}),
	},
	{ method: 'POST', path: /^\/reset$/, handle: (sandbox) => sandbox.reset() },
	{
		method: 'GET',
		path: /^\/journal$/,
		handle: (sandbox, { query }) => sandbox.world().journal.page(filterFrom(query)),
	},
	{
		method: 'GET',
		path: /^\/calls$/,
		handle: (sandbox, { query }) => callStates(sandbox.world(), query.get('campaign_id')),
	},
	{
		method: 'GET',
		path: /^\/campaigns$/,
		handle: (sandbox): Campaign[] => {
			const { campaigns } = sandbox.world();
			return campaigns.all().map((campaign) => campaigns.present(campaign));
		},
	},
	{
		method: 'PUT',
		path: /^\/campaigns\/[^/]+\/status$/,
		body: object(
			{
				status: {
					enum: [...CAMPAIGN_STATUSES],
				},
			},
			['status'],
		),
		handle: (sandbox, { path, body }) => {
			const { campaigns } = sandbox.world();
			const campaign = campaigns.findById(path.split('/')[2]);
			if (!campaign) throw new ControlRefusal(404, 'no such campaign');
			campaigns.setStatus(campaign, (body as { status: CampaignStatus }).status);
			return campaigns.present(campaign);
		},
	},
	{
		method: 'GET',
		path: /^\/webhooks$/,
		handle: (sandbox) => {
			const { webhooks } = sandbox.world();
			return webhooks
				.all()
				.map((webhook) => ({ ...webhooks.present(webhook), secret: webhook.secret }));
		},
	},
	{
		method: 'GET',
		path: /^\/deliveries$/,
		handle: (sandbox) => sandbox.world().deliveries.page(),
	},
	{ method: 'GET', path: /^\/faults$/, handle: (sandbox) => sandbox.world().faults.all() },
	{
		method: 'POST',
		path: /^\/faults$/,
		body: object(
			{
				operationId: { enum: [...Object.keys(OPERATIONS), 'file'] },
				kind: { enum: [...FAULT_KINDS] },
				times: { type: ['integer', 'null'], minimum: 1 },
				skip: count,
				match: { type: 'string', minLength: 1 },
				retryAfter: { type: ['number', 'string'] },
				status: { type: 'integer', minimum: 200, maximum: 599 },
				ms: count,
				depth: count,
				total: { type: ['number', 'string'] },
			},
			['kind'],
		),
		handle: (sandbox, { body }) => ({ id: sandbox.world().faults.add(body as FaultOptions) }),
	},
	{ method: 'DELETE', path: /^\/faults$/, handle: (sandbox) => sandbox.world().faults.clear() },
	{
		method: 'DELETE',
		path: /^\/faults\/[^/]+$/,
		handle: (sandbox, { path }) => {
			if (!sandbox.world().faults.remove(path.split('/')[2])) {
				throw new ControlRefusal(404, 'no such fault');
			}
		},
	},
	{ method: 'GET', path: /^\/clock$/, handle: (sandbox) => clockState(sandbox.world()) },
	{
		method: 'PUT',
		path: /^\/clock$/,
		body: object({ speed: { type: 'number', minimum: 0 } }, ['speed']),
		handle: (sandbox, { body }) => {
			sandbox.world().clock.setSpeed((body as { speed: number }).speed);
			return clockState(sandbox.world());
		},
	},
	{
		method: 'POST',
		path: /^\/clock\/advance$/,
		body: object({ seconds: { type: 'number', minimum: 0 } }, ['seconds']),
		handle: async (sandbox, { body }) => {
			const world = sandbox.world();
			await world.advance((body as { seconds: number }).seconds);
			return clockState(world);
		},
	},
	{ method: 'GET', path: /^\/settings$/, handle: (sandbox) => sandbox.world().settings },
	{
		method: 'PUT',
		path: /^\/settings$/,
		body: object({
			dialect: { enum: [...DIALECT_NAMES] },
			forbiddenTransition: { enum: [400, 409] },
			deleteWebhook: { enum: ['message', 'empty'] },
			campaignConcurrency: { type: 'integer', minimum: 1 },
			deliveries: object({
				scheme: { enum: [...SIGNATURE_SCHEMES] },
				signatureHeader: { type: 'string', pattern: '^[a-z0-9-]+$' },
				signature: object(
					Object.fromEntries(
						Object.entries(SIGNATURE_PARTS).map(([part, values]) => [part, { enum: [...values] }]),
					),
				),
				duplicate: { enum: [true, false, 'at-once'] },
				retry: { type: 'array', items: { type: 'number', minimum: 0 } },
				timeout: { type: 'number', exclusiveMinimum: 0 },
				payload: { enum: ['nested', 'flat', 'typed'] },
				eventNames: { enum: ['documented', 'lowercase', 'dotted'] },
				external: { type: 'boolean' },
			}),
		}),
		handle: (sandbox, { body }) => changeSettings(sandbox.world().settings, body as SettingsChange),
	},
];

/** Ends a control request with an error response. */
export class ControlRefusal extends Error {
	constructor(
		readonly status: number,
		message: string,
	) {
		super(message);
	}
}

function filterFrom(query: URLSearchParams): JournalFilter {
	const accepted = query.get('accepted');
	return {
		operationId: query.get('operationId') ?? undefined,
		method: query.get('method') ?? undefined,
		accepted: accepted === null ? undefined : accepted === 'true',
		after: Number(query.get('after') ?? 0),
		bodies: query.get('bodies') !== 'false',
	};
}

function callStates(world: World, campaignId: string | null): CallState[] {
	const calls =
		campaignId === null ? world.calls.all() : (world.campaigns.findById(campaignId)?.calls ?? []);
	return Array.from(calls, callState);
}

const callState = (call: CallRecord): CallState => ({
	...campaignCall(call),
	agent_id: call.agent_id,
	campaign_id: call.campaign_id,
	call_variables: call.call_variables,
	retry: call.retry,
});

const clockState = ({ clock }: World): ClockState => ({
	now: new Date(clock.now()).toISOString(),
	speed: clock.speed,
});
