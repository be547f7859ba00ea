import type {
	IDataObject,
	IHookFunctions,
	ITriggerFunctions,
	IWebhookFunctions,
} from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { marksFor } from '../authenticity/token';
import { RecentEvents } from './recentEvents';
import { processMemory } from './processMemory';
import {
	isOwn,
	readRegistration,
	type HookIdentity,
	type Identity,
	type Registration,
} from './registration';
import { samePath } from './webhookUrl';

/**
 * What n8n knows about a trigger's webhook is in two places: in the workflow's static data, and in the memory of each process
 * that has seen it. Both are needed. n8n writes the static data of a workflow as a whole, so a polling trigger in the same
 * workflow, or a second process, may write an older state back. Then memory has the newer state, and writes it again.
 */

type Context = IHookFunctions | IWebhookFunctions;

/** The address n8n listens at. A test listen has another one. */
export function webhookUrl(context: Context): string {
	const url = context.getNodeWebhookUrl('default');
	if (url) return url;
	throw new NodeOperationError(context.getNode(), 'n8n has no webhook URL for this node', {
		description: 'n8n has no webhook URL for this node. Save the workflow and publish it again.',
	});
}

export function identityOf(context: Context | ITriggerFunctions): Identity {
	const instanceId = context.getInstanceId();
	const workflowId = String(context.getWorkflow().id);
	return { marks: marksFor(workflowId, context.getNode().id, instanceId), instanceId };
}

export function hookIdentityOf(context: IHookFunctions): HookIdentity {
	return { ...identityOf(context), isTestListen: isTestListen(context) };
}

/** A trigger and its test listen have the same marks, but two webhooks at two addresses. */
export function triggerKey(context: Context): string {
	return `${identityOf(context).marks.trigger} ${webhookUrl(context)}`;
}

/** A test listen's key: when its event comes, n8n gives the published trigger's address. */
function testListenKey(context: Context): string {
	return `${identityOf(context).marks.trigger} test`;
}

function isTestListen(context: IHookFunctions): boolean {
	return context.getActivationMode() === 'manual';
}

/** This trigger's own registration as n8n checks, makes or removes it; undefined when n8n has none. */
export function keptRegistration(context: IHookFunctions): Registration | undefined {
	const stored = readRegistration(context.getWorkflowStaticData('node'));
	if (!stored || !isOwn(stored, identityOf(context), webhookUrl(context))) return undefined;
	return withProof(stored, processMemory.registrations.get(triggerKey(context)));
}

/** Keeps a registration, in the static data too unless it is a test listen's: those are the published trigger's. */
export function keepRegistration(context: IHookFunctions, registration: Registration): void {
	if (isTestListen(context)) {
		processMemory.registrations.set(testListenKey(context), registration);
		return;
	}
	Object.assign(context.getWorkflowStaticData('node'), registration);
	processMemory.registrations.set(triggerKey(context), registration);
}

export function forgetRegistration(context: IHookFunctions): void {
	if (keptRegistration(context)) {
		const kept = context.getWorkflowStaticData('node');
		for (const key of Object.keys(kept)) delete kept[key];
	}
	processMemory.registrations.delete(triggerKey(context));
}

/** A webhook's registration and recent events, for the time of one delivery. */
export interface DeliveryState {
	registration: Registration;
	recentEvents: RecentEvents;
	/** Remembers the scheme that proved a delivery. From then on a signature is required. */
	learn(scheme: string): void;
	/** Whether the person is to be told, now and not again, that signatures are not recognized. */
	shouldHint(): boolean;
	/** Whether the static data lack what this process knows about the webhook. */
	isOutdated(): boolean;
	/** Puts into the static data what this process knows, and with it `recentEvents` as they are to be stored. */
	store(recentEvents?: string): void;
}

/** @returns undefined when n8n does not know any webhook of this trigger */
export function stateForDelivery(context: IWebhookFunctions): DeliveryState | undefined {
	const isTest = context.getMode() === 'manual';
	const kept = context.getWorkflowStaticData('node');
	// Only the process that listens for a test knows its webhook.
	const stored = isTest ? undefined : storedAt(webhookUrl(context), kept);
	const key = isTest ? testListenKey(context) : triggerKey(context);
	const newest = newestOf(processMemory.registrations.get(key), stored);
	if (!newest) return undefined;
	processMemory.registrations.set(key, newest);

	const { webhookId } = newest;
	const recentEvents = processMemory.recentEvents.get(webhookId) ?? new RecentEvents();
	processMemory.recentEvents.set(webhookId, recentEvents);
	if (!isTest) recentEvents.recall(kept.recentEvents);

	const state: DeliveryState = {
		registration: newest,
		recentEvents,
		learn(scheme) {
			if (state.registration.provenBy === scheme) return;
			state.registration = { ...state.registration, provenBy: scheme };
			processMemory.registrations.set(key, state.registration);
		},
		shouldHint() {
			const isFirst = !processMemory.hinted.has(webhookId) && kept.hintedAbout !== webhookId;
			processMemory.hinted.set(webhookId, true);
			return isFirst;
		},
		isOutdated() {
			if (isTest) return false;
			const { registration } = state;
			return (
				kept.webhookId !== webhookId ||
				kept.tokenHash !== registration.tokenHash ||
				(kept.provenBy ?? '') !== registration.provenBy ||
				(processMemory.hinted.has(webhookId) && kept.hintedAbout !== webhookId)
			);
		},
		store(events) {
			if (isTest) return;
			const data: IDataObject = {
				...state.registration,
				...(processMemory.hinted.has(webhookId) && { hintedAbout: webhookId }),
				...(events !== undefined && { recentEvents: events }),
			};
			Object.assign(kept, data);
			const polled = processMemory.polledStaticData.get(identityOf(context).marks.trigger);
			if (polled) Object.assign(polled, data);
		},
	};
	return state;
}

/**
 * Polling triggers of the same workflow write the static data as they are in the process that polls, and n8n gives
 * `trigger` the same object. So what is learned goes into that object, too: otherwise the next poll would erase it.
 *
 * @returns what ends that
 */
export function followPolls(context: ITriggerFunctions): () => void {
	const { trigger } = identityOf(context).marks;
	const polled = context.getWorkflowStaticData('node');
	processMemory.polledStaticData.set(trigger, polled);
	return () => {
		if (processMemory.polledStaticData.get(trigger) === polled) {
			processMemory.polledStaticData.delete(trigger);
		}
	};
}

function storedAt(url: string, kept: IDataObject): Registration | undefined {
	const stored = readRegistration(kept);
	return stored && samePath(stored.url, url) ? stored : undefined;
}

function newestOf(known?: Registration, stored?: Registration): Registration | undefined {
	if (!known || !stored) return known ?? stored;
	return known.registeredAt > stored.registeredAt
		? withProof(known, stored)
		: withProof(stored, known);
}

/** Nothing unlearns what was proven, unless the webhook is another one. */
function withProof(registration: Registration, other?: Registration): Registration {
	return registration.provenBy === '' && other?.webhookId === registration.webhookId
		? { ...registration, provenBy: other.provenBy }
		: registration;
}
