import { defaultCountry, defaultCountryField } from '../../nodes/shared/phone/defaultCountry';
import { Refusal } from '../../nodes/shared/parameters';

const choices = (defaultCountryField.options ?? []).map((option) => ({
	name: option.name,
	value: 'value' in option ? option.value : undefined,
	description: 'description' in option ? option.description : undefined,
}));

describe('the Default Country field', () => {
	test('offers None first, which is the default', () => {
		expect(choices[0]).toMatchObject({ name: 'None', value: '' });
		expect(defaultCountryField.default).toBe('');
	});

	test('offers every country by name, with its calling code', () => {
		const names = choices.slice(1).map(({ name }) => name);
		expect(names.length).toBeGreaterThan(240);
		expect(names).toEqual([...names].sort((one, other) => one.localeCompare(other, 'en')));
		expect(new Set(choices.map(({ value }) => value)).size).toBe(choices.length);
		expect(choices).toContainEqual({ name: 'Germany', value: 'DE', description: '+49' });
		expect(choices).toContainEqual({ name: 'United States', value: 'US', description: '+1' });
		for (const { name, value, description } of choices.slice(1)) {
			expect(value).toMatch(/^[A-Z]{2}$/);
			expect(name).not.toBe(value);
			expect(description).toMatch(/^\+[1-9]\d{0,2}$/);
		}
	});
});

describe('defaultCountry', () => {
	test.each([
		['US', 'US'],
		['us', 'US'],
		[' Us\n', 'US'],
		['UK', 'GB'],
		['', undefined],
		['  ', undefined],
		[undefined, undefined],
		[null, undefined],
	])('%j is %s', (value, country) => {
		expect(defaultCountry(value)).toBe(country);
	});

	test('every choice is one', () => {
		for (const { value } of choices.slice(1)) expect(defaultCountry(value)).toBe(value);
	});

	test.each([
		['Germany', 'it is "Germany"'],
		['XX', 'it is "XX"'],
		['+49', 'it is "+49"'],
		['constructor', 'it is "constructor"'],
		[49, 'it is no text'],
		[['US'], 'it is no text'],
	])('refuses %j', (value, words) => {
		const attempt = () => defaultCountry(value);
		expect(attempt).toThrow(Refusal);
		expect(attempt).toThrow(words);
		expect(attempt).toThrow('Default Country must be the two letters of a country');
	});
});
