/**
 * The OpenAPI document as a list of points that someone who uses the API can be at: an operation, a parameter or a
 * property of its body, one left out, a value of an enumeration, a value at a limit. A request is at some of them.
 */

/** The parts of a JSON Schema that requests of this document are described with. */
interface Schema {
	$ref?: string;
	type?: string | string[];
	enum?: unknown[];
	default?: unknown;
	minimum?: number;
	maximum?: number;
	minLength?: number;
	maxLength?: number;
	minItems?: number;
	maxItems?: number;
	items?: Schema;
	required?: string[];
	properties?: Record<string, Schema>;
	additionalProperties?: boolean | Schema;
	'x-max-json-bytes'?: number;
}

interface Parameter {
	$ref?: string;
	name: string;
	in: 'path' | 'query';
	required?: boolean;
	schema: Schema;
}

interface RequestBody {
	$ref?: string;
	required?: boolean;
	content: { 'application/json': { schema: Schema } };
}

interface Operation {
	operationId: string;
	parameters?: Parameter[];
	requestBody?: RequestBody;
}

type Method = 'get' | 'post' | 'put' | 'delete';
const METHODS: Method[] = ['get', 'post', 'put', 'delete'];

export interface Document {
	paths: Record<string, { parameters?: Parameter[] } & Partial<Record<Method, Operation>>>;
	[section: string]: unknown;
}

/** What was sent, as the sandbox's journal has it. */
export interface Request {
	operationId: string | null;
	path: string;
	query: Record<string, string>;
	body: unknown;
}

/** Everything that can be reached, for each operation. */
export function documented(document: Document): Map<string, string[]> {
	return new Map(
		operationsOf(document).map(({ operationId, inputs }) => [
			operationId,
			inputs.flatMap(({ at, schema, required }) => [
				...(required || isDefaulted(document, schema) ? [] : [`${at} left out`]),
				...pointsOf(document, schema, at),
			]),
		]),
	);
}

/** What requests have reached of it. */
export function reachedBy(document: Document, requests: Request[]): Map<string, Set<string>> {
	const operations = new Map(operationsOf(document).map((one) => [one.operationId, one]));
	const reached = new Map<string, Set<string>>();
	for (const request of requests) {
		const operation = operations.get(request.operationId ?? '');
		if (!operation) continue;
		const points = reached.get(operation.operationId) ?? new Set();
		reached.set(operation.operationId, points);
		for (const { at, schema, valueIn } of operation.inputs) {
			const value = valueIn(request);
			const found =
				value === undefined ? [`${at} left out`] : pointsAt(document, schema, at, value);
			for (const point of found) points.add(point);
		}
	}
	return reached;
}

/** Something that goes into a request. */
interface Input {
	at: string;
	schema: Schema;
	required: boolean;
	valueIn: (request: Request) => unknown;
}

function operationsOf(document: Document): Array<{ operationId: string; inputs: Input[] }> {
	return Object.entries(document.paths).flatMap(([path, item]) =>
		METHODS.flatMap((method) => {
			const operation = item[method];
			if (!operation) return [];
			const parameters = [...(item.parameters ?? []), ...(operation.parameters ?? [])].map(
				(parameter) => inputOf(path, resolved(document, parameter)),
			);
			return [
				{
					operationId: operation.operationId,
					inputs: [...parameters, ...bodyOf(document, operation.requestBody)],
				},
			];
		}),
	);
}

function inputOf(path: string, { name, in: where, required = false, schema }: Parameter): Input {
	const part = path.split('/').indexOf(`{${name}}`);
	const read =
		where === 'path'
			? (request: Request) => request.path.split('/')[part]
			: (request: Request) => request.query[name];
	// In a URL everything is text.
	const valueIn = (request: Request) => {
		const text = read(request);
		const isNumber = schema.type === 'integer' || schema.type === 'number';
		return text !== undefined && isNumber ? Number(text) : text;
	};
	return { at: `${where} ${name}`, schema, required, valueIn };
}

