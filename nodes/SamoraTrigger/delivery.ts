import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { forgery } from './authenticity';
import type { TriggerOptions } from './configuration';
import { eventKey, isWanted, outputOf, parsePayload, readCallEvent } from './events';
import { RecentEvents } from './recentEvents';
import { readRegistration } from './subscription';

const recentEvents = new RecentEvents();

/** What to do about a delivery: refuse it, acknowledge it, or start the workflow with its event. */
export async function receiveDelivery(this: IWebhookFunctions): Promise<IWebhookResponseData> {
	const options = this.getNodeParameter('options', {}) as TriggerOptions;
	const registration = readRegistration(this.getWorkflowStaticData('node'));
	if (!registration) return refuse(this, 'no webhook of this trigger is known to n8n');

	const { rawBody } = this.getRequestObject();
	if (!Buffer.isBuffer(rawBody)) return refuse(this, 'it has no body that could be checked');
	const forged = forgery(
		{ headers: this.getHeaderData(), rawBody },
		{ ...registration, signatureHeader: options.signatureHeader },
		Date.now(),
	);
	if (forged) return refuse(this, forged);

	const payload = parsePayload(rawBody);
	if (!payload) return refuse(this, 'its body is not a JSON object');
	const chosen = this.getNodeParameter('events', []) as string[];
	if (!isWanted(readCallEvent(payload), chosen)) return acknowledge();

	const key = eventKey(payload);
	if (key !== undefined && options.skipDuplicateEvents !== false) {
		const verdict = await recentEvents.claim(
			`${registration.webhookId} ${key}`,
			this.getResponseObject(),
		);
		if (verdict === 'taken') return acknowledge();
		if (verdict === 'undecided') return comeBackLater(this);
	}
	return { workflowData: [[{ json: outputOf(payload) as IDataObject }]] };
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
