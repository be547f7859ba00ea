import fc from 'fast-check';
import { getCountries, type PhoneNumber } from 'libphonenumber-js/max';

import { callingCodeOf, countries, type Country } from '../../../nodes/shared/phone/countries';
import { phoneNumber } from '../../../nodes/shared/phone/phoneNumber';
import { countryOf, planWith, split } from '../../../nodes/shared/phone/plans';
import { givenOut, numbersOf } from '../../support/writtenNumbers';

/** How numbers of all countries are read with every Default Country: who would be called. */

function read(value: unknown, defaultCountry: Country): string | undefined {
	try {
		return phoneNumber(value, { label: 'To Number', defaultCountry });
	} catch {
		return undefined;
	}
}

const PER_KIND = 5;
const numbers = new Map(countries.map((country) => [country, numbersOf(country, PER_KIND)]));
const of = (country: Country): PhoneNumber[] => numbers.get(country) ?? [];
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
