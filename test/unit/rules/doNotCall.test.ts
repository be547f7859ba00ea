import fc from 'fast-check';

import { doNotCallList, onDoNotCall } from '../../../nodes/Samora/rules/doNotCall';
import { Refusal } from '../../../nodes/shared/parameters';
import { numbersOf } from '../../support/writtenNumbers';

const list = (doNotCall: unknown, ...ways: Array<Record<string, unknown>>) => [
	...doNotCallList({ doNotCall }, ways),
];

const refusal = (doNotCall: unknown, ...ways: Array<Record<string, unknown>>): string => {
	try {
		return `not refused: ${list(doNotCall, ...ways).join()}`;
	} catch (thrown) {
		expect(thrown).toBeInstanceOf(Refusal);
		return (thrown as Refusal).message;
	}
};

describe('the Do Not Call list', () => {
	test.each([
		['lines', '+14155550100\n+44 20 7946 0018\r\n\n'],
		['commas', '+1 (415) 555-0100, 0044 20 7946 0018,'],
		['semicolons', '+14155550100; +442079460018'],
		['a list of text', ['+14155550100', 'tel:+44-20-7946-0018']],
		[
			'a list with gaps, as a column has them',
			['+14155550100', '', null, undefined, '+442079460018'],
		],
	])('is read from %s', (_, value) => {
		expect(list(value)).toEqual(['+14155550100', '+442079460018']);
	});

	test('is empty without the option, when it is left empty, and when an expression gives an empty list', () => {
		expect(doNotCallList({}, []).size).toBe(0);
		for (const value of ['', '  ', [], ['']]) expect(list(value)).toEqual([]);
	});

	test('is refused when it has entries, and all of them are empty, as those of a misspelled column', () => {
		const blank = fc.constantFrom(undefined, null, '', ' ');
		fc.assert(
			fc.property(fc.array(blank, { minLength: 2, maxLength: 50 }), (column) => {
				const words = `Do Not Call has ${column.length} entries, which are all empty. If the list comes from a column, check the column's name`;
				expect(refusal(column)).toBe(words);
				expect(refusal(column.join('\n'))).toBe(words);
				expect(list([...column, '+14155550100'])).toEqual(['+14155550100']);
			}),
		);
		for (const value of [undefined, null]) expect(refusal([value])).toContain('has one entry');
	});

	test('reads local numbers with the Default Country, also from a column of numbers', () => {
		expect(list(['(415) 555-0100', 4155550101], { defaultCountry: 'US' })).toEqual([
			'+14155550100',
			'+14155550101',
		]);
		expect(list(4155550101, { defaultCountry: 'US' })).toEqual(['+14155550101']);
		expect(list('14155550100', { numbersIncludeCountryCode: true })).toEqual(['+14155550100']);
	});

	test('takes numbers that Samora could not call anyway', () => {
		expect(list('+298201234')).toEqual(['+298201234']);
	});

	test('refuses local numbers where the Default Country differs from row to row', () => {
		const ways = [{ defaultCountry: 'US' }, { defaultCountry: 'DE' }];
		expect(list('+14155550100', ...ways)).toEqual(['+14155550100']);
		expect(refusal('+14155550100\n(415) 555-0101', ...ways)).toMatch(
			/^Do Not Call entry 2 "\(415\) 555-0101" has no country code.*Default Country isn't the same for all rows/,
		);
	});

	test('stops at entries that nobody can read, and names them by their place', () => {
		expect(refusal('+14155550100\nAda\n')).toBe(
			'Do Not Call entry 2 "Ada" contains letters. Enter one number, in digits',
		);
		expect(refusal(['+14155550100', 'n/a', '+1', {}, '12'])).toBe(
			'Do Not Call entry 2 is empty (it says "n/a"). Enter a phone number such as +14155550100; 3 more entries can\'t be read: 3–5',
		);
		expect(refusal('971501234567', { defaultCountry: 'DE' })).toContain('can be read as');
	});

	test.each([
		['an expression that gives nothing', undefined, 'returns nothing'],
		['null', null, 'returns nothing'],
		['an object', { phone: '+14155550100' }, 'must be text or a list of numbers'],
		['rows of a sheet', [{ phone: '+14155550100' }], 'entry 1 must be one phone number'],
		['a switch', true, 'must be text or a list of numbers'],
	])('refuses %s rather than call everybody', (_, value, words) => {
		expect(refusal(value)).toMatch(/^Do Not Call /);
		expect(refusal(value)).toContain(words);
	});

	test('has everybody on it, however they are written', () => {
		const numbers = (['US', 'GB', 'DE', 'IN', 'BR', 'JP'] as const).flatMap((country) =>
			numbersOf(country, 10),
		);
		fc.assert(
			fc.property(fc.subarray(numbers, { minLength: 1 }), fc.nat(3), (some, way) => {
				const written = some.map((number) =>
					[
						number.formatInternational(),
						number.number,
						number.getURI(),
						number.number.replace('+', '00'),
					].at(way),
				);
				const expected = some.map(({ number }) => number);
				expect(new Set(list(written))).toEqual(new Set(expected));
				expect(new Set(list(written.join('\n')))).toEqual(new Set(expected));
			}),
		);
	});

	test('says Do Not Call of whoever is on it', () => {
		expect(onDoNotCall('+14155550100')).toBe('+14155550100 is on the Do Not Call list');
	});
});
