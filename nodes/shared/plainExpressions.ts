/** Reads an item's fields. `undefined` means that n8n has to evaluate the expression. */
export type PlainExpression = (json: Record<string, unknown>) => { value: unknown } | undefined;

/** One field of the item: $json.phone, $json['Phone (mobile)'] */
const FIELD = String.raw`\$json(?:\.([A-Za-z_]\w*)|\['([^'\\{}\r\n]+)'\]|\["([^"\\{}\r\n]+)"\])`;

/** A field with its name in the result: first_name: $json.name, "Plan": $json.plan */
const NAMED_FIELD = String.raw`(?:([A-Za-z_$][\w$]*)|'([^'\\{}\r\n]+)'|"([^"\\{}\r\n]+)")\s*:\s*${FIELD}`;

const ONE_FIELD = new RegExp(String.raw`^\{\{\s*${FIELD}\s*\}\}$`);
const OBJECT = new RegExp(String.raw`^\{\{\s*(?:\(\s*(\{.+\})\s*\)|(\{.+\}))\s*\}\}$`, 's');
const NAMED_FIELDS = new RegExp(
	String.raw`^\{\s*${NAMED_FIELD}(?:\s*,\s*${NAMED_FIELD})*\s*,?\s*\}$`,
);
const EACH_NAMED_FIELD = new RegExp(NAMED_FIELD, 'g');
const EACH_PLACE = new RegExp(String.raw`\{\{\s*${FIELD}\s*\}\}`, 'g');

/**
 * Understands the expressions that only name fields of the item. n8n takes up to a millisecond for any expression, so
 * these are read from the item directly:
 * - a field: {{ $json.phone }}
 * - an object of fields: {{ { first_name: $json.first_name, plan: $json.plan } }}
 * - text with fields in it: {"first_name": "{{ $json.first_name }}"}
 *
 * @param text the expression without its leading `=`
 * @returns undefined for any other expression
 */
export function plainExpression(text: string): PlainExpression | undefined {
	return oneField(text) ?? objectOfFields(text) ?? textWithFields(text);
}

function oneField(text: string): PlainExpression | undefined {
	const found = ONE_FIELD.exec(text);
	if (!found) return undefined;
	const name = given(found.slice(1));
	return (json) => (has(json, name) ? { value: json[name] } : undefined);
}

function objectOfFields(text: string): PlainExpression | undefined {
	const [, ...forms] = OBJECT.exec(text) ?? [];
	const literal = given(forms);
	if (!NAMED_FIELDS.test(literal)) return undefined;
	const fields = [...literal.matchAll(EACH_NAMED_FIELD)].map(
		([, ...names]) => [given(names.slice(0, 3)), given(names.slice(3))] as const,
	);
	// In an object literal, this is no field.
	if (fields.some(([name]) => name === '__proto__')) return undefined;
	return (json) =>
		fields.every(([, field]) => has(json, field))
			? { value: Object.fromEntries(fields.map(([name, field]) => [name, json[field]])) }
			: undefined;
}

function textWithFields(text: string): PlainExpression | undefined {
	const fields = [...text.matchAll(EACH_PLACE)].map(([, ...names]) => given(names));
	const between = text.split(EACH_PLACE).filter((_, index) => index % 4 === 0);
	// n8n has its own way with a backslash, and with braces that are left.
	if (fields.length === 0 || between.some((one) => /\\|\{\{|\}\}|\{$/.test(one))) return undefined;
	return (json) => {
		const values = fields.map((field) => (has(json, field) ? json[field] : undefined));
		if (!values.every(isWritten)) return undefined;
		return { value: between.reduce((whole, one, n) => `${whole}${values[n - 1]}${one}`) };
	};
}

/** Names that n8n 2.41 refuses in an expression, for security. It's left to n8n to say so. */
const REFUSED_BY_N8N = new Set([
	'__proto__',
	'prototype',
	'constructor',
	'getPrototypeOf',
	'setPrototypeOf',
	'getOwnPropertyDescriptor',
	'getOwnPropertyDescriptors',
	'defineProperty',
	'defineProperties',
	'mainModule',
	'binding',
	'_linkedBinding',
	'_load',
	'prepareStackTrace',
	'__lookupGetter__',
	'__lookupSetter__',
	'__defineGetter__',
	'__defineSetter__',
	'caller',
	'callee',
	'arguments',
	'getBuiltinModule',
	'dlopen',
	'execve',
	'loadEnvFile',
]);

const has = (json: Record<string, unknown>, field: string): boolean =>
	Object.hasOwn(json, field) && !REFUSED_BY_N8N.has(field);

/** A value that reads the same wherever it is put into a text. */
const isWritten = (value: unknown): value is string | number | boolean =>
	typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);

const given = (forms: Array<string | undefined>): string =>
	forms.find((form) => form !== undefined) ?? '';
