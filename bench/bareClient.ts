import { Pool } from 'undici';
import pLimit from 'p-limit';

import type { Sandbox } from '../sandbox';

/** One request as undici sends it: without n8n, without checks, nothing stored. */
export interface BareRequest {
	method: 'GET' | 'POST';
	path: string;
	body?: string;
}

/** How long a bare HTTP client takes for the same requests at the same concurrency, in milliseconds. No node can be faster. */
export async function bareMs(
	{ url, apiKey }: Sandbox,
	requests: BareRequest[],
	concurrency: number,
): Promise<number> {
	const pool = new Pool(url, { connections: concurrency });
	const gate = pLimit(concurrency);
	const began = performance.now();
	await Promise.all(
		requests.map((request) =>
			gate(async () => {
				const { statusCode, body } = await pool.request({
					...request,
					headers: { 'x-api-key': apiKey, 'content-type': 'application/json' },
				});
				const text = await body.text();
				if (statusCode >= 300) throw new Error(`${request.path}: ${statusCode} ${text}`);
			}),
		),
	);
	const took = performance.now() - began;
	await pool.close();
	return took;
}
