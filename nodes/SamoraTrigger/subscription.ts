import { marksOf, newToken, TRIGGER_HEADER, type Marks } from './authenticity';
import { samePath, sameUrl } from './webhookUrl';

export interface DataOptions {
	include_transcript: boolean;
	include_recording_url: boolean;
}

/** A webhook as the trigger's parameters want it to be. */
export interface Wanted {
	agent_id: string;
	name: string;
	url: string;
	events: string[];
	data_options: DataOptions;
}

/** A webhook as Samora shows it. What cannot be seen is left out. */
export interface Webhook {
	id: string;
	agent_id?: string;
	url?: string;
	events?: string[];
	data_options?: Partial<DataOptions>;
	custom_headers?: Record<string, string>;
	is_active?: boolean;
	/** Unix time in milliseconds. */
	created_at?: number;
}

export type WebhookChanges = Partial<
	Omit<Wanted, 'agent_id'> & { custom_headers: Record<string, string>; is_active: boolean }
>;

/** Which trigger this is. */
export interface Identity {
	/** Part of the token, and so to be seen at Samora. */
	marks: Marks;
	/** Of the n8n it runs in. */
	instanceId: string;
}

export interface HookIdentity extends Identity {
	/** Such a one minds its own webhook only, and leaves the published trigger's alone. */
	isTestListen: boolean;
}

/** A test listen ends by itself after two minutes. */
const LONGEST_TEST_LISTEN_MS = 10 * 60_000;

/** What n8n keeps about the webhook it registered, in the workflow's static data. */
export interface Registration {
	webhookId: string;
	/** Samora shows it when the webhook is created, and never again. */
	secret: string;
	token: string;
	instanceId: string;
	/** Where the webhook delivers to. A test listen's is not the published trigger's. */
	url: string;
	/** Unix time in milliseconds: what is newer replaces what is older. */
	registeredAt: number;
}

export interface WebhookApi {
	list(): Promise<Webhook[]>;
	/** @returns undefined when there is none of that id */
	get(id: string): Promise<Webhook | undefined>;
	create(
		webhook: Wanted & { custom_headers: Record<string, string> },
	): Promise<{ id: string; secret: string }>;
	update(id: string, changes: WebhookChanges): Promise<void>;
	/** One that is gone already is as good as removed. */
	remove(id: string): Promise<void>;
}

/** @returns undefined when nothing is kept, or not all of it */
export function readRegistration(kept: Record<string, unknown>): Registration | undefined {
	const { webhookId, secret, token, instanceId, url, registeredAt } = kept;
	return typeof webhookId === 'string' &&
		typeof secret === 'string' &&
		typeof token === 'string' &&
		typeof instanceId === 'string' &&
		typeof url === 'string' &&
		typeof registeredAt === 'number'
		? { webhookId, secret, token, instanceId, url, registeredAt }
		: undefined;
}

/**
 * What is kept, if it is this trigger's own. Static data can also have come along with a copied workflow, with one
 * imported from another n8n, or with the name of a node that used to be another's. The webhook it then tells of
 * belongs to a trigger that may still need it; so does the published trigger's to a test listen.
 *
 * @param url where this trigger, or its test listen, is reached
 */
export function ownRegistration(
	kept: Record<string, unknown>,
	{ marks, instanceId }: Identity,
	url: string,
): Registration | undefined {
	const registration = readRegistration(kept);
	return registration?.instanceId === instanceId &&
		marksOf(registration.token)?.trigger === marks.trigger &&
		samePath(registration.url, url)
		? registration
		: undefined;
}

/** Whether Samora has exactly the webhook that is wanted, and no second one of this trigger. */
export async function isRegistered(
	api: WebhookApi,
	wanted: Wanted,
	known: Registration | undefined,
	{ marks, isTestListen }: HookIdentity,
): Promise<boolean> {
	if (!known) return false;
	const [webhook, ...others] = await findOurs(api, wanted.url, known, marks, isTestListen);
	return (
		webhook !== undefined &&
		others.length === 0 &&
		isTrusted(webhook, wanted, known) &&
		Object.keys(changesFor(webhook, wanted, known.token)).length === 0
	);
}

/**
 * Leaves Samora with exactly the webhook that is wanted: keeps the one it knows everything about, corrects it where
 * it differs, and replaces any other. Removing comes before creating: should the second step not succeed, nothing
 * is left behind.
 */
