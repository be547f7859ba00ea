import { chain, node, type Link } from '../../tools/n8n/client/chain';
import type { CredentialReference, Execution, NewWorkflow } from '../../tools/n8n/client/client';
import { at } from '../../tools/n8n/client/answers';
import { eventOf } from '../../tools/n8n/events/executionLog';

const TRIGGER = 'Samora Trigger';
const WEBHOOK = 'Webhook';
export const SAMORA = 'Samora';

/** So that some executions are under way at any time. Seconds. */
const EXECUTION_SECONDS = 1.5;

/** What a run of one of these workflows is told. */
export interface Order {
	/** The name of the run. */
	run: string;
	numbers: string[];
}

export interface Account {
	agentId: string;
	credential: CredentialReference;
}

export function eventsWorkflow({ agentId, credential }: Account): NewWorkflow {
	return chain('Events', [
		node(
			TRIGGER,
			'n8n-nodes-samora.samoraTrigger',
			{ agentId, events: ['CALL_STARTED', 'CALL_FINISHED', 'CALL_FAILED'], options: {} },
			credential,
		),
		node('A while', 'n8n-nodes-base.wait', {
			resume: 'timeInterval',
			amount: EXECUTION_SECONDS,
			unit: 'seconds',
		}),
	]);
}

/** Calls the numbers of an order, with n8n's own ways of going on after an error. */
export function callsWorkflow(
	path: string,
	{ agentId, credential }: Account,
	settings: Pick<Link, 'onError' | 'retryOnFail'>,
): NewWorkflow {
	const call = node(
		SAMORA,
		'n8n-nodes-samora.samora',
		{
			resource: 'call',
			operation: 'trigger',
			agentId,
			toNumber: '={{ $json.number }}',
			metadataMode: 'keyValue',
			metadata: { values: [{ key: 'run', value: "={{ $('Webhook').item.json.body.run }}" }] },
			options: {},
		},
		credential,
	);
	return chain(path, [...ordersAt(path), { ...call, ...settings }]);
}

/** Launches a campaign that has the name of the run. */
export function campaignsWorkflow(path: string, { agentId, credential }: Account): NewWorkflow {
	return chain(path, [
		...ordersAt(path),
		node(
			SAMORA,
			'n8n-nodes-samora.samora',
			{
				resource: 'campaign',
				operation: 'launch',
				agentId,
				name: "={{ $('Webhook').first().json.body.run }}",
				toNumber: '={{ $json.number }}',
				variablesMode: 'allFields',
				options: {},
			},
			credential,
		),
	]);
}

const ordersAt = (path: string): Link[] => [
	{ ...node(WEBHOOK, 'n8n-nodes-base.webhook', { httpMethod: 'POST', path }), typeVersion: 2 },
	node('Numbers', 'n8n-nodes-base.set', {
		mode: 'raw',
		jsonOutput: '={{ JSON.stringify({ number: $json.body.numbers }) }}',
		options: {},
	}),
	node('Each', 'n8n-nodes-base.splitOut', { fieldToSplitOut: 'number', options: {} }),
];

/** The event or the run that an execution of one of these workflows is about, if n8n still knows. */
export function aboutOf(execution: Execution): string | undefined {
	const [order] = [...execution.output(WEBHOOK), ...execution.waitingItems()];
	const run = at(order, 'body', 'run');
	return typeof run === 'string' ? run : eventOf(execution, TRIGGER);
}
