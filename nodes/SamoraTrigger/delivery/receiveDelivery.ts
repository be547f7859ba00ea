import { sleep } from 'n8n-workflow';
import type {
	IDataObject,
	INodeExecutionData,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';

import { verifyDelivery } from '../authenticity/verifyDelivery';
import { stateForDelivery } from '../registration/registrationState';
import type { TriggerOptions } from '../registration/wantedWebhook';
import { eventKey, isWanted, outputOf, parsePayload, readCallEvent } from './events';
import { HINT } from './passOn';

/** Less than n8n needs to store an execution. */
const STORE_EVERY_MS = 2;

type Response = ReturnType<IWebhookFunctions['getResponseObject']>;

/** Refuses a delivery, acknowledges it, or starts the workflow with its event. */
export async function receiveDelivery(this: IWebhookFunctions): Promise<IWebhookResponseData> {
	const options = this.getNodeParameter('options', {}) as TriggerOptions;
	const state = stateForDelivery(this);
	if (!state) return refuse(this, 'n8n knows no webhook of this trigger');
	const { rawBody } = this.getRequestObject();
	if (!Buffer.isBuffer(rawBody)) return refuse(this, 'it has no body');

	const verdict = verifyDelivery(
		{ headers: this.getHeaderData(), rawBody },
		{ ...state.registration, signatureHeader: options.signatureHeader ?? '' },
		Date.now(),
	);
	if (verdict.kind === 'proven') state.learn(verdict.scheme);
	const isOutdated = (verdict.kind !== 'refused' || verdict.hasToken) && state.isOutdated();
	if (isOutdated) state.store();
	if (verdict.kind === 'refused') return refuse(this, verdict.reason);

	const payload = parsePayload(rawBody);
	if (!payload) return refuse(this, 'its body is not a JSON object');
	const chosen = this.getNodeParameter('events', []) as string[];
	if (!isWanted(readCallEvent(payload), chosen)) return acknowledge();

	const { recentEvents } = state;
	const event = options.skipDuplicateEvents === false ? undefined : eventKey(payload);
	if (event !== undefined) {
		const claim = await recentEvents.claim(event, this.getResponseObject());
		if (claim === 'accepted') return acknowledge();
		if (claim === 'undecided') return comeBackLater(this);
	}

	const item: INodeExecutionData = { json: outputOf(payload) as IDataObject };
	const unrecognized = verdict.kind === 'token-only' ? verdict.unrecognized : [];
	const hint = unrecognized.length > 0 && state.shouldHint() && unrecognizedHint(unrecognized);
	if (hint) {
		item[HINT] = hint;
		log(this, hint);
	}
	const textOfEvents = event === undefined ? undefined : recentEvents.storedWith(event);
	if (textOfEvents || isOutdated || hint) {
		void storeUntilAnswered(this.getResponseObject(), () => state.store(textOfEvents?.()));
	}
	return { workflowData: [[item]] };
}

/** Names the headers and never their values: whoever knows a value could look for the secret. */
function unrecognizedHint(headers: string[]): string {
	const names = headers.map((header) => `"${header.slice(0, 100)}"`).join(', ');
	return `Samora signs events in ${names}, in a way that this node doesn't recognize. The node checks events by their token alone. Please report this header name to the package's maintainers.`;
}

/**
 * n8n writes changed static data once it has accepted the event, before it answers. But n8n 2 builds the workflow anew
 * over the same data as it begins the execution, and takes them for unchanged from then on (seen in 2.41). So they are
 * changed again and again until the answer is sent.
 */
async function storeUntilAnswered(answer: Response, store: () => void): Promise<void> {
	while (!answer.headersSent && !answer.closed) {
		store();
		await sleep(STORE_EVERY_MS);
	}
}

/** The reason is for n8n's log. The sender learns nothing. */
function refuse(context: IWebhookFunctions, reason: string): IWebhookResponseData {
	log(context, `Samora Trigger refused an event: ${reason}`);
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

function log(context: IWebhookFunctions, message: string): void {
	context.logger.warn(message, {
		nodeName: context.getNode().name,
		workflowId: context.getWorkflow().id,
	});
}
