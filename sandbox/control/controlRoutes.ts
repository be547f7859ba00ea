import type { SchemaObject } from 'ajv/dist/2020';
import { SANDBOX_AGENTS, SANDBOX_API_KEY } from '../state/account';
import { type Campaign, CAMPAIGN_STATUSES, type CampaignStatus } from '../state/apiShapes';
import { type CallRecord, campaignCall } from '../state/calls';
import type { CallState, ClockState, ControlSchemas, InboundCall, SandboxInfo } from './control';
import { FAULT_KINDS, type FaultOptions } from '../http/faults';
import type { JournalFilter } from '../http/journal';
import { OPERATIONS } from '../api/operations';
import { DIALECT_NAMES } from '../settings/dialects';
import { SIGNATURE_PARTS, SIGNATURE_SCHEMES } from '../settings/deliverySettings';
import { changeSettings, type SettingsChange } from '../settings/settings';
import { OUTCOMES, scriptEndingAs } from '../state/magicNumbers';
import type { World } from '../world';

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
			apiKey: SANDBOX_API_KEY,
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
		path: /^\/journal\/\d+$/,
		handle: (sandbox, { path }) =>
			found(sandbox.world().journal.find(Number(path.split('/')[2])), 'journal entry'),
	},
	{
		method: 'GET',
		path: /^\/calls$/,
		handle: (sandbox, { query }) => callStates(sandbox.world(), query.get('campaign_id')),
	},
	{
		method: 'POST',
		path: /^\/calls$/,
		body: object(
			{
				agent_id: { enum: SANDBOX_AGENTS.map(({ id }) => id), title: 'Agent' },
				number: { type: 'string', pattern: '^\\+[0-9]{10,15}$', title: "Caller's number" },
				outcome: { enum: [...OUTCOMES] },
				call_variables: { type: 'object' },
			},
			['agent_id', 'number'],
		),
		handle: (sandbox, { body }) => receiveCall(sandbox.world(), body as InboundCall),
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
			const campaign = found(campaigns.findById(path.split('/')[2]), 'campaign');
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
		handle: (sandbox, { query }) =>
			sandbox.world().deliveries.page(Number(query.get('after') ?? 0)),
	},
	{
		method: 'GET',
		path: /^\/deliveries\/\d+$/,
		handle: (sandbox, { path }) =>
			found(sandbox.world().deliveries.find(Number(path.split('/')[2])), 'delivery'),
	},
	{ method: 'GET', path: /^\/faults$/, handle: (sandbox) => sandbox.world().faults.all() },
	{
		method: 'POST',
		path: /^\/faults$/,
		body: object(
			{
				operationId: {
					enum: [...Object.keys(OPERATIONS), 'file'],
					title: 'Operation',
					description: 'Default: any request',
				},
				kind: { enum: [...FAULT_KINDS], description: 'What the client sees' },
				times: {
					type: ['integer', 'null'],
					minimum: 1,
					description: 'How many requests to break. Default: 1',
				},
				skip: { ...count, description: 'How many requests to let through first' },
				match: {
					type: 'string',
					minLength: 1,
					description: 'Only requests with this text in their body, path or query',
				},
				retryAfter: {
					type: ['number', 'string'],
					title: 'Retry-After',
					description: 'Sent as Retry-After: seconds or an HTTP date',
				},
				status: {
					type: 'integer',
					minimum: 200,
					maximum: 599,
					description: "A different status code than the kind's own",
				},
				ms: {
					...count,
					title: 'Delay',
					description: 'For slow (default: 1000), drip and endless (200), in real milliseconds',
				},
				depth: { ...count, description: 'For deep: how many arrays are nested. Default: 5000' },
				total: {
					type: ['number', 'string'],
					description: 'For wrong-total: what the list says its length is. Default: 0',
				},
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
			dialect: {
				enum: [...DIALECT_NAMES],
				description: 'How answers are wrapped and named',
			},
			forbiddenTransition: {
				enum: [400, 409],
				description: 'The status code for a forbidden campaign action',
			},
			deleteWebhook: {
				enum: ['message', 'empty'],
				description: 'Whether a deletion returns 200 with a message or an empty 204',
			},
			campaignConcurrency: {
				type: 'integer',
				minimum: 1,
				description: 'How many recipients a campaign calls at the same time',
			},
			deliveries: object({
				scheme: {
					enum: [...SIGNATURE_SCHEMES],
					title: 'Signature scheme',
					description: 'How deliveries are signed',
				},
				signatureHeader: {
					type: 'string',
					pattern: '^[a-z0-9\\-]+$',
					description: 'The header for every scheme except standard',
				},
				signature: object(
					Object.fromEntries(
						Object.entries(SIGNATURE_PARTS).map(([part, values]) => [part, { enum: [...values] }]),
					),
				),
				duplicate: {
					enum: [true, false, 'at-once'],
					title: 'Duplicates',
					description: 'Whether each event is delivered twice',
				},
				retry: {
					type: 'array',
					items: { type: 'number', minimum: 0 },
					title: 'Retries',
					description: 'Virtual seconds before each further attempt',
				},
				timeout: {
					type: 'number',
					exclusiveMinimum: 0,
					description: 'Real seconds to wait for a response',
				},
				payload: {
					enum: ['nested', 'flat', 'typed'],
					description: 'flat puts everything on one level, typed is {type, data: {id}}',
				},
				eventNames: {
					enum: ['documented', 'lowercase', 'dotted'],
					description: 'CALL_FINISHED, call_finished or call.finished',
				},
				external: {
					type: 'boolean',
					title: 'Deliver anywhere',
					description: 'Whether to deliver to other hosts than this machine',
				},
			}),
		}),
		handle: (sandbox, { body }) => changeSettings(sandbox.world().settings, body as SettingsChange),
	},
	{
		method: 'GET',
		path: /^\/schemas$/,
		handle: (): ControlSchemas => ({
			settings: bodySchema('PUT', '/settings'),
			faults: bodySchema('POST', '/faults'),
			calls: bodySchema('POST', '/calls'),
		}),
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

function found<T>(thing: T | undefined, what: string): T {
	if (thing === undefined) throw new ControlRefusal(404, `no such ${what}`);
	return thing;
}

const bodySchema = (method: string, path: string): SchemaObject =>
	CONTROL_ROUTES.find((route) => route.method === method && route.path.test(path))?.body ?? {};

function receiveCall({ calls, clock }: World, call: InboundCall): CallState {
	const now = clock.now();
	const record = calls.create(
		{
			agent_id: call.agent_id,
			to_number: call.number,
			direction: 'inbound',
			call_variables: call.call_variables ?? null,
		},
		now,
	);
	// The phone is already ringing when an inbound call starts.
	calls.dial(record, now, { ...scriptEndingAs(call.outcome ?? 'CALL_FINISHED'), pending: 0 });
	return callState(record);
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
	direction: call.direction,
	call_variables: call.call_variables,
	retry: call.retry,
});

const clockState = ({ clock }: World): ClockState => ({
	now: new Date(clock.now()).toISOString(),
	speed: clock.speed,
});
