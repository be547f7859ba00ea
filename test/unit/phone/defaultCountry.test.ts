import { countries, nameOf } from '../../../nodes/shared/phone/countries';
import { defaultCountry, defaultCountryField } from '../../../nodes/shared/phone/defaultCountry';
import { Refusal } from '../../../nodes/shared/parameters';

const choices = (defaultCountryField.options ?? []).map((option) => ({
	name: option.name,
	value: 'value' in option ? option.value : undefined,
}));

/** What n8n's list shows when somebody types. */
const found = (typed: string) =>
	choices
		.filter(({ name }) => name.toLowerCase().includes(typed.toLowerCase()))
		.map(({ value }) => value);

describe('the Default Country field', () => {
	test('offers None first, which is the default', () => {
		expect(choices[0]).toEqual({ name: 'None', value: '' });
		expect(defaultCountryField.default).toBe('');
	});

	test('offers every country in the order of the names, and saves its two letters', () => {
		const names = countries.map(nameOf);
		expect(names.length).toBeGreaterThan(240);
		expect(names).toEqual([...names].sort((one, other) => one.localeCompare(other, 'en')));
		expect(choices.slice(1).map(({ value }) => value)).toEqual(countries);
		for (const value of countries) expect(value).toMatch(/^[A-Z]{2}$/);
	});

	test.each([
		['United Kingdom (GB, UK, Great Britain, +44)', 'GB'],
		['United States (US, USA, +1)', 'US'],
		['United Arab Emirates (AE, UAE, +971)', 'AE'],
		['Germany (DE, +49)', 'DE'],
		['Réunion (RE, Reunion, +262)', 'RE'],
	])('offers %s', (name, value) => {
		expect(choices).toContainEqual({ name, value });
	});

	test.each([
		['uk', 'GB'],
		['USA', 'US'],
		['uae', 'AE'],
		['+44', 'GB'],
		['+91', 'IN'],
		['great brit', 'GB'],
		['holland', 'NL'],
		['turkey', 'TR'],
		['czech rep', 'CZ'],
		['reunion', 'RE'],
		['cote d', 'CI'],
		['ivory', 'CI'],
	])('is found by typing %s', (typed, country) => {
		expect(found(typed)).toContain(country);
		expect(found(typed).length).toBeLessThan(10);
	});
});

describe('defaultCountry', () => {
	test.each([
		['US', 'US'],
		['us', 'US'],
		[' Us\n', 'US'],
		['UK', 'GB'],
		['usa', 'US'],
		['UAE', 'AE'],
		['+44', 'GB'],
		['44', 'GB'],
		[44, 'GB'],
		['0044', 'GB'],
		['+1', 'US'],
		['7', 'RU'],
		['Germany', 'DE'],
		['UNITED STATES', 'US'],
		['the netherlands', 'NL'],
		['Bosnia and Herzegovina', 'BA'],
		['Cote d’Ivoire', 'CI'],
		["côte d'ivoire", 'CI'],
		['St Lucia', 'LC'],
		['Saint Lucia', 'LC'],
		['Reunion', 'RE'],
		['', undefined],
		['  ', undefined],
		[undefined, undefined],
		[null, undefined],
	])('%j is %s', (value, country) => {
		expect(defaultCountry(value)).toBe(country);
	});

	test('every choice is one, by its letters and by its name', () => {
		for (const country of countries) {
			expect(defaultCountry(country)).toBe(country);
			expect(defaultCountry(nameOf(country).toUpperCase())).toBe(country);
		}
	});

	test.each([
		['Germoney', 'it is "Germoney"'],
		['XX', 'it is "XX"'],
		['+999', 'it is "+999"'],
		['+800', 'it is "+800"'],
		['constructor', 'it is "constructor"'],
		[['US'], 'it is not text'],
		[{}, 'it is not text'],
	])('refuses %j', (value, words) => {
		const attempt = () => defaultCountry(value);
		expect(attempt).toThrow(Refusal);
		expect(attempt).toThrow(words);
		expect(attempt).toThrow('Default Country must be a country such as US');
	});
});
