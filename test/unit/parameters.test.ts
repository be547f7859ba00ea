import type { INode } from 'n8n-workflow';
import fc from 'fast-check';

import {
	attempt,
	integer,
	isRecord,
	jsonObject,
	keyValues,
	oneOf,
	parameterReader,
	Refusal,
	rows,
	shown,
	someOf,
	text,
	trimmed,
	samoraId,
} from '../../nodes/shared/parameters';

const ID = '123e4567-e89b-12d3-a456-426614174000';

/** The sentence of a refusal; whatever else comes out is not one. */
function refusal(look: () => unknown): { label: string; sentence: string } {
	const found = attempt(look);
	if (!(found instanceof Refusal)) throw new Error(`Not refused: ${JSON.stringify(found)}`);
	return { label: found.label, sentence: found.message };
}

/** Whatever an expression can give. */
const anything = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constant(undefined), fc.string());

describe('samoraId', () => {
	it.each([
		['as it is', ID],
		['with spaces around it', ` \t${ID}\n`],
		['in a resource locator', { __rl: true, mode: 'list', value: ID, cachedResultName: 'Spring' }],
	])('takes an id %s', (_, value) => expect(samoraId(value, 'Agent ID')).toBe(ID));

	it('takes a number, should Samora ever use numbers as IDs', () => {
		expect(samoraId(123456, 'Call ID')).toBe('123456');
	});

	it('leaves the case of an id alone', () => {
		expect(samoraId(ID.toUpperCase(), 'Agent ID')).toBe(ID.toUpperCase());
	});

	it.each([undefined, null, '', '  ', [], {}, { value: ID }, { __rl: true, value: '' }, true])(
		'says that %j is empty',
		(value) => {
			expect(refusal(() => samoraId(value, 'Campaign'))).toEqual({
				label: 'Campaign',
				sentence: `Campaign is empty. Enter a UUID such as ${ID}`,
			});
		},
	);

	it.each(['abc', 42, `${ID}0`, ID.slice(1), `{${ID}}`, ID.replace('e', 'g'), `${ID} ${ID}`])(
		'quotes what is none: %s',
		(value) => {
			const { sentence } = refusal(() => samoraId(value, 'Call ID'));
			expect(sentence).toBe(
				`Call ID must be a UUID such as ${ID}, but it is ${shown(String(value))}`,
			);
		},
	);
});

describe('text', () => {
	it('counts characters as people do', () => {
		expect(text('🙂'.repeat(120), 'Name', { max: 120 })).toHaveLength(240);
		expect(refusal(() => text('🙂'.repeat(121), 'Name', { max: 120 })).sentence).toBe(
			'Name can have up to 120 characters, but this one has 121',
		);
	});

	it('leaves away the spaces around it before it counts', () => {
		expect(text(`  ${'x'.repeat(120)}\n`, 'Name', { max: 120 })).toBe('x'.repeat(120));
		expect(refusal(() => text('   ', 'Name', { max: 120 })).sentence).toBe('Name is empty');
	});

	it('takes a number for its digits', () => expect(text(2026, 'Name', { max: 120 })).toBe('2026'));
});

describe('integer', () => {
	it.each([
		[1, 1],
		['5', 5],
		[' 3 ', 3],
		[5.0, 5],
	])('takes %j', (value, number) => {
		expect(integer(value, 'Max Retries', { min: 1, max: 5 })).toBe(number);
	});

	it.each([0, 6, 1.5, '', 'two', null, undefined, true, [], [3], {}, NaN, Infinity, '1e9'])(
		'refuses %j',
		(value) => {
			const { sentence } = refusal(() => integer(value, 'Max Retries', { min: 1, max: 5 }));
			expect(sentence).toMatch(/^Max Retries must be a whole number from 1 to 5, but it is /);
		},
	);

	it('names no upper limit where there is none', () => {
		expect(refusal(() => integer(0, 'Limit', { min: 1 })).sentence).toBe(
			'Limit must be a whole number of at least 1, but it is "0"',
		);
	});

	it('gives a number within the limits or refuses, whatever it gets', () => {
		fc.assert(
			fc.property(anything, (value) => {
				const got = attempt(() => integer(value, 'Limit', { min: 0, max: 100 }));
				if (got instanceof Refusal) return expect(got.message).toMatch(/^Limit must be/);
				expect(Number.isInteger(got) && got >= 0 && got <= 100).toBe(true);
			}),
		);
	});
});

