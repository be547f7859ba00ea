import type { IHttpRequestOptions } from 'n8n-workflow';

import { proxyAddress, type Route } from './baseUrl';

/** One deadline for a whole request, and whether it went out. */

/**
 * What the nodes and the credential know about a request together: n8n hands its options from one to the other as they
 * are, and the credential is the last to see them before the request goes out.
 */
interface TrackedRequest extends IHttpRequestOptions {
	onSend?: () => void;
}

/** For the credential, when nothing of ours can hold the request back any more. */
export const markSent = ({ onSend }: TrackedRequest): void => onSend?.();

/** The name of the error for a request that certainly did not go out. */
export const NOT_SENT = 'SamoraRequestNotSent';

class NotSent extends Error {
	override readonly name = NOT_SENT;
}

const notSent = (cause: unknown): Error =>
	new NotSent(cause instanceof Error ? cause.message : String(cause), { cause });

/** An error for a request that may have gone out. */
class MayBeSent extends Error {
	readonly route: Route;

	constructor({ baseURL, url, proxy }: IHttpRequestOptions, cause: unknown) {
		super('', { cause });
		this.route = { url: baseURL ?? url, proxy: proxyAddress(proxy) };
	}
}

/**
 * Sends a request with the Samora credential.
 *
 * @param send what n8n sends it with
 * @throws Error named NOT_SENT when it did not get as far as the network, such as when the credential can't be read
 */
export async function sendTracked<Answer>(
	options: IHttpRequestOptions,
	send: (options: IHttpRequestOptions) => Promise<Answer>,
): Promise<Answer> {
	let sent = false;
	const tracked: TrackedRequest = { ...options, onSend: () => (sent = true) };
	return await send(tracked).catch((thrown: unknown) => {
		throw sent ? new MayBeSent(options, thrown) : notSent(thrown);
	});
}

/**
 * For the credential: one deadline from the start of the request to the last byte of its answer. The timeout alone does
 * not end an answer that drips, one without an end, or a 101. n8n replaces a signal that a node sets, but not this one.
 */
export function withDeadline({
	timeout,
	abortSignal,
}: IHttpRequestOptions): Pick<IHttpRequestOptions, 'abortSignal'> {
	if (!timeout || !Number.isFinite(timeout)) return {};
	return { abortSignal: abortedAfter(timeout, abortSignal as AbortSignal | undefined) };
}

/** A signal that is aborted after so many milliseconds, or with another one. */
export function abortedAfter(milliseconds: number, other?: AbortSignal): AbortSignal {
	const deadline = AbortSignal.timeout(milliseconds);
	if (!other) return deadline;
	// `any` alone lets Node.js 20 collect the deadline as garbage, which then never comes. A listener keeps it.
	deadline.addEventListener('abort', () => {});
	return AbortSignal.any([deadline, other]);
}

/** What must be read before a request can go out. */
export async function notSentUnlessRead<Result>(
	read: () => Result | Promise<Result>,
): Promise<Result> {
	return await Promise.resolve()
		.then(read)
		.catch((thrown: unknown) => {
			throw notSent(thrown);
		});
}
