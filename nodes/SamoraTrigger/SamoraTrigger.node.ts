import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
	ITriggerFunctions,
	ITriggerResponse,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { MAIN } from '../shared/connectionType';
import { passOn } from './delivery/passOn';
import { receiveDelivery } from './delivery/receiveDelivery';
import { triggerFields } from './fields';
import { webhookLifecycle } from './registration/lifecycle';
import { followPolls } from './registration/registrationState';

export class SamoraTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Samora Trigger',
		name: 'samoraTrigger',
		icon: { light: 'file:../../icons/samora.svg', dark: 'file:../../icons/samora.dark.svg' },
		group: ['trigger'],
		version: 1,
		// The whole names of the events do not fit under a node.
		subtitle:
			'={{ $parameter["events"].map((event) => event.replace("CALL_", "").toLowerCase()).join(", ") }}',
		// n8n's panel shows this for the actions too, which it puts under one entry with the trigger.
		description:
			'AI voice agents call people, one by one or in campaigns. Starts the workflow when a call starts, finishes or fails.',
		eventTriggerDescription: 'Waiting for a call of your agent',
		triggerPanel: {
			header: "Start when your agent's calls start, finish or fail",
			executionsHelp: {
				inactive:
					'<b>While you build:</b> execute this step, then have your agent call somebody. The event appears here. n8n listens for two minutes and for one event.<br /><br /><b>When it works:</b> publish the workflow. From then on every event starts it, and you find its runs under Executions.',
				active:
					'<b>This workflow is published:</b> every event starts it, and you find its runs under Executions.<br /><br /><b>To change something:</b> execute this step, then have your agent call somebody. The event appears here, too.',
			},
			// n8n shows this whether the workflow is published or not.
			activationHint: 'A published workflow starts with every event.',
		},
		activationMessage: 'Samora now sends the events of your agent to this workflow.',
		defaults: { name: 'Samora Trigger' },
		inputs: [],
		outputs: [MAIN],
		credentials: [{ name: 'samoraApi', required: true }],
		webhooks: [
			{
				name: 'default',
				httpMethod: 'POST',
				responseMode: 'onReceived',
				responseData: 'OK',
				path: 'webhook',
			},
		],
		properties: triggerFields,
	};

	webhookMethods = { default: webhookLifecycle };

	/**
	 * There is nothing to start. But when n8n 2 starts, it only checks the webhooks of nodes that have something to start.
	 */
	async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
		if (this.getMode() === 'manual') return {};
		const stop = followPolls(this);
		return { closeFunction: async () => stop() };
	}

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await receiveDelivery.call(this);
	}

	/** n8n runs this with the event that `webhook` gave it, after Samora has its answer. */
	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		try {
			return await passOn.call(this);
		} catch (error) {
			// The event itself is whole, whatever kept its files or its hint away.
			if (this.continueOnFail()) return [this.getInputData()];
			throw new NodeOperationError(this.getNode(), error as Error);
		}
	}
}
