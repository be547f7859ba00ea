import fc from 'fast-check';
import examples from 'libphonenumber-js/examples.mobile.json';
import { getCountries, getExampleNumber, type PhoneNumber } from 'libphonenumber-js/max';
import plans from 'libphonenumber-js/max/metadata';

import { callingCodeOf, countries, type Country } from '../../../nodes/shared/phone/countries';
import { phoneNumber, type NumberOptions } from '../../../nodes/shared/phone/phoneNumber';
import { countryOf, planWith, split } from '../../../nodes/shared/phone/plans';
import { givenOut, numbersOf } from '../../support/writtenNumbers';

/** How numbers of all countries are read with every Default Country: who would be called. */

const read = (value: unknown, defaultCountry: Country) => readAs(value, { defaultCountry });

function readAs(value: unknown, options: NumberOptions = {}): string | undefined {
	try {
		return phoneNumber(value, { label: 'To Number', ...options });
	} catch {
		return undefined;
	}
}

const PER_KIND = 5;
const numbers = new Map(countries.map((country) => [country, numbersOf(country, PER_KIND)]));
const of = (country: Country): PhoneNumber[] => numbers.get(country) ?? [];
/** What the library's compact table says about one country, by position. */
const LENGTHS = 3;
const TRUNK_PREFIX = 5;
const KINDS = 11;
const CALLABLE = /^\+\d{10,15}$/;

it('there are numbers of every country', () => {
	// The library takes every number of Western Sahara for one of Morocco.
	expect(countries.filter((country) => of(country).length === 0)).toEqual(['EH']);
	expect(getCountries()).toHaveLength(countries.length);
});

describe('digits of another country without a plus sign', () => {
	/** One number of every other country for each Default Country: another one for each. */
	const pairs = countries.flatMap((country, n) =>
		countries
			.filter((other) => other !== 'EH' && callingCodeOf(other) !== callingCodeOf(country))
			.map((other) => ({ country, number: of(other)[n % of(other).length].number })),
	);
	const misread = pairs.flatMap(({ country, number }) => {
		const as = read(number.slice(1), country);
		return as === undefined || as === number ? [] : [{ country, number, as }];
	});

	it('never become a number that no plan has', () => {
		expect(pairs.length).toBeGreaterThan(55_000);
		expect(misread.filter(({ as }) => givenOut(as) === undefined)).toEqual([]);
	});

	it('become a number of the Default Country in at most 0.8 % of all cases', () => {
		expect(misread.length / pairs.length).toBeLessThan(0.008);
		// Ten digits that North America has cannot be told from a number there.
		expect(read('5074708750', 'US')).toBe('+15074708750');
	});

	it('are read as what they are with Numbers Include Country Code', () => {
		const unread = pairs.filter(({ country, number }) => {
			if (!CALLABLE.test(number)) return false;
			const as = phoneNumber(number.slice(1), {
				label: 'To Number',
				defaultCountry: country,
				numbersIncludeCountryCode: true,
			});
			return as !== number;
		});
		expect(unread).toEqual([]);
	});
});

describe('numbers of the Default Country', () => {
	const own = countries.flatMap((country) =>
		of(country)
			.filter(({ number }) => CALLABLE.test(number))
			.map((number) => ({ country, number })),
	);

	it.each<[string, (number: PhoneNumber) => string]>([
		['as printed', (number) => number.formatNational()],
		['as dialed', (number) => number.formatNational().replace(/\D/g, '')],
		['in the international format', (number) => number.formatInternational()],
		['in E.164', ({ number }) => number],
		['with the country code and no plus sign', ({ number }) => number.slice(1)],
	])('%s are read in at least 98 %% of all cases, and never as another', (_, written) => {
		const results = own.map(({ country, number }) => ({
			number: number.number,
			as: read(written(number), country),
		}));
		expect(results.length).toBeGreaterThan(2000);
		expect(results.filter(({ number, as }) => as !== undefined && as !== number)).toEqual([]);
		const right = results.filter(({ number, as }) => as === number);
		expect(right.length / results.length).toBeGreaterThan(0.98);
	});
});