function bodyOf(document: Document, given: RequestBody | undefined): Input[] {
	if (!given) return [];
	const { content, required = false } = resolved(document, given);
	const { schema } = content['application/json'];
	const isEmpty = !resolved(document, schema).properties;
	return isEmpty
		? []
		: [{ at: 'body', schema, required, valueIn: ({ body }) => body ?? undefined }];
}

/** The points of a schema. */
function pointsOf(document: Document, given: Schema, at: string): string[] {
	const schema = resolved(document, given);
	const points = [at, ...valuesOf(schema).map((value) => `${at} = ${JSON.stringify(value)}`)];
	for (const [limit, size] of sizesOf(schema)) points.push(`${at} of ${size} ${limit}`);
	if (schema.items) points.push(...pointsOf(document, schema.items, `${at}[]`));
	for (const [name, property] of Object.entries(schema.properties ?? {})) {
		const inner = `${at}.${name}`;
		const canBeLeftOut = !schema.required?.includes(name) && !isDefaulted(document, property);
		if (canBeLeftOut) points.push(`${inner} left out`);
		points.push(...pointsOf(document, property, inner));
	}
	const { additionalProperties: others } = schema;
	if (others) points.push(...pointsOf(document, others === true ? {} : others, `${at}.*`));
	return points;
}

/** The points of a schema that a value is at. */
function pointsAt(document: Document, given: Schema, at: string, value: unknown): string[] {
	const schema = resolved(document, given);
	const points = [at];
	if (valuesOf(schema).includes(value)) points.push(`${at} = ${JSON.stringify(value)}`);
	for (const [limit, size] of sizesOf(schema)) {
		if (MEASURES[limit](value) === size) points.push(`${at} of ${size} ${limit}`);
	}
	if (Array.isArray(value) && schema.items) {
		const { items } = schema;
		points.push(...value.flatMap((element) => pointsAt(document, items, `${at}[]`, element)));
	}
	if (!isObject(value)) return points;
	const { properties = {}, additionalProperties: others } = schema;
	for (const [name, property] of Object.entries(properties)) {
		const inner = `${at}.${name}`;
		if (!(name in value)) points.push(`${inner} left out`);
		else points.push(...pointsAt(document, property, inner, value[name]));
	}
	for (const [name, other] of Object.entries(value)) {
		if (!others || name in properties) continue;
		points.push(...pointsAt(document, others === true ? {} : others, `${at}.*`, other));
	}
	return points;
}

/** The values that a schema names. */
function valuesOf({ enum: words = [], type, minimum, maximum }: Schema): unknown[] {
	const limits = [minimum, maximum].filter((limit) => limit !== undefined);
	return [...words, ...(type === 'boolean' ? [true, false] : []), ...limits];
}

const MEASURES = {
	characters: (value: unknown) => (typeof value === 'string' ? [...value].length : undefined),
	elements: (value: unknown) => (Array.isArray(value) ? value.length : undefined),
	bytes: (value: unknown) => Buffer.byteLength(JSON.stringify(value)),
};

type Size = [keyof typeof MEASURES, number];

function sizesOf(schema: Schema): Size[] {
	const sizes: Array<[keyof typeof MEASURES, number | undefined]> = [
		['characters', schema.minLength],
		['characters', schema.maxLength],
		['elements', schema.minItems],
		['elements', schema.maxItems],
		['bytes', schema['x-max-json-bytes']],
	];
	return sizes.filter((size): size is Size => size[1] !== undefined);
}

/** Leaving out what has a default is no different from sending the default. */
const isDefaulted = (document: Document, schema: Schema): boolean =>
	resolved(document, schema).default !== undefined;

function resolved<Part extends { $ref?: string }>(document: Document, part: Part): Part {
	if (part.$ref === undefined) return part;
	let target: unknown = document;
	for (const step of part.$ref.replace(/^#\//, '').split('/')) {
		target = isObject(target) ? target[step] : undefined;
	}
	if (!isObject(target)) throw new Error(`${part.$ref} points nowhere`);
	return resolved(document, target as unknown as Part);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);
