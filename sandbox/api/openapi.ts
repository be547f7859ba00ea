import addFormats from 'ajv-formats';
import Ajv2020 from 'ajv/dist/2020';
import type { ErrorObject } from 'ajv';
import { OpenAPIBackend, type Document } from 'openapi-backend';
import { join } from 'node:path';

export const OPENAPI_FILE = join(__dirname, 'openapi.yaml');

export interface ApiRequest {
	method: string;
	path: string;
	/** As in the URL, without the question mark. */
	rawQuery: string;
	headers: Record<string, string | string[] | undefined>;
	rawBody: string;
	bodyBytes: number;
}

export interface CheckedRequest {
	operationId: string | null;
	/** How the request violates the API description, or null. */
	violation: string | null;
	/** 413 if the body is too large. */
	violationStatus: number;
	params: Record<string, string>;
	query: Record<string, unknown>;
	/** The parsed body, a string if it isn't JSON, or undefined if there's none. */
	body: unknown;
}

interface BodyRules {
	required?: boolean;
	'x-max-body-bytes'?: number;
}

/**
 * Finds the operation of a request, and validates requests and responses against the OpenAPI document. openapi-backend
 * stays at 5.20, because 5.21 loads an ES module, which jest can't do on Node.js 20.
 */
export class ApiDescription {
	private constructor(private readonly api: OpenAPIBackend) {}

	static async load(): Promise<ApiDescription> {
		const body = ajv({});
		const params = ajv({ coerceTypes: true });
		const api = new OpenAPIBackend({
			definition: OPENAPI_FILE,
			// Compile schemas on first use, and skip the library's check of the document, which only supports 3.0.
			quick: true,
			coerceTypes: true,
			customizeAjv: (_, options) => (options.coerceTypes ? params : body),
		});
		await api.init();
		return new ApiDescription(api);
	}

	/** The document with unresolved references. */
	document(): Promise<Document> {
		return this.api.loadDocument();
	}

	check(request: ApiRequest): CheckedRequest {
		const operation = this.api.router.matchOperation({ ...request, headers: {} });
		const parsed = parseBody(request);
		const result: CheckedRequest = {
			operationId: operation?.operationId ?? null,
			violation: null,
			violationStatus: 400,
			params: {},
			query: {},
			body: parsed.body,
		};
		if (!operation?.operationId) return { ...result, violation: 'no such method and path' };
		const found = this.api.router.parseRequest({ ...request, headers: {} }, operation);
		result.params = flatten(found.params);

		const rules = operation.requestBody as BodyRules | undefined;
		const limit = rules?.['x-max-body-bytes'];
		// Many clients send an empty object instead of no body.
		if (!rules && request.bodyBytes > 0 && request.rawBody.trim() !== '{}') {
			return { ...result, violation: 'a body where none belongs' };
		}
		if (rules?.required && request.bodyBytes === 0) {
			return { ...result, violation: 'the request body is missing' };
		}
		if (limit !== undefined && request.bodyBytes > limit) {
			return {
				...result,
				violation: `the request body is over ${limit} bytes`,
				violationStatus: 413,
			};
		}
		if (parsed.fault) return { ...result, violation: parsed.fault };

		const { valid, errors, coerced } = this.api.validator.validateRequest(
			{
				method: request.method,
				path: request.path,
				query: request.rawQuery,
				headers: { 'content-type': 'application/json' },
				body: parsed.body,
			},
			operation,
		);
		if (!valid) return { ...result, violation: inWords(errors) };
		const query: unknown = coerced?.query;
		if (isRecord(query)) result.query = { ...query };
		return result;
	}

	/** How a response violates the API description, or null. */
	checkAnswer(operationId: string, status: number, body: unknown): string | null {
		const operation = this.api.router.getOperation(operationId);
		if (!operation?.responses?.[status]) return `${operationId} has no answer ${status}`;
		const { valid, errors } = this.api.validator.validateResponse(body, operation, status);
		return valid ? null : inWords(errors);
	}
}

let loaded: Promise<ApiDescription> | undefined;

/** Read and compiled once, because the document doesn't change while the process runs. */
export const loadApiDescription = () => (loaded ??= ApiDescription.load());

const isRecord = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

const flatten = (params: Record<string, string | string[]>): Record<string, string> =>
	Object.fromEntries(Object.entries(params).map(([name, value]) => [name, String(value)]));

function parseBody({ rawBody, headers }: ApiRequest): { body: unknown; fault: string | null } {
	if (rawBody === '') return { body: undefined, fault: null };
	const type = String(headers['content-type'] ?? '');
	try {
		const body: unknown = JSON.parse(rawBody);
		const isJson = /^application\/json\s*(;|$)/i.test(type);
		return { body, fault: isJson ? null : `the Content-Type is not application/json: ${type}` };
	} catch {
		return { body: rawBody, fault: 'the request body is not JSON' };
	}
}

function ajv(options: { coerceTypes?: boolean }) {
	const instance = new Ajv2020({ ...options, strict: false });
	addFormats(instance);
	instance.addKeyword({
		keyword: 'x-max-json-bytes',
		schemaType: 'number',
		error: { message: ({ schema }) => `must be at most ${String(schema)} bytes of JSON` },
		validate: (limit: number, value: unknown) => Buffer.byteLength(JSON.stringify(value)) <= limit,
	});
	return instance;
}

function inWords(errors: ErrorObject[] | null | undefined): string {
	const [first] = errors ?? [];
	if (!first) return 'does not match the API description';
	const where = first.instancePath
		.replace(/^\/(requestBody|path|query|header)/, '')
		.split('/')
		.filter(Boolean)
		.map((part) => (/^\d+$/.test(part) ? `[${part}]` : `.${part}`))
		.join('')
		.replace(/^\./, '');
	const extra = first.params.additionalProperty ?? first.params.allowedValues;
	const detail = extra === undefined ? '' : ` (${[extra].flat().join(', ')})`;
	return `${where || 'request'} ${first.message ?? 'is not valid'}${detail}`;
}
