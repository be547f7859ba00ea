import { getCountries, getCountryCallingCode } from 'libphonenumber-js/core';
import plans from 'libphonenumber-js/max/metadata';

import { callingCodeOf, countries, isCountry, nameOf } from '../../../nodes/shared/phone/countries';

describe('the countries', () => {
	it('are those that have a numbering plan, with the calling code it gives them', () => {
		const codes = (of: readonly string[], callingCode: (country: never) => string) =>
			Object.fromEntries(of.map((country) => [country, callingCode(country as never)]));
		expect(codes(countries, callingCodeOf)).toEqual(
			codes(getCountries(plans), (country) => getCountryCallingCode(country, plans)),
		);
	});

	it('each have a name of their own', () => {
		expect(new Set(countries.map(nameOf)).size).toBe(countries.length);
	});

	it('are told from other words', () => {
		expect(['US', 'XX', 'us', 'constructor', ''].map(isCountry)).toEqual([
			true,
			false,
			false,
			false,
			false,
		]);
	});
});
