import { chain, node, type Link } from '../tools/n8n/client/chain';
import type { NewWorkflow } from '../tools/n8n/client/client';
import type { JsonRecord } from '../tools/json';
import { ROWS, START, type Stage } from './stage';

/** The nodes that do the same work with this package and without it. */

/** Each row has its own number, which is valid in the numbering plan and not a magic number of the sandbox. */
export const rowOf = (n: number) => ({
	phone: '+1415' + (2000000 + n),
	first_name: 'Person ' + n,
	company: 'Company ' + (n % 100),
	plan: 'gold',
});

/** A workflow with a manual trigger, that many rows, and then these nodes. */
export const afterRows = (
	name: string,
	count: number,
	nodes: Link[],
	more: Record<string, string> = {},
): NewWorkflow =>
	chain(name, [
		node(START, 'n8n-nodes-base.manualTrigger'),
		code(
			ROWS,
			`const rowOf = ${rowOf.toString()};
return Array.from({ length: ${count} }, (_, n) => ({ json: { ...rowOf(n), ...${JSON.stringify(more)} } }));`,
		),
		...nodes,
	]);

export function code(name: string, jsCode: string): Link {
	return { ...node(name, 'n8n-nodes-base.code', { jsCode }), typeVersion: 2 };
}

export function samora({ samora }: Stage, parameters: JsonRecord): Link {
	return node('Samora', 'n8n-nodes-samora.samora', parameters, samora);
}

/** A node with the same fields that only sends the request. */
export function declaredFields({ samora }: Stage, parameters: JsonRecord): Link {
	return node('Declared Fields', 'CUSTOM.declaredFields', parameters, samora);
}

/** n8n's HTTP Request node as people set it up: a JSON body, and the key from a credential. */
export function httpRequest(
	{ sandbox, header }: Stage,
	{ name = 'HTTP Request', method, path, body, query, options = {} }: HttpRequest,
): Link {
	return {
		...node(
			name,
			'n8n-nodes-base.httpRequest',
			{
				method,
				url: path.startsWith('=') ? `=${sandbox.url}${path.slice(1)}` : `${sandbox.url}${path}`,
				authentication: 'genericCredentialType',
				genericAuthType: 'httpHeaderAuth',
				...(query && {
					sendQuery: true,
					queryParameters: {
						parameters: Object.entries(query).map(([key, value]) => ({ name: key, value })),
					},
				}),
				...(body !== undefined && { sendBody: true, specifyBody: 'json', jsonBody: body }),
				options,
			},
			header,
		),
		typeVersion: 4.2,
	};
}

interface HttpRequest {
	name?: string;
	method: 'GET' | 'POST';
	/** An expression if it starts with `=`. */
	path: string;
	body?: string;
	query?: Record<string, string>;
	options?: JsonRecord;
}
