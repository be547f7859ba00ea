import {
	hashToken,
	isToken,
	marksOf,
	newToken,
	TRIGGER_HEADER,
	type Marks,
} from '../authenticity/token';
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

/** A webhook as Samora shows it, without what it does not show. */
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
	/** Part of the token, so Samora shows them. */
	marks: Marks;
	/** The n8n it runs in. */
	instanceId: string;
}

export interface HookIdentity extends Identity {
	/** A test listen has a webhook of its own, and leaves the published trigger's alone. */
	isTestListen: boolean;
}

/** A test listen ends by itself after two minutes. */
const LONGEST_TEST_LISTEN_MS = 10 * 60_000;

/** What n8n keeps about the webhook it registered, in the workflow's static data. */
export interface Registration {
	webhookId: string;
	/** What Samora signs with. Samora shows it when the webhook is created, and never again; '' if it showed none. */
	secret: string;
	/** The hash of the token that Samora sends with every event. The token itself is only at Samora. */
	tokenHash: string;
	/** The mark of the trigger, as in the token. */
	trigger: string;
	instanceId: string;
	/** Where the webhook delivers to. A test listen's address is not the published trigger's. */
	url: string;
	/** Unix time in milliseconds: a newer registration replaces an older one. */
	registeredAt: number;
	/** The scheme that proved an event of this webhook, as `checkSignature` names it; '' until one did. */
	provenBy: string;
}

export interface WebhookApi {
	list(): Promise<Webhook[]>;
	/** @returns undefined when there is none with that ID */
	get(id: string): Promise<Webhook | undefined>;
	create(
		webhook: Wanted & { custom_headers: Record<string, string> },
	): Promise<{ id: string; secret: string }>;
	update(id: string, changes: WebhookChanges): Promise<void>;
	/** Does nothing when the webhook is gone already. */
	remove(id: string): Promise<void>;
}

/** @returns undefined when nothing is kept, or not all of it */
export function readRegistration(kept: Record<string, unknown>): Registration | undefined {
	const { webhookId, secret, tokenHash, trigger, instanceId, url, registeredAt, provenBy } = kept;
	return typeof webhookId === 'string' &&
		typeof secret === 'string' &&
		typeof tokenHash === 'string' &&
		typeof trigger === 'string' &&
		typeof instanceId === 'string' &&
		typeof url === 'string' &&
		typeof registeredAt === 'number'
		? {
				webhookId,
				secret,
				tokenHash,
				trigger,
				instanceId,
				url,
				registeredAt,
				provenBy: typeof provenBy === 'string' ? provenBy : '',
			}
		: undefined;
}

/**
 * Whether a registration is this trigger's own. Static data may also have come with a copied workflow, with one imported
 * from another n8n, or with a node's name that used to be another node's. The webhook in it then belongs to a trigger
 * that may still need it. The same goes for a test listen, which must not touch the published trigger's webhook.
 *
 * @param url the address of this trigger, or of its test listen
 */
export function isOwn(registration: Registration, { marks, instanceId }: Identity, url: string) {
	return (
		registration.instanceId === instanceId &&
		registration.trigger === marks.trigger &&
		samePath(registration.url, url)
	);
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
		hasOurToken(webhook, known) &&
		Object.keys(changesFor(webhook, wanted)).length === 0
	);
}

/**
 * Makes Samora have exactly the webhook that is wanted: keeps the one whose secret n8n knows, corrects it where it
 * differs, and replaces any other. It removes before it creates, so nothing is left behind when the second step fails.
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
	// Clocks of several machines differ, and one of them may go wrong for a while.
	const registeredAt = Math.max(Date.now(), known ? known.registeredAt + 1 : 0);
	if (known && kept) {
		const changes = changesFor(kept, wanted);
		if (hasOurToken(kept, known)) {
			if (Object.keys(changes).length > 0) await api.update(kept.id, changes);
			return known;
		}
		const token = newToken(marks);
		// Samora replaces all headers at once, and some may be somebody else's.
		const custom_headers = { ...withoutToken(kept.custom_headers), [TRIGGER_HEADER]: token };
		await api.update(kept.id, { ...changes, custom_headers });
		return { ...known, tokenHash: hashToken(token), registeredAt };
	}
	const token = newToken(marks);
	const { id, secret } = await api.create({
		...wanted,
		custom_headers: { [TRIGGER_HEADER]: token },
	});
	return {
		webhookId: id,
		secret,
		tokenHash: hashToken(token),
		trigger: marks.trigger,
		instanceId,
		url: wanted.url,
		registeredAt,
		provenBy: '',
	};
}

/** Removes all webhooks of this trigger from Samora. */
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
 * By ID first. Then by URL, because n8n may have been stopped between creating a webhook and storing its ID, or its
 * database restored from an older day. Last by the marks in the token, because n8n's URL may have changed besides, or
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
 * A webhook with our URL is ours, unless its token says that another trigger registered it: a workflow imported twice
 * has the same URL in it, but only one of the two is published.
 */
function isOursByUrl(webhook: Omit<Webhook, 'id'>, url: string, marks: Marks): boolean {
	if (webhook.url === undefined || !sameUrl(webhook.url, url)) return false;
	const theirs = marksOf(tokenOf(webhook));
	return theirs === undefined || theirs.trigger === marks.trigger;
}

/**
 * A webhook of this trigger in this n8n, at an address that the trigger no longer has. A test listen's webhook has the
 * same marks, but another path, and does not last.
 */
function isLeftBehind(webhook: Omit<Webhook, 'id'>, url: string, marks: Marks): boolean {
	const theirs = marksOf(tokenOf(webhook));
	if (theirs?.trigger !== marks.trigger || theirs.instance !== marks.instance) return false;
	return (
		(webhook.url !== undefined && samePath(webhook.url, url)) ||
		(webhook.created_at !== undefined && Date.now() - webhook.created_at > LONGEST_TEST_LISTEN_MS)
	);
}

/** We know the secret only of the webhook that we created. A webhook's agent cannot be changed. */
function isTrusted(webhook: Webhook, wanted: Wanted, known: Registration): boolean {
	return (
		webhook.id === known.webhookId &&
		webhook.agent_id?.toLowerCase() === wanted.agent_id.toLowerCase()
	);
}

/** The name stays as it is: people rename their workflows, and perhaps their webhooks. */
function changesFor(webhook: Webhook, wanted: Wanted): WebhookChanges {
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
	if (webhook.is_active === false) changes.is_active = true;
	return changes;
}

/** A webhook without `custom_headers` is assumed to have the token: Samora may not show them. */
function hasOurToken(webhook: Webhook, { tokenHash }: Registration): boolean {
	return webhook.custom_headers === undefined || isToken(tokenOf(webhook) ?? '', tokenHash);
}

function tokenOf({ custom_headers = {} }: Omit<Webhook, 'id'>): string | undefined {
	return Object.entries(custom_headers).find(([name]) => isTokenHeader(name))?.[1];
}

function withoutToken(headers: Record<string, string> = {}): Record<string, string> {
	return Object.fromEntries(Object.entries(headers).filter(([name]) => !isTokenHeader(name)));
}

function isTokenHeader(name: string): boolean {
	return name.toLowerCase() === TRIGGER_HEADER.toLowerCase();
}

function sameWords(some: string[], others: string[]): boolean {
	const known = others.map((word) => word.toUpperCase());
	return some.length === others.length && some.every((word) => known.includes(word.toUpperCase()));
}
