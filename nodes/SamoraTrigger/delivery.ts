import { sleep } from 'n8n-workflow';
import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { forgery } from './authenticity';
import {
	identity,
	testListenKey,
	triggerKey,
	webhookUrl,
	type TriggerOptions,
} from './configuration';
import { eventKey, isWanted, outputOf, parsePayload, readCallEvent } from './events';
import { readRegistration, type Registration } from './subscription';
import { triggerMemory } from './triggerMemory';
import { samePath } from './webhookUrl';

/** Less than it takes n8n to store an execution. */
const CHANGE_EVERY_MS = 2;

type Response = ReturnType<IWebhookFunctions['getResponseObject']>;

/** What to do about a delivery: refuse it, acknowledge it, or start the workflow with its event. */
export async function receiveDelivery(this: IWebhookFunctions): Promise<IWebhookResponseData> {
	const options = this.getNodeParameter('options', {}) as TriggerOptions;
	const kept = this.getWorkflowStaticData('node');
	const { isTestListen, stored } = storedFor(this, kept);
	const registration = triggerMemory.newest(
		isTestListen ? testListenKey(this) : triggerKey(this),
		stored,
	);
	if (!registration) return refuse(this, 'no webhook of this trigger is known to n8n');

	const { rawBody } = this.getRequestObject();
	if (!Buffer.isBuffer(rawBody)) return refuse(this, 'it has no body that could be checked');
	const forged = forgery(
		{ headers: this.getHeaderData(), rawBody },
		{ ...registration, signatureHeader: options.signatureHeader },
		Date.now(),
	);
	if (forged) return refuse(this, forged);
	if (!isTestListen && registration.webhookId !== stored?.webhookId) {
		Object.assign(kept, registration);
	}

	const payload = parsePayload(rawBody);
	if (!payload) return refuse(this, 'its body is not a JSON object');
	const chosen = this.getNodeParameter('events', []) as string[];
	if (!isWanted(readCallEvent(payload), chosen)) return acknowledge();

	const event = eventKey(payload);
	if (event !== undefined && options.skipDuplicateEvents !== false) {
		const recent = triggerMemory.recentEvents(registration.webhookId);
		if (!isTestListen) recent.recall(kept.recentEvents);
		const verdict = await recent.claim(event, this.getResponseObject());
		if (verdict === 'taken') return acknowledge();
		if (verdict === 'undecided') return comeBackLater(this);
		if (!isTestListen) {
			const stored = recent.storedWith(event);
			const answer = this.getResponseObject();
			void storeWhenTaken(answer, () => {
				kept.recentEvents = stored();
			}).then(() => {
				const isTaken = answer.headersSent && answer.statusCode < 300;
				const known = { ...registration, recentEvents: stored() };
				if (isTaken) triggerMemory.stores(identity(this).marks.trigger, known);
			});
		}
	}
	return { workflowData: [[{ json: outputOf(payload) as IDataObject }]] };
}

/**
 * A test listen is known to the process alone that listens. The static data are the published trigger's.
 */
function storedFor(
	context: IWebhookFunctions,
	kept: Record<string, unknown>,
): { isTestListen: boolean; stored: Registration | undefined } {
	const isTestListen = context.getMode() === 'manual';
	const stored = isTestListen ? undefined : readRegistration(kept);
	const isHere = stored !== undefined && samePath(stored.url, webhookUrl(context));
	return { isTestListen, stored: isHere ? stored : undefined };
}

/**
 * n8n writes changed static data once it has taken the event, before it answers. As it begins the execution n8n 2
 * builds the workflow anew over the same data, though, and takes it for unchanged from then on (seen in 2.41). So it
 * is changed again and again until the answer goes out, each time to what is known by then.
 */
async function storeWhenTaken(answer: Response, change: () => void): Promise<void> {
	while (!answer.headersSent && !answer.closed) {
		change();
		if (!('once' in answer)) return;
		await sleep(CHANGE_EVERY_MS);
	}
}

/** The reason is for n8n's log. Whoever sent it learns nothing. */
function refuse(context: IWebhookFunctions, reason: string): IWebhookResponseData {
	context.logger.warn(`Samora Trigger refused a delivery: ${reason}`, {
		nodeName: context.getNode().name,
		workflowId: context.getWorkflow().id,
	});
	context.getResponseObject().status(401).send().end();
	return { noWebhookResponse: true };
}

function acknowledge(): IWebhookResponseData {
	return { webhookResponse: 'OK' };
}

function comeBackLater(context: IWebhookFunctions): IWebhookResponseData {
	context.getResponseObject().status(503).set('Retry-After', '5').send().end();
	return { noWebhookResponse: true };
}