describe('words of the API', () => {
	const WORDS = ['asc', 'desc'] as const;

	it('takes one of them, written exactly so', () => {
		expect(oneOf('asc', 'Direction', WORDS)).toBe('asc');
		for (const value of ['ASC', ' asc', '', null, 1, ['asc']]) {
			expect(refusal(() => oneOf(value, 'Direction', WORDS)).sentence).toMatch(
				/^Direction must be one of asc, desc, but it is /,
			);
		}
	});

	it('takes some of them, each once, from a list or from text', () => {
		expect(someOf(['desc', 'asc', 'desc'], 'Order', WORDS)).toEqual(['desc', 'asc']);
		expect(someOf(' asc, desc', 'Order', WORDS)).toEqual(['asc', 'desc']);
	});

	it.each([[[]], [null], [undefined], [{}], [5]])('wants at least one: %j', (value) => {
		expect(refusal(() => someOf(value, 'Order', WORDS)).sentence).toBe(
			'Order needs at least one of asc, desc',
		);
	});

	it('names the one that is none of them', () => {
		expect(refusal(() => someOf(['asc', 'up'], 'Order', WORDS)).sentence).toBe(
			'Order must be one of asc, desc, but it is "up"',
		);
	});
});

describe('jsonObject', () => {
	it('takes an object, and text that is one', () => {
		const object = { a: [1, { b: null }], é: 'x' };
		expect(jsonObject(object, 'Metadata JSON')).toBe(object);
		fc.assert(
			fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
				const written = JSON.stringify(value);
				expect(jsonObject(` ${written}\n`, 'Metadata JSON')).toEqual(JSON.parse(written));
			}),
		);
	});

	it.each(['', '  \n'])('takes nothing for an empty object: %j', (value) => {
		expect(jsonObject(value, 'Metadata JSON')).toEqual({});
	});

	it.each(['{', '{"a": 1,}', "{'a': 1}", 'undefined', '{"a": 1} x'])(
		"says why it can't be read: %s",
		(value) => {
			const { sentence } = refusal(() => jsonObject(value, 'Metadata JSON'));
			expect(sentence).toMatch(/^Metadata JSON is not valid JSON: \S/);
		},
	);

	it.each(['[1]', '"text"', '5', 'null', 'true', [1], 5, null, undefined, true])(
		'wants an object: %j',
		(value) => {
			const { sentence } = refusal(() => jsonObject(value, 'Metadata JSON'));
			expect(sentence).toMatch(/^Metadata JSON must be a JSON object such as .*, but it is /);
		},
	);
});

describe('rows and keyValues', () => {
	const filled = (...values: unknown[]) => ({ values });

	it('gives an object of the rows, values as they are', () => {
		expect(
			keyValues(
				filled({ key: ' name ', value: 'Ada' }, { key: 'n', value: 0 }, { key: 'no', value: null }),
				'Metadata',
			),
		).toEqual({ name: 'Ada', n: 0, no: null });
	});

	it('overlooks rows that are wholly empty, and what is no row', () => {
		expect(keyValues(filled({ key: '', value: ' ' }, {}, null, 'x'), 'Metadata')).toEqual({});
		expect([undefined, {}, { values: 'x' }, []].map(rows)).toEqual([[], [], [], []]);
	});

	it('keeps a name such as __proto__ for what it is', () => {
		const object = keyValues(filled({ key: '__proto__', value: 'x' }), 'Metadata');
		expect(Object.keys(object)).toEqual(['__proto__']);
		expect(JSON.stringify(object)).toBe('{"__proto__":"x"}');
	});

	it('refuses a value without a name, and a name that comes twice', () => {
		expect(refusal(() => keyValues(filled({ key: ' ', value: 'Ada' }), 'Metadata'))).toEqual({
			label: 'Metadata',
			sentence: 'Metadata has a row without a name: "Ada"',
		});
		expect(
			refusal(() => keyValues(filled({ name: 'a' }, { name: ' a' }), 'Headers', ['name', 'value']))
				.sentence,
		).toBe('Headers has "a" twice');
	});
});

