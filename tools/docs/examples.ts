import type { IDataObject } from 'n8n-workflow';

import { outputOf } from '../../nodes/SamoraTrigger/delivery/events';
import { startSandbox, type Sandbox } from '../../sandbox';
import { runNode, samoraNode } from '../../test/support/engine';
import { legible } from './legible';

/** One run of an operation: its parameters, input and output. */
export interface Example {
	/** "call.trigger" */
	operation: string;
	parameters: IDataObject;
	items: IDataObject[];
	output: IDataObject[];
}

export interface Examples {
	operations: Example[];
	/** The Samora Trigger's output for a finished call. */
	event: IDataObject;
}

/** The first output item of each earlier step, by operation. */
type Made = Record<string, IDataObject>;

interface Step {
	operation: string;
	parameters: (made: Made, sandbox: Sandbox) => IDataObject;
	items?: IDataObject[];
	/** Virtual seconds that pass in the sandbox before the step. */
	after?: number;
	/** Virtual seconds that pass in the sandbox while the step waits for its call to end. */
	waits?: number;
}

const locator = (value: unknown) => ({ __rl: true, mode: 'id', value: value as string });
const agent = (_made: Made, { agents }: Sandbox) => ({ agentId: agents[0].id });
const campaign = (made: Made, sandbox: Sandbox) => ({
	...agent(made, sandbox),
	campaignId: locator(made['campaign.create'].campaign_id),
});
const webhook = (made: Made) => ({ webhookId: locator(made['webhook.create'].id) });

/** Each operation once, in an order in which each has what it needs. */
const STORY: readonly Step[] = [
	{
		operation: 'call.trigger',
		parameters: (made, sandbox) => ({
			...agent(made, sandbox),
			toNumber: '={{ $json.phone }}',
			metadataMode: 'keyValue',
			metadata: { values: [{ key: 'first_name', value: '={{ $json.name }}' }] },
			options: { defaultCountry: 'US' },
		}),
		items: [{ name: 'Ada', phone: '(415) 555-0100' }],
	},
	{
		operation: 'call.triggerAndWait',
		waits: 60,
		parameters: (made, sandbox) => ({
			...agent(made, sandbox),
			toNumber: '+14155550101',
			metadataMode: 'keyValue',
			metadata: { values: [{ key: 'first_name', value: 'Grace' }] },
			wait: { pollInterval: 0.1, timeout: 10, onTimeout: 'continue' },
			options: {},
		}),
	},
	{
		operation: 'call.get',
		parameters: (made) => ({ callId: made['call.trigger'].call_id }),
	},
	...['call.downloadRecording', 'call.downloadTranscript'].map((operation) => ({
		operation,
		parameters: (made: Made) => ({
			callId: made['call.trigger'].call_id,
			binaryPropertyName: 'data',
		}),
	})),
	{
		operation: 'campaign.launch',
		parameters: (made, sandbox) => ({
			...agent(made, sandbox),
			name: 'Spring renewals',
			toNumber: '={{ $json.phone }}',
			variablesMode: 'allFields',
			options: { output: 'summary' },
		}),
		items: [
			{ name: 'Ada', phone: '+14155550100' },
			{ name: 'Grace', phone: '+442079460101' },
		],
	},
	{
		operation: 'campaign.create',
		parameters: (made, sandbox) => ({
			...agent(made, sandbox),
			name: 'Spring renewals',
			retryConfig: { values: { maxRetries: 2, retryDelayMinutes: 60, retryOn: ['UNANSWERED'] } },
		}),
	},
	{
		operation: 'campaign.addRecipients',
		parameters: (made, sandbox) => ({
			...campaign(made, sandbox),
			toNumber: '={{ $json.phone }}',
			variablesMode: 'selectedFields',
			variableFields: 'name',
			options: {},
		}),
		items: [
			{ name: 'Ada', phone: '+14155550100' },
			{ name: 'Grace', phone: '+442079460101' },
		],
	},
	{ operation: 'campaign.start', parameters: campaign },
	{ operation: 'campaign.stop', parameters: campaign, after: 1 },
	{
		operation: 'campaign.update',
		parameters: (made, sandbox) => ({
			...campaign(made, sandbox),
			updateFields: { name: 'Spring renewals, second round' },
		}),
	},
	{
		operation: 'campaign.getCalls',
		after: 60,
		parameters: (made, sandbox) => ({
			...campaign(made, sandbox),
			returnAll: true,
			filters: {},
			sort: { sortBy: 'created_at', sortDir: 'asc' },
		}),
	},
	{ operation: 'campaign.get', parameters: campaign },
	{
		operation: 'campaign.getAll',
		parameters: (made, sandbox) => ({ ...agent(made, sandbox), returnAll: false, limit: 50 }),
	},
	{ operation: 'campaign.cancel', parameters: campaign },
	{
		operation: 'webhook.create',
		parameters: (made, sandbox) => ({
			...agent(made, sandbox),
			name: 'CRM updates',
			url: 'https://example.com/samora-events',
			events: ['CALL_FINISHED', 'CALL_FAILED'],
			dataOptions: { includeTranscript: true },
			customHeaders: { values: [{ name: 'X-Token', value: 'a long random text' }] },
		}),
	},
	{ operation: 'webhook.get', parameters: webhook },
	{
		operation: 'webhook.getAll',
		parameters: () => ({ returnAll: false, limit: 50, filters: {} }),
	},
	{
		operation: 'webhook.update',
		parameters: (made) => ({ ...webhook(made), updateFields: { isActive: false } }),
	},
	{ operation: 'webhook.delete', parameters: webhook },
	{ operation: 'webhook.getEventTypes', parameters: () => ({}) },
];

