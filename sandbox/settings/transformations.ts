import type { Campaigns } from '../state/campaigns';

/** An answer before it is written. A body that is undefined is an empty one. */
export interface Reply {
	status: number;
	body: unknown;
}

export interface Context {
	operationId: string | null;
	campaigns: Campaigns;
}

/** One way in which an answer differs from the documented one. */
export type Transformation = (reply: Reply, context: Context) => Reply;

type Fields = Record<string, unknown>;

/** The operations that answer with a list, and the documented name of the list. */
const LISTS: Record<string, string> = {
	listCampaigns: 'campaigns',
	listCampaignCalls: 'calls',
	listWebhooks: 'webhooks',
	listWebhookEvents: 'events',
};

/** The operations whose work is done once they succeed: a client needs no data from them. */
const NEEDS_NO_DATA = [
	'startCampaign',
	'stopCampaign',
	'cancelCampaign',
	'updateCampaign',
	'addCampaignRecipients',
	'updateWebhook',
	'deleteWebhook',
];

/** The fields whose values are one of a few words. */
const WORDS = ['status', 'event_type', 'events', 'retry_on'];

const isFields = (value: unknown): value is Fields =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** Changes the bodies of successful answers, those of some operations or of all. */
const success =
	(change: (body: Fields, context: Context) => unknown, operations?: string[]): Transformation =>
	(reply, context) => {
		const concerned = !operations || operations.includes(context.operationId ?? '');
		if (reply.status >= 300 || !concerned || !isFields(reply.body)) return reply;
		return { ...reply, body: change(reply.body, context) };
	};

/** Changes what is in `data`. */
const data = (change: (data: Fields, context: Context) => unknown, operations?: string[]) =>
	success(
		(body, context) => (isFields(body.data) ? { ...body, data: change(body.data, context) } : body),
		operations,
	);

/** Puts the thing itself in the place of the envelope. */
export const withoutEnvelope = success((body) => ('data' in body ? body.data : body));

/** Puts the fields of the thing beside the message. */
export const messageBesideFields = success(({ data: fields, ...rest }) =>
	isFields(fields)
		? { ...rest, ...fields }
		: { ...rest, ...(fields !== undefined && { data: fields }) },
);

export const listsAsArrays = data(
	(fields, { operationId }) => fields[LISTS[operationId ?? '']] ?? fields,
	Object.keys(LISTS),
);

export const listsUnder = (name: string) =>
	data((fields, { operationId }) => {
		const { [LISTS[operationId ?? '']]: list, ...rest } = fields;
		return { [name]: list, ...rest };
	}, Object.keys(LISTS));

export const eventTypesAsStrings = data(
	({ events, ...rest }) => ({
		...rest,
		events: (events as Fields[]).map(({ event_type }) => event_type),
	}),
	['listWebhookEvents'],
);

/** Puts the id of a placed call under another name, or into `data`. */
export const callPlacedAs = (name: 'call_id' | 'id', inData = false) =>
	success(
		({ call_id, ...rest }) =>
			inData ? { message: rest.message, data: { [name]: call_id } } : { ...rest, [name]: call_id },
		['triggerCall'],
	);

export const campaignCreatedAsId = data(
	({ campaign_id }) => ({ id: campaign_id }),
	['createCampaign'],
);

export const campaignCreatedAsWhole = data(
	({ campaign_id }, { campaigns }) => {
		const campaign = campaigns.findById(String(campaign_id));
		return campaign ? campaigns.present(campaign) : { campaign_id };
	},
	['createCampaign'],
);

export const secretBesideWebhook = success(
	({ data: webhook, ...rest }) => {
		const { secret, ...shown } = webhook as Fields;
		return { ...rest, data: shown, secret };
	},
	['createWebhook'],
);

/** What needs no data has none. */
export const messageOnly = success(({ message }) => ({ message: message ?? 'OK' }), NEEDS_NO_DATA);

/** What needs no data has no body. */
export const emptyBody = (status?: 204): Transformation => {
	const drop = success(() => undefined, NEEDS_NO_DATA);
	return (reply, context) => {
		const dropped = drop(reply, context);
		return dropped.body === undefined ? { ...dropped, status: status ?? reply.status } : dropped;
	};
};

/** Every success is a 200. */
export const always200: Transformation = (reply) =>
	reply.status < 300 ? { ...reply, status: 200 } : reply;

export const statusInstead =
	(documented: number, status: number): Transformation =>
	(reply) =>
		reply.status === documented ? { ...reply, status } : reply;

/** Puts what a refusal says into another form than `{message}`. */
export const refusalsAs =
	(form: (message: unknown) => unknown): Transformation =>
	(reply) =>
		reply.status < 400 || !isFields(reply.body)
			? reply
			: { ...reply, body: form(reply.body.message) };

/** Spells statuses, events and retry reasons in another way, wherever they are. */
export const wordsAs =
	(spell: (word: string) => string): Transformation =>
	(reply) => ({ ...reply, body: respelled(reply.body, spell) });

export function respelled(
	value: unknown,
	spell: (word: string) => string,
	isWord = false,
): unknown {
	if (Array.isArray(value)) return value.map((each) => respelled(each, spell, isWord));
	if (typeof value === 'string') return isWord ? spell(value) : value;
	if (!isFields(value)) return value;
	return Object.fromEntries(
		Object.entries(value).map(([name, field]) => [
			name,
			// What a person has named so is not Samora's.
			name === 'call_variables' ? field : respelled(field, spell, WORDS.includes(name)),
		]),
	);
}

/** Gives calls other ids than UUIDs, wherever a call's id is told. */
export const callIdsAs = (id: (uuid: string) => unknown): Transformation => {
	const triggered = success(
		({ call_id, ...rest }) => ({ ...rest, call_id: id(String(call_id)) }),
		['triggerCall'],
	);
	const scheduled = data(
		({ scheduled_call_ids }) => ({
			scheduled_call_ids: (scheduled_call_ids as string[]).map(id),
		}),
		['addCampaignRecipients'],
	);
	const listed = data(
		({ calls, ...rest }) => ({
			...rest,
			calls: (calls as Fields[]).map((call) => ({ ...call, id: id(String(call.id)) })),
		}),
		['listCampaignCalls'],
	);
	return (reply, context) =>
		[triggered, scheduled, listed].reduce((changed, change) => change(changed, context), reply);
};
