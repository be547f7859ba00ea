import fc from 'fast-check';
import examples from 'libphonenumber-js/examples.mobile.json';
import { parsePhoneNumberFromString, type PhoneNumber } from 'libphonenumber-js/max';

import { countries } from '../../nodes/shared/phone/countries';
import { Refusal } from '../../nodes/shared/parameters';
import { phoneNumber } from '../../nodes/shared/phone/phoneNumber';
import { REFUSED, TYPED, WRITTEN } from './phoneNumbers';

const TO_NUMBER = /^\+[0-9]{10,15}$/;

const read = (value: unknown, defaultCountry?: unknown): string =>
	phoneNumber(value, { label: 'To Number', defaultCountry });

/** The refusal, or the number where there is none. */
function refusal(value: unknown, defaultCountry?: unknown): unknown {
	try {
		return read(value, defaultCountry);
	} catch (thrown) {
		return thrown;
	}
}

const sentence = (value: unknown, defaultCountry?: unknown): string => {
	const thrown = refusal(value, defaultCountry);
	return thrown instanceof Refusal ? thrown.message : `not refused: ${String(thrown)}`;
};

/** Reads it as the one number, or refuses; never reads it as another. */
function expectNoOther(number: string, value: unknown, defaultCountry?: unknown): void {
	const result = refusal(value, defaultCountry);
	if (result instanceof Refusal) return;
	expect([value, defaultCountry, result]).toEqual([value, defaultCountry, number]);
}

describe('phoneNumber reads what people write', () => {
	test.each(WRITTEN)('%j with Default Country %j is %s', (written, country, number) => {
		expect(read(written, country)).toBe(number);
	});

	test.each(TYPED)('through %s', (_, written) => {
		expect(read(written)).toBe('+14155552671');
	});

	test('from a cell that holds a number', () => {
		expect(read(4155552671, 'US')).toBe('+14155552671');
		expect(read(14155552671, 'US')).toBe('+14155552671');
		expect(read(919876543210, 'IN')).toBe('+919876543210');
		expect(read(612345678n, 'ES')).toBe('+34612345678');
	});

	test('in the national and in the international format of every country', () => {
		const unread: string[] = [];
		for (const country of countries) {
			const number = parsePhoneNumberFromString(examples[country], country);
			if (number === undefined || !TO_NUMBER.test(number.number)) continue;
			for (const [written, given] of [
				[number.formatNational(), country],
				[number.nationalNumber, country],
				[number.formatInternational(), ''],
				[number.getURI(), country],
				[number.format('E.164').replace('+', '00'), ''],
			]) {
				if (refusal(written, given) !== number.number) unread.push(`${country} ${written}`);
			}
		}
		expect(unread).toEqual([]);
	});
});

describe('phoneNumber refuses rather than calling somebody else', () => {
	test.each(REFUSED)('%s', (_, written, country, words) => {
		expect(sentence(written, country)).toContain(words);
	});

	test('a number that can be read in two ways, naming both', () => {
		expect(sentence('4915123456789', 'DE')).toBe(
			'To Number "4915123456789" can be read as +494915123456789 or as +4915123456789. Write it with a plus sign and the country code, such as +14155550100',
		);
		// dialled in Colombia, 005 is a carrier's international prefix and 7 is Russia
		expect(sentence('00573211335437', 'CO')).toContain('+573211335437');
		expect(sentence('8149629876', 'BY')).toContain('+375149629876 or as +3758149629876');
	});

	test('a number whose leading zero may have been lost in a cell of numbers, though as text it is fine', () => {
		expect(sentence(3331234567, 'IT')).toContain('+393331234567 or as +3903331234567');
		expect(sentence(3331234567, 'IT')).toContain('drops zeros in front');
		expect(read('3331234567', 'IT')).toBe('+393331234567');
	});

	test('a number that is real but outside the 10 to 15 digits of the API', () => {
		expect(sentence('201234', 'FO')).toBe(
			'To Number "201234" is +298201234, which has 9 digits. Samora can call numbers of 10 to 15 digits, country code included',
		);
	});

	test('under the label of the parameter that is wrong', () => {
		expect(refusal('x', 'US')).toMatchObject({ label: 'To Number' });
		expect(refusal('+14155552671', 'Germany')).toMatchObject({ label: 'Default Country' });
	});
});

test('accepts numbers in newer ranges when they are written in full', () => {
	// No area code 555 is given out, but a number of it has the shape of one.
	expect(read('+15555550123')).toBe('+15555550123');
});