export async function register(
	api: WebhookApi,
	wanted: Wanted,
	known: Registration | undefined,
	{ marks, instanceId, isTestListen }: HookIdentity,
): Promise<Registration> {
	const ours = await findOurs(api, wanted.url, known, marks, isTestListen);
	const kept = known && ours.find((webhook) => isTrusted(webhook, wanted, known));
	for (const webhook of ours) {
		if (webhook !== kept) await api.remove(webhook.id);
	}
	if (known && kept) {
		const changes = changesFor(kept, wanted, known.token);
		if (Object.keys(changes).length > 0) await api.update(kept.id, changes);
		return known;
	}
	const token = newToken(marks);
	const { id, secret } = await api.create({
		...wanted,
		custom_headers: { [TRIGGER_HEADER]: token },
	});
	// Clocks of several machines differ, and one of them may go wrong for a while.
	const registeredAt = Math.max(Date.now(), known ? known.registeredAt + 1 : 0);
	return { webhookId: id, secret, token, instanceId, url: wanted.url, registeredAt };
}

/** Leaves Samora with no webhook of this trigger. */
export async function unregister(
	api: WebhookApi,
	url: string,
	known: Registration | undefined,
	{ marks }: Identity,
): Promise<void> {
	if (known) await api.remove(known.webhookId);
	for (const webhook of (await api.list()).filter((each) => isOursByUrl(each, url, marks))) {
		await api.remove(webhook.id);
	}
}

/**
 * By id first. Then by URL, for n8n may have been stopped between creating a webhook and storing its id, or its
 * database restored from an older day. At last by the marks in the token, for n8n's URL may have changed besides, or
 * n8n been stopped during a test listen.
 */
async function findOurs(
	api: WebhookApi,
	url: string,
	known: Registration | undefined,
	marks: Marks,
	isTestListen: boolean,
): Promise<Webhook[]> {
	const all = await api.list();
	const byId =
		known && (all.find(({ id }) => id === known.webhookId) ?? (await api.get(known.webhookId)));
	const others = all.filter(
		({ id, ...rest }) =>
			id !== byId?.id &&
			(isOursByUrl(rest, url, marks) || (!isTestListen && isLeftBehind(rest, url, marks))),
	);
	return byId ? [byId, ...others] : others;
}

/**
 * Deliveries to our URL are meant for us, unless their token says that another trigger registered them: a
 * workflow imported twice has the same URL in it, but only one of the two is published.
 */
function isOursByUrl(webhook: Omit<Webhook, 'id'>, url: string, marks: Marks): boolean {
	if (webhook.url === undefined || !sameUrl(webhook.url, url)) return false;
	const theirs = marksOf(tokenOf(webhook));
	return theirs === undefined || theirs.trigger === marks.trigger;
}

/**
 * Of this trigger in this n8n, at an address it no longer has. A test listen has the same marks, but another path,
 * and does not last.
 */
function isLeftBehind(webhook: Omit<Webhook, 'id'>, url: string, marks: Marks): boolean {
	const theirs = marksOf(tokenOf(webhook));
	if (theirs?.trigger !== marks.trigger || theirs.instance !== marks.instance) return false;
	return (
		(webhook.url !== undefined && samePath(webhook.url, url)) ||
		(webhook.created_at !== undefined && Date.now() - webhook.created_at > LONGEST_TEST_LISTEN_MS)
	);
}

/** Only of the webhook we created do we know the secret. Its agent cannot be changed afterwards. */
function isTrusted(webhook: Webhook, wanted: Wanted, known: Registration): boolean {
	return (
		webhook.id === known.webhookId &&
		webhook.agent_id?.toLowerCase() === wanted.agent_id.toLowerCase()
	);
}

/** The name is left alone: people rename their workflows, and perhaps their webhooks. */
function changesFor(webhook: Webhook, wanted: Wanted, token: string): WebhookChanges {
	const changes: WebhookChanges = {};
	if (webhook.url === undefined || !sameUrl(webhook.url, wanted.url)) changes.url = wanted.url;
	if (!sameWords(webhook.events ?? [], wanted.events)) changes.events = wanted.events;
	if (
		Boolean(webhook.data_options?.include_transcript) !== wanted.data_options.include_transcript ||
		Boolean(webhook.data_options?.include_recording_url) !==
			wanted.data_options.include_recording_url
	) {
		changes.data_options = wanted.data_options;
	}
	if (webhook.custom_headers && tokenOf(webhook) !== token) {
		// Samora replaces all of them at once, and some may be somebody else's.
		changes.custom_headers = { ...withoutToken(webhook.custom_headers), [TRIGGER_HEADER]: token };
	}
	if (webhook.is_active === false) changes.is_active = true;
	return changes;
}

function tokenOf({ custom_headers = {} }: Omit<Webhook, 'id'>): string | undefined {
	return Object.entries(custom_headers).find(([name]) => isTokenHeader(name))?.[1];
}

function withoutToken(headers: Record<string, string>): Record<string, string> {
	return Object.fromEntries(Object.entries(headers).filter(([name]) => !isTokenHeader(name)));
}

function isTokenHeader(name: string): boolean {
	return name.toLowerCase() === TRIGGER_HEADER.toLowerCase();
}

function sameWords(some: string[], others: string[]): boolean {
	return some.length === others.length && some.every((word) => others.includes(word));
}
