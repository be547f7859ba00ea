import fc from 'fast-check';
import { parsePhoneNumberFromString, type PhoneNumber } from 'libphonenumber-js/max';
import plans from 'libphonenumber-js/max/metadata';

import { type Country } from '../../nodes/shared/phone/countries';

/** Where the library's table keeps the kinds of numbers of a country, and the first two of them. */
const KINDS = 11;
const FIXED_LINES_AND_MOBILES = [0, 1];

const SEED = 20_260_101;

/** The number, when the library's full tables have it. */
export function givenOut(international: string): PhoneNumber | undefined {
	const number = parsePhoneNumberFromString(international);
	return number?.isValid() === true ? number : undefined;
}

/**
 * Fixed lines and mobile numbers of a country, at random, but the same every time.
 *
 * @param perKind how many of each
 */
export function numbersOf(country: Country, perKind: number): PhoneNumber[] {
	const plan = plans.countries[country] as unknown[];
	const kinds = plan[KINDS] as Array<[pattern: string] | 0>;
	return FIXED_LINES_AND_MOBILES.flatMap((kind) => {
		const [pattern] = kinds[kind] || [];
		if (!pattern) return [];
		const some = (numRuns: number) =>
			fc
				.sample(fc.stringMatching(new RegExp(`^(?:${pattern})$`)), { numRuns, seed: SEED + kind })
				.map((national) => givenOut(`+${String(plan[0])}${national}`))
				.filter((number) => number?.country === country)
				.slice(0, perKind) as PhoneNumber[];
		const found = some(2 * perKind);
		// Where countries share a calling code, most of what one pattern allows may be another's.
		return found.length === perKind ? found : some(100 * perKind);
	});
}
