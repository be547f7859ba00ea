import type {
	IExecuteFunctions,
	IHookFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { identity, triggerKey, wantedWebhook, webhookUrl } from './configuration';
import { receiveDelivery } from './delivery';
import { attachFiles } from './files';
import { triggerFields } from './fields';
import { webhookApi } from './samoraApi';
import { isRegistered, ownRegistration, register, unregister } from './subscription';
import { triggerMemory } from './triggerMemory';

export class SamoraTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Samora Trigger',
		name: 'samoraTrigger',
		icon: { light: 'file:../../icons/samora.svg', dark: 'file:../../icons/samora.dark.svg' },
		group: ['trigger'],
		version: 1,
		// "started, finished": the whole names do not fit under a node.
		subtitle:
			'={{ $parameter["events"].map((event) => event.replace("CALL_", "").toLowerCase()).join(", ") }}',
		description: 'Starts the workflow when a call of a Samora voice agent begins, ends or fails',
		eventTriggerDescription: 'Waiting for a call of your agent',
		activationMessage: 'Samora now reports the calls of your agent to this workflow.',
		defaults: { name: 'Samora Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
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

	webhookMethods = {
		default: {
			async checkExists(this: IHookFunctions): Promise<boolean> {
				const self = identity(this);
				const known = ownRegistration(this.getWorkflowStaticData('node'), self);
				return await isRegistered(webhookApi(this), await wantedWebhook(this), known, self);
			},

			/** n8n does not look at what this returns: only a throw keeps the workflow from being published. */
			async create(this: IHookFunctions): Promise<boolean> {
				const self = identity(this);
				const kept = this.getWorkflowStaticData('node');
				const known = ownRegistration(kept, self);
				const wanted = await wantedWebhook(this);
				const registration = await register(webhookApi(this), wanted, known, self);
				Object.assign(kept, registration);
				triggerMemory.registered(triggerKey(this), registration);
				return true;
			},

			/** Throws as long as anything is left at Samora, for false would tell n8n not to try again. */
			async delete(this: IHookFunctions): Promise<boolean> {
				const self = identity(this);
				const kept = this.getWorkflowStaticData('node');
				const known = ownRegistration(kept, self);
				await unregister(webhookApi(this), webhookUrl(this), known, self);
				for (const key of Object.keys(kept)) delete kept[key];
				triggerMemory.unregistered(triggerKey(this));
				return true;
			},
		},
	};

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await receiveDelivery.call(this);
	}

	/** n8n runs this on the event that `webhook` passed on, after Samora has had its answer. */
	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await attachFiles.call(this);
	}
}
