import fc from 'fast-check';

import { pickedFields } from '../../nodes/Samora/resources/campaign/recipients/pickedFields';

/** The ways to write a column as a path. n8n's editor puts what is no plain name into brackets and quotes. */
const written = (name: string): string[] => [
	...(/^[a-z_]\w*$/i.test(name) ? [name, `$json.${name}`] : []),
	`['${name.replaceAll("'", "\\'")}']`,
	`["${name.replaceAll('"', '\\"')}"]`,
];

const name = fc.oneof(
	fc.constantFrom('phone', 'first_name', 'Phone, mobile', 'a.b', 'First name', "Ada's", 'x[0]'),
	fc.string({ minLength: 1, maxLength: 6 }).filter((text) => !/[\\[\]]|^\s|\s$/.test(text)),
);

it('reads any column, however its path is written', () => {
	fc.assert(
		fc.property(
			fc.uniqueArray(name, { minLength: 1, maxLength: 4 }),
			fc.nat(),
			fc.constantFrom(',', ', '),
			(names, count, comma) => {
				const row = Object.fromEntries(names.map((one, n) => [one, n]));
				const picked = names.slice(0, 1 + (count % names.length));
				const text = picked
					.map((one, n) => written(one)[(count + n) % written(one).length])
					.join(comma);
				expect(pickedFields({ ...row, other: true }, text)).toEqual(
					Object.fromEntries(picked.map((one) => [one, row[one]])),
				);
			},
		),
	);
});

const ROW = {
	phone: '+1',
	'Phone, mobile': '+2',
	company: { name: 'Ada Ltd', 'Legal name': 'Ada Limited', address: { city: 'Bath' } },
	tags: ['a', 'b'],
	'a.b': 'dotted',
	empty: undefined,
};

it.each<[unknown, object]>([
	['phone', { phone: '+1' }],
	[' phone ,  tags ', { phone: '+1', tags: ['a', 'b'] }],
	[['phone', 'a.b'], { phone: '+1', 'a.b': 'dotted' }],
	["['Phone, mobile']", { 'Phone, mobile': '+2' }],
	['company.name', { company: { name: 'Ada Ltd' } }],
	[
		"company['Legal name'],company.address.city",
		{ company: { 'Legal name': 'Ada Limited', address: { city: 'Bath' } } },
	],
	['$json.phone', { phone: '+1' }],
	['tags[1]', { tags: ['b'] }],
	['a.b', { 'a.b': 'dotted' }],
	['missing, empty', {}],
	['', {}],
	[undefined, {}],
])('picks %j', (picked, fields) => {
	expect(pickedFields(ROW, picked)).toEqual(fields);
});
