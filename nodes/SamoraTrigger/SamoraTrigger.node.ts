import type {
	IExecuteFunctions,
	IHookFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
	ITriggerFunctions,
	ITriggerResponse,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';

import { MAIN } from '../shared/connectionType';
import {
	hookIdentity,
	identity,
	isStarting,
	testListenKey,
	triggerKey,
	wantedWebhook,
	webhookUrl,
} from './configuration';
import { receiveDelivery } from './delivery';
import { attachFiles } from './files';
import { triggerFields } from './fields';
import { webhookApi } from './samoraApi';
import {
	isRegistered,
	ownRegistration,
	register,
	unregister,
	type Identity,
	type Registration,
} from './subscription';
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
		triggerPanel: {
			header: 'Start from the calls of your agent',
			executionsHelp: {
				inactive:
					'<b>While you build:</b> execute this step, then have the agent call somebody. The event appears here. n8n listens for two minutes and for one event.<br /><br /><b>When it works:</b> publish the workflow. From then on every event starts it, and you find it under Executions.',
				active:
					'<b>This workflow is published:</b> every event starts it, and you find it under Executions.<br /><br /><b>To change something:</b> execute this step and have the agent call somebody. The event appears here, too.',
			},
			activationHint: 'Publish the workflow, and every event starts it.',
		},
		activationMessage: 'Samora now reports the calls of your agent to this workflow.',
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

	webhookMethods = {
		default: {
			/**
			 * As n8n starts, what cannot be checked is taken to be as it was: a throw would have n8n remove a webhook
			 * that works, only because Samora could not be asked for a while.
			 */
			async checkExists(this: IHookFunctions): Promise<boolean> {
				const self = hookIdentity(this);
				const known = knownRegistration(this, self);
				const check = triggerMemory.registering(
					triggerKey(this),
					async () => await isRegistered(webhookApi(this), await wantedWebhook(this), known, self),
				);
				return known && isStarting(this)
					? await check.catch((fault: unknown) => takenToBeThere(this, fault))
					: await check;
			},

			/** n8n does not look at what this returns: only a throw keeps the workflow from being published. */
			async create(this: IHookFunctions): Promise<boolean> {
				const self = hookIdentity(this);
				const kept = this.getWorkflowStaticData('node');
				const known = knownRegistration(this, self);
				const registration = await triggerMemory.registering(
					triggerKey(this),
					async () => await register(webhookApi(this), await wantedWebhook(this), known, self),
				);
				if (self.isTestListen) {
					// Nothing is written: the static data are the published trigger's.
					triggerMemory.registered(testListenKey(this), registration);
				} else {
					Object.assign(kept, registration);
					triggerMemory.registered(triggerKey(this), registration);
				}
				return true;
			},

			/**
			 * Throws as long as anything is left at Samora, for false would tell n8n not to try again. But after a
			 * registration that did not succeed a throw would have n8n take the webhook for registered the next time:
			 * what is left then is found by the next registration.
			 */
			async delete(this: IHookFunctions): Promise<boolean> {
				const self = identity(this);
				const kept = this.getWorkflowStaticData('node');
				const known = knownRegistration(this, self);
				const abandoned = triggerMemory.abandonsRegistration(triggerKey(this));
				const removal = unregister(webhookApi(this), webhookUrl(this), known, self).then(
					() => true,
				);
				const removed = abandoned
					? await removal.catch((fault: unknown) => leftForLater(this, fault))
					: await removal;
				if (!removed) return true;
				if (known) {
					for (const key of Object.keys(kept)) delete kept[key];
				}
				triggerMemory.unregistered(triggerKey(this));
				return true;
			},
		},
	};

	/**
	 * There is nothing to start. But n8n 2 only looks after those triggers when it starts that have something to
	 * start, and then asks `checkExists` of them, too. Its static data are the ones that polling triggers of the same
	 * workflow have n8n write.
	 */
	async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
		if (this.getMode() !== 'manual') {
			triggerMemory.publishes(identity(this).marks.trigger, this.getWorkflowStaticData('node'));
		}
		return {};
	}

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await receiveDelivery.call(this);
	}

	/** n8n runs this on the event that `webhook` passed on, after Samora has had its answer. */
	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await attachFiles.call(this);
	}
}

/** What n8n keeps of this trigger's webhook; nothing of a test listen's. */
function knownRegistration(context: IHookFunctions, self: Identity): Registration | undefined {
	return ownRegistration(context.getWorkflowStaticData('node'), self, webhookUrl(context));
}

function takenToBeThere(context: IHookFunctions, fault: unknown): true {
	triggerMemory.abandonsRegistration(triggerKey(context));
	warn(context, 'could not check its webhook and takes it to be as it was', fault);
	return true;
}

function leftForLater(context: IHookFunctions, fault: unknown): false {
	warn(context, 'leaves what may be left of its webhook to the next publishing', fault);
	return false;
}

function warn(context: IHookFunctions, what: string, fault: unknown): void {
	const reason = fault instanceof Error ? fault.message : String(fault);
	context.logger.warn(`Samora Trigger ${what}: ${reason}`, {
		nodeName: context.getNode().name,
		workflowId: context.getWorkflow().id,
	});
}