describe('shown', () => {
	it.each([
		[undefined, 'empty'],
		[null, 'empty'],
		['', 'empty'],
		['a\n b\t c ', '"a b c"'],
		[0, '"0"'],
		[{ a: 1 }, '"{"a":1}"'],
		['x'.repeat(60), `"${'x'.repeat(60)}"`],
		['x'.repeat(61), `"${'x'.repeat(57)}…"`],
	])('%j', (value, expected) => expect(shown(value)).toBe(expected));

	it('is short and on one line, whatever it shows', () => {
		fc.assert(
			fc.property(anything, (value) => {
				expect(shown(value)).toMatch(/^(empty|".{0,60}")$/u);
			}),
		);
	});
});

describe('trimmed', () => {
	it.each([
		['  a ', 'a'],
		[0, '0'],
		[true, ''],
		[null, ''],
		[undefined, ''],
		[['a'], ''],
		[{}, ''],
	])('%j', (value, expected) => expect(trimmed(value)).toBe(expected));
});

describe('isRecord', () => {
	it('tells objects from lists and from nothing', () => {
		expect([{}, [], null, undefined, 'a', 1].map(isRecord)).toEqual([
			true,
			false,
			false,
			false,
			false,
			false,
		]);
	});
});

describe('parameterReader', () => {
	const nodeWith = (parameters: INode['parameters']): INode => ({
		id: '1',
		name: 'Samora',
		type: 'samora',
		typeVersion: 1,
		position: [0, 0],
		parameters,
	});

	/** Expressions here name a field of the item. */
	const items: Array<Record<string, unknown>> = [{ phone: '+1' }, { phone: '+2' }];
	const read = parameterReader({
		getNode: () =>
			nodeWith({
				plain: 'phone',
				toNumber: '=phone',
				options: { list: ['=phone', 'x'], deep: { inner: '=phone', n: 1 } },
				broken: { inner: '=missing' },
			}),
		evaluateExpression: ((expression: string, item: number) => {
			if (!(expression in items[item])) throw new Error(`No ${expression}`);
			return items[item][expression];
		}) as Parameters<typeof parameterReader>[0]['evaluateExpression'],
	});

	it('gives any item’s values, expressions evaluated wherever they stand', () => {
		expect(read(0)('toNumber')).toBe('+1');
		expect(read(1)('toNumber')).toBe('+2');
		expect(read(1)('plain')).toBe('phone');
		expect(read(1)('options')).toEqual({ list: ['+2', 'x'], deep: { inner: '+2', n: 1 } });
		expect(read(0)('nothing')).toBeUndefined();
	});

	it('refuses an expression that cannot be evaluated, and names where it stands', () => {
		expect(refusal(() => read(0)('broken')).sentence).toBe(
			'The expression in "broken" can\'t be read: No missing',
		);
	});

	it('reads what only names fields of the item without n8n, and leaves the rest to n8n', () => {
		const readRow = parameterReader(
			{
				getNode: () =>
					nodeWith({ toNumber: '={{ $json.phone }}', agentId: '={{ $json.phone.slice(1) }}' }),
				evaluateExpression: () => 'evaluated',
			},
			[{ json: { phone: '+1' } }],
		);
		expect(readRow(0)('toNumber')).toBe('+1');
		expect(readRow(0)('agentId')).toBe('evaluated');
	});
});