/** Numbers with their country code in the ways in which people write it: with +, with 00, and without either. */
const WITH_CODE: Array<
	[name: string, written: (digits: string) => string, options: NumberOptions]
> = [
	['a plus sign', (digits) => `+${digits}`, {}],
	['00', (digits) => `00${digits}`, {}],
	[
		'Numbers Include Country Code',
		(digits) => digits,
		{ numbersIncludeCountryCode: true, defaultCountry: 'DE' },
	],
];

describe('a country code that is there twice', () => {
	const mobileNumbers = countries
		.flatMap((country) => [
			...of(country).filter((number) => number.getType() === 'MOBILE'),
			getExampleNumber(country, examples),
		])
		.filter((number) => number !== undefined)
		.filter(({ number }) => CALLABLE.test(number));

	it.each(WITH_CODE)(
		'never makes another number out of a mobile number, with %s',
		(_, written, options) => {
			const misread = mobileNumbers.flatMap(
				({ countryCallingCode: code, nationalNumber, number }) => {
					const as = readAs(written(`${code}${code}${nationalNumber}`), options);
					return as === undefined || as === number ? [] : [{ number, as }];
				},
			);
			expect(mobileNumbers.length).toBeGreaterThan(1000);
			// Nine digits of Indonesia behind 62 are also a fixed line there, in the area 628.
			expect(misread.filter(({ number }) => !/^\+62\d{9}$/.test(number))).toEqual([]);
		},
	);

	it.each([
		['+494915112345678', undefined, '+494915112345678 or as +4915112345678'],
		['00494915112345678', undefined, '+494915112345678 or as +4915112345678'],
		['04915112345678', 'DE', '+494915112345678 or as +4915112345678'],
		['494915112345678', 'DE', '+494915112345678 or as +4915112345678'],
		['+38338343201234', undefined, '+38338343201234 or as +38343201234'],
	])(
		'is refused in %s with Default Country %s, and both numbers are named',
		(written, country, both) => {
			expect(() => phoneNumber(written, { label: 'To Number', defaultCountry: country })).toThrow(
				`can be read as ${both}`,
			);
		},
	);

	/** How long mobile numbers of a country are at most. */
	function longestMobile(country: Country): number {
		const plan = plans.countries[country] as unknown[];
		const [, mobiles] = plan[KINDS] as Array<[pattern: string, lengths?: number[]] | 0>;
		const [, lengths = plan[LENGTHS] as number[]] = mobiles || [];
		return Math.max(...lengths);
	}

	/** Digits behind a calling code, beginning with this code again, that are a fixed line or a mobile number. */
	const own = fc
		.constantFrom(...countries.filter((country) => callingCodeOf(country) !== '1'))
		.chain((country) => {
			const code = callingCodeOf(country);
			return fc
				.stringMatching(/^\d{3,11}$/)
				.map((rest) => ({ country, number: `+${code}${code}${rest}`, national: `${code}${rest}` }));
		})
		.filter(({ country, number, national }) => {
			const known = givenOut(number);
			return (
				known?.country === country &&
				known.number === number &&
				CALLABLE.test(number) &&
				national.length <= longestMobile(country) &&
				['FIXED_LINE', 'MOBILE', 'FIXED_LINE_OR_MOBILE'].includes(known.getType() ?? '')
			);
		});

	it('is not seen in numbers of the usual length that begin like their country code', () => {
		const seen = new Set<Country>();
		fc.assert(
			fc.property(own, ({ country, number }) => {
				seen.add(country);
				expect(readAs(number)).toBe(number);
				expect(readAs(number.replace('+', '00'))).toBe(number);
			}),
			{ numRuns: 1500 },
		);
		expect(seen.size).toBeGreaterThan(30);
	});

	it.each([
		['Leer', '+49 491 92800'],
		['Emden', '+49 4921 123456'],
		['Papenburg', '+49 4961 12345'],
		['Papenburg, with a (0)', '+49 (0)4961 12345'],
		['Lucerne', '+41 41 210 12 34'],
		['Wolfsberg', '+43 4352 12345'],
		['Lund', '+46 46 123456'],
		['Radom', '+48 48 362 12 34'],
		['Puno', '+51 51 123456'],
		['Santa Maria', '+55 55 3220 1234'],
		['Pematangsiantar', '+62 622 7550271'],
		['Iligan', '+63 63 221 1234'],
		['Tampere', '+358 3 5812345'],
		['Pristina', '+383 38 345 678'],
		['Vredendal', '+27 27 213 1234'],
		['Eger', '+36 36 512 345'],
		['an Italian mobile', '+39 393 1234567'],
		['a Thai mobile', '+66 66 123 4567'],
		['a Vietnamese mobile', '+84 84 123 4567'],
		['an Indian mobile', '+91 91234 56789'],
		['a Norwegian mobile', '+47 47 12 34 56'],
	])('is not seen in %s: %s', (_, written) => {
		expect(readAs(written)).toBe(`+${written.replace('(0)', '').replace(/\D/g, '')}`);
	});
});

