import fc from 'fast-check';
import { Workflow } from 'n8n-workflow';

import { plainExpression } from '../../nodes/shared/plainExpressions';
import { nodeTypes } from '../support/engine';

/** What n8n makes of an expression. */
const workflow = new Workflow({
	nodes: [
		{
			id: '1',
			name: 'Samora',
			type: 'n8n-nodes-samora.samora',
			typeVersion: 1,
			position: [0, 0],
			parameters: {},
		},
	],
	connections: {},
	active: false,
	nodeTypes,
});

function evaluatedByN8n(text: string, json: Record<string, unknown>): unknown {
	return workflow.expression.getParameterValue(
		`=${text}`,
		null,
		0,
		0,
		'Samora',
		[{ json: json as never }],
		'manual',
		{},
	);
}

const fieldName = fc.oneof(
	fc.constantFrom(
		'phone',
		'first_name',
		'_1',
		'Phone (mobile)',
		'Größe',
		'a.b',
		'toString',
		'two\nlines',
		'caller',
		'constructor',
		'a}}b',
		'__proto__',
	),
	fc.string({ minLength: 1, maxLength: 6 }),
);
const fieldValue = fc.oneof(
	fc.string(),
	fc.constantFrom('{{ $json.phone }}', '$&', '\\n', '"', '\u2028', 'true'),
	fc.integer(),
	fc.double(),
	fc.boolean(),
	fc.constant(null),
	fc.constant({ deep: [1] }),
	fc.constant([1, 'two']),
);
const space = fc.constantFrom('', ' ', '\n', '\t ');
const quoted = (name: string): string => (name.includes("'") ? `"${name}"` : `'${name}'`);
const reference = (name: string) =>
	fc.constantFrom(
		`$json[${quoted(name)}]`,
		...(/^[A-Za-z_]\w*$/.test(name) ? [`$json.${name}`] : []),
	);
const literal = fc.oneof(
	fc.string({ maxLength: 8 }),
	fc.constantFrom(' ', '"', '{', '}', '}}', '{{', '\\', '$', '{"name": "', '"}', '\n'),
);

/** A text that is an expression, or nearly one, and an item for it. */
const cases = fc
	.uniqueArray(fc.tuple(fieldName, fieldValue), {
		minLength: 1,
		maxLength: 3,
		selector: ([name]) => name,
	})
	.chain((entries) => {
		const field = fc.constantFrom(...entries.map(([name]) => name), 'missing').chain(reference);
		const place = fc.tuple(space, field, space).map((parts) => `{{${parts.join('')}}}`);
		const named = fc
			.tuple(
				fc.oneof(fieldName.map(quoted), fc.constantFrom('a', '$b', '__proto__')),
				space,
				field,
				space,
			)
			.map(([name, before, one, after]) => `${name}${before}:${before}${one}${after}`);
		const object = fc
			.tuple(
				space,
				fc.array(named, { minLength: 1, maxLength: 3 }),
				fc.constantFrom('', ','),
				fc.boolean(),
			)
			.map(([around, fields, comma, isWrapped]) => {
				const text = `{${around}${fields.join(`,${around}`)}${comma}${around}}`;
				return `{{ ${isWrapped ? `(${text})` : text} }}`;
			});
		const text = fc
			.tuple(literal, fc.array(fc.tuple(place, literal), { minLength: 1, maxLength: 3 }))
			.map(([first, rest]) => first + rest.flat().join(''));
		return fc.record({
			text: fc.oneof(place, object, text),
			json: fc.constant(Object.fromEntries(entries) as Record<string, unknown>),
		});
	});

it('what is read without n8n is what n8n makes of it', () => {
	let read = 0;
	fc.assert(
		fc.property(cases, ({ text, json }) => {
			const plain = plainExpression(text)?.(json);
			if (!plain) return;
			read++;
			expect(plain.value).toEqual(evaluatedByN8n(text, json));
		}),
		{ numRuns: 1000 },
	);
	expect(read).toBeGreaterThan(200);
});

it.each([
	['{{ $json.phone }}', '+1'],
	["{{ $json['Phone (mobile)'] }}", '+2'],
	[
		'{{ { phone: $json.phone, "Second": $json["Phone (mobile)"] } }}',
		{ phone: '+1', Second: '+2' },
	],
	['{{ ({ phone: $json.phone }) }}', { phone: '+1' }],
	['{"phone": "{{ $json.phone }}", "age": {{ $json.age }}}', '{"phone": "+1", "age": 7}'],
])('reads %s', (text, value) => {
	const json = { phone: '+1', 'Phone (mobile)': '+2', age: 7 };
	expect(plainExpression(text)?.(json)).toEqual({ value });
});

it.each([
	'{{ $json.phone.slice(1) }}',
	"{{ $json['phone'] + $json['phone'] }}",
	'{{ $json.constructor }}',
	'{{ $json.missing }}',
	'{{ { phone: $json.phone.slice(1) } }}',
	'{{ { phone: $json.missing } }}',
	'{{ { ...$json, phone: $json.phone } }}',
	'Call {{ $json.nothing }}',
	'Call {{ $json.phone }} and {{ $now }}',
])('leaves %s to n8n', (text) => {
	expect(plainExpression(text)?.({ phone: '+1', nothing: null })).toBeUndefined();
});