describe('phoneNumber, whatever it gets,', () => {
	const country = fc.constantFrom(...countries);
	const anyCountry = fc.oneof(
		{ weight: 6, arbitrary: country },
		{ weight: 2, arbitrary: fc.constantFrom('', undefined, null, ' us ') },
		{ weight: 1, arbitrary: fc.anything() },
	);
	const phoneLike = fc
		.array(
			fc.constantFrom(
				...'0123456789012345678901234567890123456789+-  ()./,;:#x*e\n',
				'\u00a0',
				'\u200b',
				'１',
				'00',
				'+1',
				'tel:',
				' ext ',
			),
			{ maxLength: 24 },
		)
		.map((parts) => parts.join(''));
	const mostlyDigits = fc
		.tuple(fc.constantFrom('', '+', '0', '00', '1', '+49', '8'), fc.stringMatching(/^\d{4,14}$/))
		.map((parts) => parts.join(''));
	const anyValue = fc.oneof(
		phoneLike,
		mostlyDigits,
		mostlyDigits.map(Number),
		fc.double(),
		fc.string({ unit: 'binary' }),
		fc.anything({ withBigInt: true, withDate: true, withMap: true, withObjectString: true }),
	);

	test('gives a number that the API takes, or refuses with a label and a sentence', () => {
		fc.assert(
			fc.property(anyValue, anyCountry, (value, defaultCountry) => {
				const result = refusal(value, defaultCountry);
				if (!(result instanceof Refusal)) {
					expect(result).toMatch(TO_NUMBER);
					return;
				}
				expect(['To Number', 'Default Country']).toContain(result.label);
				expect(result.message.startsWith(`${result.label} `)).toBe(true);
				const ownWords = result.message.replace(/".*"/s, '');
				expect(ownWords).not.toMatch(/\b(?:error|problem|failure|mistake)/i);
				expect(ownWords).not.toMatch(/undefined|null|NaN|\[object|\.$/);
				expect(result.message.length).toBeGreaterThan(20);
				expect(result.message.length).toBeLessThan(400);
			}),
			{ numRuns: 2000 },
		);
	});

	test('gives back what it gave, with any Default Country', () => {
		fc.assert(
			fc.property(anyValue, country, country, (value, first, second) => {
				const result = refusal(value, first);
				fc.pre(typeof result === 'string');
				expect(read(result, second)).toBe(result);
				expect(read(result)).toBe(result);
			}),
			{ numRuns: 600 },
		);
	});

	test('never completes a number without a Default Country', () => {
		fc.assert(
			fc.property(fc.oneof(phoneLike, mostlyDigits), (value) => {
				const result = refusal(value);
				fc.pre(typeof result === 'string');
				const digits = value.replaceAll('１', '1').replace(/\D/g, '');
				expect(value).toMatch(/^[^\d１]*(?:\+|0[^\d１]*0)/);
				expect(digits.replace(/^00/, '')).toContain(String(result).slice(-6));
			}),
			{ numRuns: 800 },
		);
	});

	/**
	 * Numbers that are given out, by the library's full tables, which the node does not carry. Without Gabon: it
	 * moved from 7 to 8 digits, and the 0 that was dialled before the old ones is part of the new ones.
	 */
	const given = fc
		.tuple(
			fc.constantFrom(...countries.filter((each) => each in examples && each !== 'GA')),
			fc.nat(4),
			fc.stringMatching(/^\d{12}$/),
		)
		.map(([each, kept, digits]) => {
			const example = examples[each];
			const national = example.slice(0, kept) + digits.slice(0, example.length - kept);
			const number = parsePhoneNumberFromString(national, each);
			return { country: each, national, number };
		})
		.filter(
			(each): each is typeof each & { number: PhoneNumber } =>
				each.number?.isValid() === true &&
				each.number.nationalNumber === each.national &&
				each.number.country === each.country &&
				TO_NUMBER.test(each.number.number),
		);

	const groups = (digits: string, size: number, separator: string) =>
		(digits.match(new RegExp(`\\d{${size}}(?=\\d{3})|\\d+$`, 'g')) ?? []).join(separator);
	const separator = fc.constantFrom(' ', '-', '.', ' - ', '\u00a0', '\u2009', '\u2013', '\u200b');

	test('reads a number in any grouping as the same number', () => {
		fc.assert(
			fc.property(given, fc.integer({ min: 3, max: 4 }), separator, ({ number }, size, between) => {
				const { callingCode, national } = {
					callingCode: number.countryCallingCode,
					national: groups(number.nationalNumber, size, between),
				};
				expect(read(`+${callingCode}${between}${national}`)).toBe(number.number);
				expect(read(`00${callingCode}${between}${national}`)).toBe(number.number);
				expect(read(`+ ${callingCode} ${national}`, number.country)).toBe(number.number);
			}),
			{ numRuns: 500 },
		);
	});

	test('reads a national number as itself or refuses it, and never as another', () => {
		fc.assert(
			fc.property(given, separator, ({ country: own, number }, between) => {
				expectNoOther(number.number, number.formatNational(), own);
				expectNoOther(number.number, groups(number.nationalNumber, 3, between), own);
				expectNoOther(number.number, number.number.slice(1), own);
				expectNoOther(number.number, Number(number.nationalNumber), own);
				expectNoOther(number.number, Number(number.number.slice(1)), own);
			}),
			{ numRuns: 700 },
		);
	});
});
