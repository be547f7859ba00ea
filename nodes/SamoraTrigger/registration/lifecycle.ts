import type { IHookFunctions } from 'n8n-workflow';

import { processMemory, type Attempt } from './processMemory';
import { isRegistered, register, unregister } from './registration';
import {
	forgetRegistration,
	hookIdentityOf,
	identityOf,
	keepRegistration,
	keptRegistration,
	triggerKey,
	webhookUrl,
} from './registrationState';
import { wantedWebhook } from './wantedWebhook';
import { webhookApi } from './webhookApi';

/**
 * How long n8n's tries may take. A publication makes five, with pauses of 1, 2, 4 and 8 seconds, and should fail within a
 * minute when Samora does not answer.
 */
const ATTEMPT_MS = 6_500;
/** What is left for removing at the end of a try that took all its time. */
const REMOVAL_MS = 1_000;

/**
 * Whether Samora has the right webhook. When n8n starts and cannot ask Samora, the answer is yes: after a throw n8n would
 * remove a webhook that works, only because Samora did not answer for a while.
 */
export async function checkExists(this: IHookFunctions): Promise<boolean> {
	const known = keptRegistration(this);
	const attempt = beginAttempt(this);
	const check = async () =>
		await isRegistered(
			webhookApi(this, attempt.until),
			await wantedWebhook(this),
			known,
			hookIdentityOf(this),
		);
	const exists =
		known && isStarting(this)
			? await check().catch((error: unknown) => {
					warn(
						this,
						'could not check its webhook at Samora, and assumes that it is unchanged',
						error,
					);
					return true;
				})
			: await check();
	attempt.succeeded = true;
	return exists;
}

/** n8n ignores what this returns: only a throw keeps it from publishing the workflow. */
export async function create(this: IHookFunctions): Promise<boolean> {
	const attempt = processMemory.attempts.get(triggerKey(this)) ?? beginAttempt(this);
	attempt.succeeded = false;
	const registration = await register(
		webhookApi(this, attempt.until),
		await wantedWebhook(this),
		keptRegistration(this),
		hookIdentityOf(this),
	);
	keepRegistration(this, registration);
	attempt.succeeded = true;
	return true;
}

/**
 * Throws as long as anything of this trigger is at Samora, because n8n does not try again when this returns false. It does
 * not throw after a registration that did not succeed: n8n would take the webhook for registered the next time. The next
 * registration finds what is left then.
 */
async function deleteWebhook(this: IHookFunctions): Promise<boolean> {
	const attempt = processMemory.attempts.get(triggerKey(this));
	processMemory.attempts.delete(triggerKey(this));
	const isCleanup = attempt?.succeeded === false;
	const until = isCleanup
		? Math.max(attempt.until, Date.now() + REMOVAL_MS)
		: Date.now() + ATTEMPT_MS;
	const removal = unregister(
		webhookApi(this, until),
		webhookUrl(this),
		keptRegistration(this),
		identityOf(this),
	).then(() => true);
	const isRemoved = isCleanup
		? await removal.catch((error: unknown) => {
				warn(this, 'leaves what is left of its webhook at Samora to the next publication', error);
				return false;
			})
		: await removal;
	if (isRemoved) forgetRegistration(this);
	return true;
}

export const webhookLifecycle = { checkExists, create, delete: deleteWebhook };

function beginAttempt(context: IHookFunctions): Attempt {
	const attempt = { until: Date.now() + ATTEMPT_MS, succeeded: false };
	processMemory.attempts.set(triggerKey(context), attempt);
	return attempt;
}

/** Whether n8n asks because it has just started, or taken over from another n8n, and nobody is publishing. */
function isStarting(context: IHookFunctions): boolean {
	return ['init', 'leadershipChange'].includes(context.getActivationMode());
}

function warn(context: IHookFunctions, what: string, error: unknown): void {
	const reason = error instanceof Error ? error.message : String(error);
	context.logger.warn(`Samora Trigger ${what}: ${reason}`, {
		nodeName: context.getNode().name,
		workflowId: context.getWorkflow().id,
	});
}
