import { chain, node } from '../../../tools/n8n/client/chain';
import type { CredentialReference, NewWorkflow } from '../../../tools/n8n/client/client';

export const START = 'Start';
export const CALL = 'Call';
export const TRIGGER = 'Samora Trigger';

/** Samora Trigger alone: what Samora reports is what an execution shows. */
export function outcomesWorkflow(agentId: string, credential: CredentialReference): NewWorkflow {
	return chain('Outcomes', [
		node(
			TRIGGER,
			'n8n-nodes-samora.samoraTrigger',
			{ agentId, events: ['CALL_STARTED', 'CALL_FINISHED', 'CALL_FAILED'], options: {} },
			credential,
		),
	]);
}

/** Started by hand, these give an item for each number. */
export const itemsOf = (numbers: string[]) => [
	node(START, 'n8n-nodes-base.manualTrigger'),
	node('List', 'n8n-nodes-base.set', {
		mode: 'raw',
		jsonOutput: JSON.stringify({ number: numbers }),
		options: {},
	}),
	node('Numbers', 'n8n-nodes-base.splitOut', { fieldToSplitOut: 'number', options: {} }),
];

/** Started by hand, it calls every number, each as an item of its own. */
export function callWorkflow(
	agentId: string,
	credential: CredentialReference,
	numbers: string[],
): NewWorkflow {
	return chain('Calls', [
		...itemsOf(numbers),
		node(
			CALL,
			'n8n-nodes-samora.samora',
			{
				resource: 'call',
				operation: 'trigger',
				agentId,
				toNumber: '={{ $json.number }}',
				metadataMode: 'keyValue',
				metadata: { values: [{ key: 'lead_name', value: 'Ada' }] },
				options: {},
			},
			credential,
		),
	]);
}
