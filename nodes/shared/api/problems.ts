import { isSuccess, startOf, wordsOf, type Answer, type Fault } from './answers';
import { MAX_ANSWER_BYTES, TOO_LARGE } from './body';
import type { Exchange } from './exchange';

/** What users read: what happened, and what to do about it. */
export interface UserMessage {
	message: string;
	description: string;
}

/** The IDs in a request, under the API's names. */
export type Ids = Partial<
	Record<'agent_id' | 'call_id' | 'campaign_id' | 'webhook_id' | 'to_number', string>
>;

/** Their labels in the editor. */
const LABELS: Readonly<Record<keyof Ids, string>> = {
	agent_id: 'Agent ID',
	call_id: 'Call ID',
	campaign_id: 'Campaign ID',
	webhook_id: 'Webhook ID',
	to_number: 'To Number',
};

/** What a request was about, for messages. */
export interface Subject {
	thing: 'Agent' | 'Call' | 'Campaign' | 'Webhook' | 'List of webhooks';
	/** What to check when Samora can't find one of them. */
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

/** The field to check, with its current value. */
const baseUrlOf = ({ host }: Asked): string =>
	`the Base URL in the Samora credential${host === undefined ? '' : ` (now ${host})`}`;

/** The message for each status. The first matching row wins. */
const ADVICE: readonly Advice[] = [
	{
		status: [300, 399],
		message: () => "Samora answered with a redirect, which the node didn't follow",
		description: (asked) =>
			`The node only sends the API key to the Base URL. Check ${baseUrlOf(asked)}; it's usually https://api.samora.ai`,
	},
	{
		status: [401, 401],
		message: () => 'Samora rejected the API key',
		description: () =>
			'Check the API Key and the Base URL in the Samora credential, and test the credential.',
	},
	{
		status: [403, 403],
		message: ({ thing }) => `This API key can't access this ${thing.toLowerCase()}`,
		description: () =>
			'Use an API key of the Samora organization it belongs to, or ask an admin of that organization for access.',
	},
	{
		status: [404, 404],
		message: ({ thing }) => `Samora can't find this ${thing.toLowerCase()}`,
		description: (subject) =>
			`Check ${idList(subject) || baseUrlOf(subject)}. The API key must belong to the same Samora organization.`,
	},
	{
		status: [409, 409],
		message: ({ thing }) => `The ${thing.toLowerCase()} doesn't allow this in its current state`,
		description: ({ thing }) => `Check the ${thing.toLowerCase()} in Samora and try again.`,
	},
	{
		status: [413, 413],
		message: () => 'Samora accepts requests of up to 2 MiB, and this one is larger',
		description: () => 'Send less data at a time.',
	},
	{
		status: [429, 429],
		message: () => 'Samora received too many requests from this API key',
		description: () =>
			'Samora did nothing for this item. Run it again in a few minutes, or lower Max Concurrency if the node has this option.',
	},
	{
		status: [400, 499],
		message: ({ thing }) => `Samora rejected the request for this ${thing.toLowerCase()}`,
		description: (subject) =>
			idList(subject) === ''
				? 'Correct what Samora points out, and run the node again.'
				: `Correct what Samora points out, and run the node again. Sent: ${idList(subject)}.`,
	},
	{
		status: [500, 599],
		message: () => 'Samora is unavailable right now',
		description: () =>
			'The cause is at Samora. Run the node again in a few minutes. If this keeps happening, contact Samora AI Support.',
	},
	{
		status: [0, 999],
		message: ({ host }) =>
			`The response didn't come from the Samora API${host === undefined ? '' : ` (Base URL: ${host})`}`,
		description: (asked) =>
			`Check ${baseUrlOf(asked)}; it's usually https://api.samora.ai. If it is, a proxy or a firewall between n8n and Samora answered.`,
	},
];

const NOT_THE_API = ADVICE[ADVICE.length - 1];

/** Statuses that mean the same when a proxy in front of Samora sends them. */
const PLAIN = new Set([401, 413, 429]);

/** The message for a success whose JSON has nothing that the node understands. It quotes the start: an ID may be in it. */
const unreadable = ({ statusCode, body }: Answer, asked: Asked): UserMessage => ({
	message: `The node can't read what Samora answered (status ${statusCode}): ${startOf(body)}`,
	description: `If ${baseUrlOf(asked)} is right, Samora may have changed its API: update this package, or report the answer to its maintainers.`,
});

/** Whether something other than Samora answered: Samora's own errors are JSON, not HTML pages. */
function isForeign({ statusCode, body }: Answer): boolean {
	if (isSuccess(statusCode)) return true;
	const isPage = typeof body === 'string' && body.trim() !== '';
	return isPage && statusCode >= 400 && statusCode < 500 && !PLAIN.has(statusCode);
}

/**
 * Whether an answer may be Samora's or a proxy's: proxies answer with these statuses too, Samora's own have words, and an
 * answer through a proxy that the user chose may have either's.
 */
export function mayBeProxys(answer: Answer): boolean {
	const { statusCode, proxy } = answer;
	if (statusCode < 400 || isForeign(answer)) return false;
	const isUsual = statusCode === 403 || statusCode >= 500;
	return wordsOf(answer) === '' ? isUsual || proxy !== undefined : isUsual && proxy !== undefined;
}

/** The message for an answer that may be either's. */
function describeEither({ statusCode, proxy }: Answer, advice: Advice, asked: Asked): UserMessage {
	const named = proxy === undefined ? 'a proxy between n8n and Samora' : `the proxy ${proxy}`;
	return {
		message: `Samora, or ${named}, answered with status ${statusCode}`,
		description:
			statusCode < 500
				? `If it was Samora: ${advice.description(asked)} If it was the proxy, ask whoever runs it to allow the host of the Base URL.`
				: 'Run the node again in a few minutes. If this keeps happening, ask whoever runs the proxy, or contact Samora AI Support.',
	};
}

/** The message for an unsuccessful response. It quotes the API's own words. */
export function describeAnswer(answer: Answer, subject: Subject): UserMessage {
	const { statusCode, body, host } = answer;
	const asked = { ...subject, host };
	if (isSuccess(statusCode) && typeof body === 'object' && body !== null) {
		return unreadable(answer, asked);
	}
	const advice = isForeign(answer)
		? NOT_THE_API
		: (ADVICE.find(({ status: [from, to] }) => statusCode >= from && statusCode <= to) ??
			NOT_THE_API);
	const words = wordsOf(answer);
	const { message, description } = mayBeProxys(answer)
		? describeEither(answer, advice, asked)
		: { message: advice.message(asked), description: advice.description(asked) };
	return { message: words === '' ? message : `${message}: ${words}`, description };
}

/** The message for a request without a response. */
export function describeFault({ code, fate, words, address, isProxy }: Fault): UserMessage {
	if (words !== undefined) {
		return { message: words, description: fate === 'unreached' ? 'Nothing was sent.' : '' };
	}
	if (fate === 'cancelled') {
		return { message: 'The execution was stopped', description: 'This item was not sent.' };
	}
	if (code === 'ERR_CANCELED') {
		return {
			message: 'The execution was stopped before Samora answered',
			description: 'The request had already been sent.',
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
	if (fate === 'unreached' && isProxy) {
		return {
			message: `n8n couldn't reach the proxy at ${address}`,
			description: `Nothing was sent to Samora${named}. This isn't Samora's address. Check Proxy in Request Options, or the proxy settings of this n8n (HTTPS_PROXY, HTTP_PROXY).`,
		};
	}
	if (fate === 'unreached') {
		return {
			message: `n8n couldn't reach Samora${address === undefined ? '' : ` at ${address}`}`,
			description: `Nothing was sent${named}. Check the Base URL in the Samora credential, and make sure this n8n can reach it (internet connection, firewall, proxy).`,
		};
	}
	return {
		message: "Samora didn't answer",
		description: `The connection broke or timed out before Samora answered${named}. Run the node again in a few minutes.`,
	};
}

/** The message for how a request ended. */
export const describeExchange = ({ answer, fault }: Exchange, subject: Subject): UserMessage =>
	answer ? describeAnswer(answer, subject) : describeFault(fault);
