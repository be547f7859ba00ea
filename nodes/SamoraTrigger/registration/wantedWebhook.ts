import type { IHookFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { agentId } from '../../shared/agentId';
import type { Credential } from '../../shared/api/api';
import { baseUrlRefusal } from '../../shared/api/baseUrl';
import { operationError } from '../../shared/api/nodeErrors';
import { Refusal } from '../../shared/parameters';
import { webhookEvents, WEBHOOK_NAME } from '../../shared/webhook';
import { inBothLines, again } from './publishingMessages';
import type { Wanted } from './registration';
import { webhookUrl } from './registrationState';
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
 * @throws NodeOperationError that says what to change
 */
export async function wantedWebhook(context: IHookFunctions): Promise<Wanted> {
	const refuse = (happened: string, remedy: string) =>
		operationError(context.getNode(), inBothLines(happened, remedy));
	const checked = <Value>(read: () => Value): Value => {
		try {
			return read();
		} catch (refusal) {
			throw refusal instanceof Refusal
				? refuse(refusal.message, `Change ${refusal.label} and ${again(context)}.`)
				: new NodeOperationError(context.getNode(), refusal as Error);
		}
	};

	const credential = await context.getCredentials<Credential>('samoraApi');
	const { baseUrl } = credential;
	const insecure = baseUrlRefusal(baseUrl);
	if (insecure) throw refuse(insecure, 'Open the Samora credential and correct the Base URL.');
	const url = webhookUrl(context);
	const unreachable = webhookUrlRefusal(url, baseUrl);
	if (unreachable) {
		throw refuse(
			unreachable,
			'After that, Webhook URLs at the top of this node shows the new address.',
		);
	}
	const options = context.getNodeParameter('options', {}) as TriggerOptions;
	return {
		agent_id: checked(() => agentId(context.getNodeParameter('agentId', ''), credential)),
		name: `n8n: ${context.getWorkflow().name ?? context.getNode().name}`.slice(0, WEBHOOK_NAME.max),
		url,
		events: checked(() => webhookEvents(context.getNodeParameter('events', []))),
		data_options: {
			include_transcript: options.includeTranscript === true,
			// The recording is fetched from the URL that comes with the event.
			include_recording_url:
				options.includeRecordingUrl === true || options.downloadRecording === true,
		},
	};
}