/** Runs every operation in n8n's own engine against a sandbox. Replaces values that differ between runs. */
export async function runExamples(): Promise<Examples> {
	const sandbox = await startSandbox({ speed: 0 });
	try {
		const { now } = await sandbox.control.clock();
		const operations: Example[] = [];
		const made: Made = {};
		for (const step of STORY) {
			if (step.after) await sandbox.control.advance(step.after);
			const example = await run(step, made, sandbox);
			[made[step.operation]] = example.output;
			operations.push(example);
		}
		const event = await finishedEvent(sandbox);
		return legible({ operations, event }, { sandbox, startedAt: now });
	} finally {
		await sandbox.stop();
	}
}

async function run(
	{ operation, parameters, items = [{}], waits }: Step,
	made: Made,
	sandbox: Sandbox,
): Promise<Example> {
	const set = parameters(made, sandbox);
	const [resource, value] = operation.split('.');
	const placed = (await sandbox.control.calls()).length;
	const running = runNode(samoraNode({ resource, operation: value, ...set }), items, {
		apiKey: sandbox.apiKey,
		baseUrl: sandbox.url,
	});
	if (waits) {
		await sandbox.control.until(async () => (await sandbox.control.calls()).length > placed);
		await sandbox.control.advance(waits);
	}
	const { output, error } = await running;
	if (error) throw new Error(`The example of ${operation} stopped: ${error.message}`);
	return { operation, parameters: set, items, output: output.map(({ json }) => json) };
}

/** Nothing listens here. The sandbox's list of deliveries has what would have arrived. */
const NOWHERE = 'http://127.0.0.1:9/';

async function finishedEvent(sandbox: Sandbox): Promise<IDataObject> {
	const headers = { 'content-type': 'application/json', 'x-api-key': sandbox.apiKey };
	const post = async (path: string, body: IDataObject) =>
		await fetch(sandbox.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
	const [{ id: agent_id }] = sandbox.agents;
	await post('/v2/webhooks', {
		agent_id,
		name: 'Example',
		url: NOWHERE,
		events: ['CALL_FINISHED'],
		data_options: { include_transcript: true, include_recording_url: true },
	});
	await post('/v1/call/trigger', {
		agent_id,
		to_number: '+14155550100',
		metadata: { first_name: 'Ada' },
	});
	await sandbox.control.advance(20);
	const [delivery] = await sandbox.control.deliveries();
	return outputOf(JSON.parse(delivery.body)) as IDataObject;
}
