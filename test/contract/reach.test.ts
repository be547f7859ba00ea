import { loadApiDescription, type JournalEntry } from '../../sandbox';
import { OPERATION_IDS, parametersOf } from '../support/operations';
import { SandboxRuns } from '../support/sandboxRuns';
import { settle, type World } from '../support/world';
import { documented, reachedBy, type Document } from './documentPoints';
import { RUNS } from './runs';

/**
 * Everything the API's description offers can be had from the node. That is shown by having it: each operation is run
 * through n8n's engine with the parameters in `runs.ts`, and what counts is what arrived at the sandbox.
 */

const samora = new SandboxRuns({}, { kept: true });

let world: World;
let document: Document;
let sent: JournalEntry[];

beforeAll(async () => {
	document = (await (await loadApiDescription()).document()) as unknown as Document;
	world = await settle(samora.sandbox);
	const before = (await samora.control.journal({ bodies: false })).at(-1)?.seq;
	for (const id of OPERATION_IDS) {
		for (const { parameters, items } of RUNS[id]) {
			const campaignStatus = id === 'stopCampaign' ? 'IN_PROGRESS' : 'DRAFT';
			await samora.control.setCampaignStatus(world.campaigns[0], campaignStatus);
			await samora.run(parametersOf(id, world, parameters), items);
		}
	}
	sent = await samora.control.journal({ after: before });
}, 60_000);

/** What a document has that the runs did not get to, as "operation: point". */
function unreached(from: Document): string[] {
	const reached = reachedBy(
		from,
		sent.filter(({ accepted }) => accepted),
	);
	return [...documented(from)].flatMap(([id, points]) => [
		...(reached.has(id) ? [] : [id]),
		...points.filter((point) => !reached.get(id)?.has(point)).map((point) => `${id}: ${point}`),
	]);
}

it('the API description allows every request, and the sandbox carries it out', () => {
	const broken = sent.filter(({ violation, accepted }) => violation !== null || !accepted);
	expect(
		broken.map(({ operationId, violation, status }) => ({ operationId, violation, status })),
	).toEqual([]);
});

it('the node reaches every operation, parameter, property, listed value and limit', () => {
	expect(unreached(document)).toEqual([]);
	// So many that an empty list is no accident.
	expect([...documented(document).values()].flat().length).toBeGreaterThan(120);
});

describe('the check of what is reached', () => {
	/** The parts of the document that the changes below are made to. */
	interface Changeable extends Document {
		components: {
			parameters: Record<string, { schema: { maximum?: number } }>;
			schemas: Record<string, { properties: Record<string, ChangeableSchema> } & ChangeableSchema>;
		};
	}
	interface ChangeableSchema {
		enum?: string[];
		maxLength?: number;
		type?: string;
		items?: ChangeableSchema;
		properties?: Record<string, ChangeableSchema>;
		required?: string[];
	}

	it.each<[string, (changed: Changeable) => void, string[]]>([
		[
			'an operation',
			({ paths }) => {
				paths['/v1/agents'] = { get: { operationId: 'listAgents' } };
			},
			['listAgents'],
		],
		[
			'a query parameter',
			({ paths }) => {
				paths['/v2/webhooks'].get?.parameters?.push({
					name: 'is_active',
					in: 'query',
					schema: { type: 'boolean' },
				});
			},
			[
				'listWebhooks: query is_active',
				'listWebhooks: query is_active = true',
				'listWebhooks: query is_active = false',
			],
		],
		[
			'a property of a body',
			({ components }) => {
				components.schemas.TriggerCallRequest.properties.from_number = { type: 'string' };
			},
			['triggerCall: body.from_number'],
		],
		[
			'a property deep in a body',
			({ components }) => {
				components.schemas.RetryConfig.properties.jitter_minutes = { type: 'integer' };
			},
			[
				'createCampaign: body.retry_config.jitter_minutes',
				'updateCampaign: body.retry_config.jitter_minutes',
			],
		],
		[
			'a word of an enumeration',
			({ components }) => {
				components.schemas.EventType.enum?.push('CALL_TRANSFERRED');
			},
			[
				'createWebhook: body.events[] = "CALL_TRANSFERRED"',
				'updateWebhook: body.events[] = "CALL_TRANSFERRED"',
			],
		],
		[
			'a wider limit',
			({ components }) => {
				components.parameters.PageSize.schema.maximum = 500;
				components.schemas.CreateCampaignRequest.properties.name.maxLength = 200;
			},
			[
				'createCampaign: body.name of 200 characters',
				'listCampaigns: query page_size = 500',
				'listCampaignCalls: query page_size = 500',
			],
		],
		[
			'a property that may now be left out',
			({ components }) => {
				components.schemas.CreateWebhookRequest.required = ['agent_id', 'name', 'url'];
			},
			['createWebhook: body.events left out'],
		],
	])('%s', (_, change, expected) => {
		const changed = structuredClone(document) as Changeable;
		change(changed);
		expect(unreached(changed).sort()).toEqual([...expected].sort());
	});

	it('notices a run that is missing', () => {
		const all = sent;
		sent = sent.filter(({ query }) => query.sort_by !== 'duration');
		const missing = unreached(document);
		sent = all;
		expect(missing).toEqual(['listCampaignCalls: query sort_by = "duration"']);
	});
});
