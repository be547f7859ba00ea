import { isRecord, parseJson } from '../../json';
import { waitFor } from '../../waiting';

/** On a slow machine, n8n sometimes loses its database and rejects every request unread. */
const NOT_READY = 'Database is not ready!';
const DATABASE_BACK_MS = 180_000;

/** n8n's response when it refused a request. */
export class N8nRefusal extends Error {
	constructor(
		message: string,
		readonly status: number,
	) {
		super(message);
	}
}

/** Requests to the REST interface of one n8n that its own editor uses, with the cookie of whoever signed in. */
export class N8nSession {
	private cookie = '';

	constructor(readonly url: string) {}

	/** Sends a request like the editor does, and returns the response's `data`. */
	async request(
		method: string,
		path: string,
		body?: unknown,
		timeoutMs = 60_000,
	): Promise<unknown> {
		const send = async () =>
			await fetch(`${this.url}${path}`, {
				method,
				headers: {
					cookie: this.cookie,
					...(body === undefined ? {} : { 'content-type': 'application/json' }),
				},
				body: body === undefined ? undefined : JSON.stringify(body),
				signal: AbortSignal.timeout(timeoutMs),
			});
		const { response, text } = await waitFor(
			async () => {
				// n8n may close a kept-alive connection just as it is reused. A GET is safe to send again.
				const response = await send().catch(async (fault: unknown) => {
					if (method !== 'GET') throw fault;
					return await send();
				});
				const text = await response.text();
				const isWithoutDatabase = response.status === 503 && messageOf(text) === NOT_READY;
				return !isWithoutDatabase && { response, text };
			},
			{ what: "The return of n8n's database", timeoutMs: DATABASE_BACK_MS },
		);
		if (!response.ok) throw new N8nRefusal(messageOf(text), response.status);
		const [signedIn] = response.headers.getSetCookie().filter((it) => it.startsWith('n8n-auth='));
		if (signedIn) this.cookie = signedIn.split(';', 1)[0];
		const answer = text === '' ? undefined : parseJson(text);
		return isRecord(answer) && 'data' in answer ? answer.data : answer;
	}
}

function messageOf(body: string): string {
	try {
		const answer = parseJson(body);
		if (isRecord(answer) && typeof answer.message === 'string') return answer.message;
	} catch {
		// Not JSON: the body itself is the message.
	}
	return body;
}
