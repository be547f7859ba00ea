import { wordsOf, type Answer, type Fault } from './answers';
import { MAX_ANSWER_BYTES, TOO_LARGE } from './body';
import type { Exchange } from './exchange';

/** What a person reads: what happened, and what to do about it. */
export interface UserMessage {
	message: string;
	description: string;
}

/** What a request names, under the API's own names. */
export type Ids = Partial<
	Record<'agent_id' | 'call_id' | 'campaign_id' | 'webhook_id' | 'to_number', string>
>;

/** What they are called in the editor. */
const LABELS: Readonly<Record<keyof Ids, string>> = {
	agent_id: 'Agent ID',
	call_id: 'Call ID',
	campaign_id: 'Campaign ID',
	webhook_id: 'Webhook ID',
	to_number: 'To Number',
};

/** What a request was about, for the messages that name it. */
export interface Subject {
	thing: 'Agent' | 'Call' | 'Campaign' | 'Webhook' | 'List of webhooks';
	/** What to check when Samora does not know one of them. */
	ids: Ids;
}

/** The same, with who was asked. */
interface Asked extends Subject {
	host?: string;
}

interface Advice {
	/** A status, or a range of them. */
	status: readonly [number, number];
	message: (asked: Asked) => string;
	description: (asked: Asked) => string;
}

const idList = ({ ids }: Subject): string =>
	(Object.keys(ids) as Array<keyof Ids>)
		.map((name) => `${LABELS[name]} ${ids[name]}`)
		.join(' and ');

/** The field to look at, with what is in it now. */
const baseUrlOf = ({ host }: Asked): string =>
	`the Base URL in the Samora credential${host === undefined ? '' : ` (now ${host})`}`;

/** What each refusal of the API means to the person. The first row that fits counts. */
const ADVICE: readonly Advice[] = [
	{
		status: [300, 399],
		message: () => 'Samora answered with a redirect, which was not followed',
		description: (asked) =>
			`The API key goes to the Base URL and nowhere else. Check ${baseUrlOf(asked)}; it is usually https://api.samora.ai`,
	},
	{
		status: [401, 401],
		message: () => 'Samora did not accept the API key',
		description: () =>
			'Open the Samora credential, check the API Key and the Base URL, and test the credential.',
	},
	{
		status: [403, 403],
		message: ({ thing }) => `This API key may not use this ${thing.toLowerCase()}`,
		description: () =>
			'Use the API key of the Samora organization it belongs to, or ask who manages that organization for access.',
	},
	{
		status: [404, 404],
		message: ({ thing }) => `Samora does not know this ${thing.toLowerCase()}`,
		description: (subject) =>
			`Check ${idList(subject) || baseUrlOf(subject)}, and that the API key belongs to the same Samora organization.`,
	},
	{
		status: [409, 409],
		message: ({ thing }) => `The ${thing.toLowerCase()} is not in a state that allows this`,
		description: ({ thing }) => `Look at the ${thing.toLowerCase()} in Samora and try again.`,
	},
	{
		status: [413, 413],
		message: () => 'Samora takes requests of up to 2 MiB, and this one is larger',
		description: () => 'Send less at a time.',
	},
	{
		status: [429, 429],
		message: () => 'Samora is receiving too many requests from this API key',
		description: () =>
			'Nothing was done for this item. Run it again in a little while, or lower Max Concurrency in the options where there is one.',
	},
	{
		status: [400, 499],
		message: ({ thing }) => `Samora refused the request about this ${thing.toLowerCase()}`,
		description: (subject) =>
			idList(subject) === ''
				? 'Change what Samora names and run the node again.'
				: `Change what Samora names and run the node again. Sent: ${idList(subject)}.`,
	},
	{
		status: [500, 599],
		message: () => 'Samora could not answer',
		description: () =>
			'This lies with Samora. Run the node again in a little while, and contact Samora AI Support if it stays.',
	},
	{
		status: [0, 999],
		message: () => 'Samora answered with something that is not its API',
		description: (asked) => `Check ${baseUrlOf(asked)}; it is usually https://api.samora.ai`,
	},
];

const NOT_THE_API = ADVICE[ADVICE.length - 1];

/** Statuses that mean what they say, even when a proxy in front of Samora says it. */
const PLAIN = new Set([401, 413, 429]);

/** Whether something else than Samora answered: its refusals are JSON, and not a page to look at. */
function isForeign({ statusCode, body }: Answer): boolean {
	if (statusCode >= 200 && statusCode < 300) return true;
	const isPage = typeof body === 'string' && body.trim() !== '';
	return isPage && statusCode >= 400 && statusCode < 500 && !PLAIN.has(statusCode);
}

/** The message for an answer that did not do what was asked. The API's own words are quoted. */
export function describeAnswer(answer: Answer, subject: Subject): UserMessage {
	const { statusCode, host } = answer;
	const asked = { ...subject, host };
	const advice = isForeign(answer)
		? NOT_THE_API
		: (ADVICE.find(({ status: [from, to] }) => statusCode >= from && statusCode <= to) ??
			NOT_THE_API);
	const words = wordsOf(answer);
	const message = advice.message(asked);
	return {
		message: words === '' ? message : `${message}: ${words}`,
		description: advice.description(asked),
	};
}

/** The message for a request that brought no answer. */
export function describeFault({ code, fate, words, address }: Fault): UserMessage {
	if (words !== undefined) {
		return { message: words, description: fate === 'unreached' ? 'Nothing was sent.' : '' };
	}
	if (fate === 'cancelled') {
		return { message: 'The execution was stopped', description: 'This item was not sent.' };
	}
	if (code === 'ERR_CANCELED') {
		return {
			message: 'The execution was stopped before Samora answered',
			description: 'The request was on its way.',
		};
	}
	if (code === TOO_LARGE) {
		return {
			message: `Samora answered with more than ${MAX_ANSWER_BYTES / 1024 / 1024} MiB, which was not read to its end`,
			description:
				'Check the Base URL in the Samora credential; it is usually https://api.samora.ai',
		};
	}
	const named = code === '' ? '' : ` (${code})`;
	if (fate === 'unreached') {
		return {
			message: `Samora could not be reached${address === undefined ? '' : ` at ${address}`}`,
			description: `Nothing was sent${named}. Check the Base URL in the Samora credential, and that this n8n can reach it (internet connection, firewall, proxy).`,
		};
	}
	return {
		message: 'Samora did not answer',
		description: `The connection broke or the time ran out before an answer came${named}. Run the node again in a little while.`,
	};
}

/** What a person reads about how a request ended. */
export const describeExchange = ({ answer, fault }: Exchange, subject: Subject): UserMessage =>
	answer ? describeAnswer(answer, subject) : describeFault(fault);
