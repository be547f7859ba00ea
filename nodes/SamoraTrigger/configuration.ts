import type { IHookFunctions, IWebhookFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { baseUrlRefusal } from '../shared/api/baseUrl';
import { agentId } from '../shared/agentId';
import type { Credential } from '../shared/api/api';
import { Refusal } from '../shared/parameters';
import { operationError } from '../shared/api/nodeErrors';
import { webhookEvents, WEBHOOK_NAME } from '../shared/webhook';
import { marksFor } from './authenticity';
import type { HookIdentity, Identity, Wanted } from './subscription';
import { webhookUrlRefusal } from './webhookUrl';

export interface TriggerOptions {
	includeTranscript?: boolean;
	includeRecordingUrl?: boolean;
	downloadRecording?: boolean;
	downloadTranscript?: boolean;
	skipDuplicateEvents?: boolean;
	signatureHeader?: string;
}

/**
 * The webhook that the node's parameters ask for.
 *
 * @throws NodeOperationError with a sentence that says what to change
 */
export async function wantedWebhook(context: IHookFunctions): Promise<Wanted> {
	const credential = await context.getCredentials<Credential>('samoraApi');
	const { baseUrl } = credential;
	const insecure = baseUrlRefusal(baseUrl);
	if (insecure) {
		throw operationError(context.getNode(), {
			message: insecure,
			description: 'Open the Samora credential and correct the Base URL.',
		});
	}
	const url = webhookUrl(context);
	const unreachable = webhookUrlRefusal(url, baseUrl);
	if (unreachable) {
		throw operationError(context.getNode(), {
			message: unreachable,
			description:
				'Then the new address also appears under Webhook URLs at the top of this node. A tunnel for trying things out can be had from cloudflared or ngrok.',
		});
	}
	const options = context.getNodeParameter('options', {}) as TriggerOptions;
	return {
		agent_id: checked(context, () => agentId(context.getNodeParameter('agentId', ''), credential)),
		name: `n8n: ${context.getWorkflow().name ?? context.getNode().name}`.slice(0, WEBHOOK_NAME.max),
		url,
		events: checked(context, () => webhookEvents(context.getNodeParameter('events', []))),
		data_options: {
			include_transcript: options.includeTranscript === true,
			// The recording is fetched from the URL that comes with the event.
			include_recording_url:
				options.includeRecordingUrl === true || options.downloadRecording === true,
		},
	};
}

/** The address n8n listens at: another one when it only listens for a test. */
export function webhookUrl(context: IHookFunctions | IWebhookFunctions): string {
	const url = context.getNodeWebhookUrl('default');
	if (url) return url;
	throw new NodeOperationError(context.getNode(), 'n8n has no webhook URL for this node', {
		description: 'Save the workflow and publish it again.',
	});
}

export function identity(context: IHookFunctions | IWebhookFunctions): Identity {
	const instanceId = context.getInstanceId();
	const workflowId = String(context.getWorkflow().id);
	return { marks: marksFor(workflowId, context.getNode().id, instanceId), instanceId };
}

/** A trigger and its test listen have the same identity, but webhooks of their own at addresses of their own. */
export function triggerKey(context: IHookFunctions | IWebhookFunctions): string {
	return `${identity(context).marks.trigger} ${webhookUrl(context)}`;
}

/** The same for a test listen where only its event is at hand: n8n gives the published trigger's address there. */
export function testListenKey(context: IHookFunctions | IWebhookFunctions): string {
	return `${identity(context).marks.trigger} test`;
}

/** Whether n8n asks because it has just started, or taken over from another one, and nobody publishes anything. */
export function isStarting(context: IHookFunctions): boolean {
	return ['init', 'leadershipChange'].includes(context.getActivationMode());
}

export function hookIdentity(context: IHookFunctions): HookIdentity {
	return { ...identity(context), isTestListen: context.getActivationMode() === 'manual' };
}

function checked<Value>(context: IHookFunctions, read: () => Value): Value {
	try {
		return read();
	} catch (refusal) {
		throw refusal instanceof Refusal
			? operationError(context.getNode(), {
					message: refusal.message,
					description: `Change ${refusal.label} and publish the workflow again.`,
				})
			: new NodeOperationError(context.getNode(), refusal as Error);
	}
}
