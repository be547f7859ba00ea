import fc from 'fast-check';
import examples from 'libphonenumber-js/examples.mobile.json';
import { parsePhoneNumberFromString, type PhoneNumber } from 'libphonenumber-js/max';

import { countries } from '../../../nodes/shared/phone/countries';
import { Refusal } from '../../../nodes/shared/parameters';
import { phoneNumber } from '../../../nodes/shared/phone/phoneNumber';
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

	test('in the national and in the international format of every country but Gabon', () => {
		const unread: string[] = [];
		// Gabon writes a 0 before its old numbers that is the first digit of new ones.
		for (const country of countries.filter((each) => each !== 'GA')) {
			const number = parsePhoneNumberFromString(examples[country], country);
			if (number === undefined || !TO_NUMBER.test(number.number)) continue;
			for (const [written, given] of [
				[number.formatNational(), country],
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

describe('phoneNumber refuses rather than rings somebody else', () => {
	test.each(REFUSED)('%s', (_, written, country, words) => {
		expect(sentence(written, country)).toContain(words);
	});

	test('a number that can be read in two ways, naming both', () => {
		expect(sentence('4915123456789', 'DE')).toBe(
			'To Number "4915123456789" can be read as +494915123456789 or as +4915123456789. Write it with a plus sign and the country code, such as +14155550100',
		);
		// dialed in Colombia, 005 is a carrier's international prefix and 7 is Russia
		expect(sentence('00573211335437', 'CO')).toContain('+573211335437');
		expect(sentence('298969218', 'BY')).toContain('+375298969218 or as +298969218');
	});

	test.each([
		['971501234567', 'DE', '+49971501234567 or as +971501234567'],
		['61412345678', 'DE', '+4961412345678 or as +61412345678'],
		['33612345678', 'AT', '+4333612345678 or as +33612345678'],
	])(
		'%s with Default Country %s, where the trunk prefix is missing and it is also a number of another country',
		(digits, country, both) => {
			expect(sentence(digits, country)).toContain(`can be read as ${both}`);
			expect(sentence(Number(digits), country)).toContain(both);
			expect(read(`0${digits}`, country)).toBe(both.split(' ')[0]);
		},
	);

	test.each([
		['longer than mobile numbers there', '93795911081', 'LU', '+35293795911081 or as +93795911081'],
		['of another island with the same country code', '3544660587', 'BM', '+3544660587'],
		['a special number there', '93799517601', 'CZ', '+42093799517601 or as +93799517601'],
	])('a number of another country that, read here, is %s', (_, digits, country, both) => {
		expect(sentence(digits, country)).toContain('can be read as');
		expect(sentence(digits, country)).toContain(both);
	});

	test('a number whose leading zero may have been lost in a cell of numbers, though as text it is fine', () => {
		expect(sentence(4376120928, 'IT')).toContain('+394376120928 or as +3904376120928');
		expect(sentence(4376120928, 'IT')).toContain('drops leading zeros');
		expect(read('4376120928', 'IT')).toBe('+394376120928');
	});

	test('a number that is real but outside the 10 to 15 digits of the API', () => {
		expect(sentence('201234', 'FO')).toBe(
			'To Number "201234" is +298201234, which has 9 digits. Samora can call numbers of 10 to 15 digits, including the country code',
		);
	});

	test('under the label of the parameter that is wrong', () => {
		expect(refusal('x', 'US')).toMatchObject({ label: 'To Number' });
		expect(refusal('+14155552671', 'Germoney')).toMatchObject({ label: 'Default Country' });
	});
});

describe('takes numbers in ranges that are newer than the plans it knows', () => {
	// No area code 555 is given out, but a number with it has the shape of one.
	test('when they are written in full', () => {
		expect(read('+1 555 555 0123')).toBe('+15555550123');
		expect(read('001 555 555 0123')).toBe('+15555550123');
	});

	test('and not otherwise', () => {
		expect(sentence('(555) 555-0123', 'US')).toContain('no number there starts like this');
		expect(refusal('15555550123', 'US')).toBeInstanceOf(Refusal);
	});
});

describe('where there is no number, phoneNumber says so', () => {
	test.each([
		...['', ' ', '-', '—', '--', 'n/a', 'N/A', 'NA', 'n.a.', '#N/A', 'none', 'None', 'null', 'NaN'],
		...['unknown', 'UNKNOWN', '(none)', '<empty>', '?', '???', '.', '_', 'no number', 'No Phone'],
		...['not available', 'tbd', '=""', "'-", 'undefined', 'missing'],
	])('%j', (nothing) => {
		const thrown = refusal(nothing, 'US');
		expect(thrown).toMatchObject({
			message: expect.stringMatching(/^To Number is empty/),
			kind: { reason: 'have no number' },
		});
	});

	test('and what stands there instead', () => {
		expect(sentence('n/a')).toBe(
			'To Number is empty (it says "n/a"). Enter a phone number such as +14155550100',
		);
	});
});

describe('numbersIncludeCountryCode', () => {
	const exported = (value: unknown, defaultCountry?: unknown) => {
		try {
			return phoneNumber(value, {
				label: 'To Number',
				defaultCountry,
				numbersIncludeCountryCode: true,
			});
		} catch (thrown) {
			return (thrown as Refusal).message;
		}
	};

	test.each([
		['14155552671', '+14155552671'],
		[14155552671, '+14155552671'],
		['971501234567', '+971501234567'],
		['4915123456789', '+4915123456789'],
		['49 151 2345 6789', '+4915123456789'],
		['5215512345678', '+525512345678'],
		['+14155552671', '+14155552671'],
		['0014155552671', '+14155552671'],
	])('reads %j as %s, whatever the Default Country', (digits, number) => {
		expect(exported(digits)).toBe(number);
		expect(exported(digits, 'DE')).toBe(number);
		expect(exported(digits, 'IN')).toBe(number);
	});

	test.each([
		['(415) 555-26', "doesn't match +41"],
		['0171 2345678', "doesn't start with a country code"],
		['15555550123', 'no number there starts like this'],
	])('refuses %j and says why it is looked at so', (digits, words) => {
		expect(exported(digits, 'DE')).toContain(words);
		expect(exported(digits, 'DE')).toContain('Numbers Include Country Code is on');
	});

	test('is off for anything but true', () => {
		for (const off of [false, undefined, 'false', null]) {
			expect(() =>
				phoneNumber('14155552671', { label: 'To Number', numbersIncludeCountryCode: off }),
			).toThrow('has no country code');
		}
	});
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
	 * moved from 7 to 8 digits, and the 0 that was dialed before the old ones is part of the new ones.
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