describe('a 0 in parentheses', () => {
	/** "+49 (0) 30…", and "+39 (0) 6…", where the 0 belongs to the number. */
	const optional = ({ nationalNumber }: PhoneNumber) => ` (0) ${nationalNumber.replace(/^0/, '')}`;

	it.each(WITH_CODE)('never makes another number out of one, with %s', (_, written, options) => {
		const results = countries.flatMap((country) =>
			of(country)
				.filter(({ number }) => CALLABLE.test(number))
				.map((number) => ({
					country,
					number: number.number,
					as: readAs(written(`${number.countryCallingCode}${optional(number)}`), options),
				})),
		);
		expect(results.filter(({ number, as }) => as !== undefined && as !== number)).toEqual([]);
		const dialed0 = results.filter(
			({ country }) => plans.countries[country]?.[TRUNK_PREFIX] === '0',
		);
		const right = dialed0.filter(({ number, as }) => as === number);
		expect(right.length / dialed0.length).toBeGreaterThan(0.98);
	});

	it('never makes another number out of one of the Default Country', () => {
		const misread = countries.flatMap((country) =>
			of(country).flatMap((number) => {
				const as = read(optional(number), country);
				return as === undefined || as === number.number ? [] : [{ country, number, as }];
			}),
		);
		expect(misread).toEqual([]);
	});

	it.each([
		['+39 (0)331 1234567', '+3903311234567 or as +393311234567'],
		['+39 [0] 331 1234567', '+3903311234567 or as +393311234567'],
		['0039 ( 0 ) 331 1234567', '+3903311234567 or as +393311234567'],
		['+241 (0)6 12 34 56', '+24106123456 or as +2416123456'],
	])('is refused in %s, and both numbers are named', (written, both) => {
		expect(() => phoneNumber(written, { label: 'To Number' })).toThrow(`can be read as ${both}`);
	});

	it('is part of the number where there is no number without it, and when it has no parentheses', () => {
		expect(readAs('+39 (0)6 698 12345')).toBe('+390669812345');
		expect(readAs('+39 (0)2 1234567')).toBe('+39021234567');
		expect(readAs('+39 0331 1234567')).toBe('+3903311234567');
		expect(readAs('+39 331 1234567')).toBe('+393311234567');
	});
});

describe('the bundled plans', () => {
	it('know the same numbers as the full tables of the library, and their countries', () => {
		const digits = fc.oneof(
			fc.stringMatching(/^[1-9]\d{5,14}$/),
			fc
				.tuple(
					fc.constantFrom(...[...numbers.values()].flat()),
					fc.nat(8),
					fc.stringMatching(/^\d{8}$/),
				)
				.map(([{ number }, changed, others]) => {
					const kept = number.slice(1, number.length - changed);
					return `${kept}${others.slice(0, changed)}`;
				}),
		);
		fc.assert(
			fc.property(digits, (national) => {
				const number = `+${national}`;
				const parts = split(number);
				const known = givenOut(number);
				// The library takes a trunk prefix out of an international number; such numbers are read elsewhere.
				fc.pre(known === undefined || known.number === number);
				const plan = parts === undefined ? undefined : planWith(parts);
				expect(plan !== undefined).toBe(known !== undefined);
				if (known !== undefined) expect(countryOf(number)).toBe(known.country);
			}),
			{ numRuns: 5000 },
		);
	});
});
