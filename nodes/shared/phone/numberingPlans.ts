import { parsePhoneNumberFromString } from 'libphonenumber-js/core';
// The smallest of the library's sets: it leaves out which ranges are mobile, toll-free and so on.
import plans from 'libphonenumber-js/min/metadata';

import { callingCodeOf, type Country } from './countries';

/** What the library's compact table says of one country, by position; see its METADATA.md. */
const PATTERN = 2;
const LENGTHS = 3;

/**
 * Prefixes that a country gave up and that people, and WhatsApp, still write. No number of the plan begins with
 * them, so taking them off cannot lead to anyone else.
 */
const RETIRED_PREFIXES: Readonly<Record<string, RegExp>> = {
	// Mexico until 2019: +52 1 and 044, 045 before a mobile number, 01 before one elsewhere in the country.
	'52': /^(?:1|01|044|045)(?=[2-9]\d{9}$)/,
};

/** An international number, in the two parts that a numbering plan sees. */
interface Split {
	callingCode: string;
	national: string;
}

const plansOf = (callingCode: string): unknown[][] => {
	const shared = plans.country_calling_codes[callingCode];
	if (shared !== undefined) return shared.map((country) => plans.countries[country] ?? []);
	const worldwide = plans.nonGeographic[callingCode];
	return worldwide === undefined ? [] : [worldwide];
};

/** Calling codes have one to three digits, and none is the beginning of another. */
export function split(international: string): Split | undefined {
	const digits = international.slice(1);
	const callingCode = [1, 2, 3]
		.map((length) => digits.slice(0, length))
		.find((code) => plansOf(code).length > 0);
	return callingCode === undefined
		? undefined
		: { callingCode, national: digits.slice(callingCode.length) };
}

/** How many digits numbers may have after this calling code. */
export function lengthsOf(callingCode: string): number[] {
	const lengths = plansOf(callingCode).flatMap((plan) => plan[LENGTHS] as number[]);
	return [...new Set(lengths)].sort((one, other) => one - other);
}

/**
 * Whether the plan has room for such a number: the length is right and it begins as numbers there do. Whether the
 * number is given to anyone is not asked, nor which area codes are in use: plans open new ones faster than people
 * update a node, and a number that nobody has rings nobody.
 */
const fits = ({ callingCode, national }: Split): boolean =>
	plansOf(callingCode).some(
		(plan) =>
			(plan[LENGTHS] as number[]).includes(national.length) &&
			new RegExp(`^(?:${String(plan[PATTERN])})$`).test(national),
	);

/** The library's reading: it knows trunk prefixes, carrier codes, international prefixes, Argentina's 15. */
function parsed(dialled: string, country?: Country): Split[] {
	const number = parsePhoneNumberFromString(
		dialled,
		{ defaultCountry: country, extract: false },
		plans,
	);
	return number === undefined
		? []
		: [{ callingCode: number.countryCallingCode, national: number.nationalNumber }];
}

const withoutRetiredPrefix = ({ callingCode, national }: Split): Split => ({
	callingCode,
	national: national.replace(RETIRED_PREFIXES[callingCode] ?? /^$/, ''),
});

/** A number with its country code is what it says. Only when that is no number is a "(0)" in it left out. */
function international(number: string): Split[] {
	const verbatim = split(number);
	if (verbatim === undefined) return [];
	if (fits(verbatim)) return [verbatim];
	return [...parsed(number), withoutRetiredPrefix(verbatim)];
}

/** The ways in which someone in this country may have meant these digits. */
function national(digits: string, country: Country, asNumber: boolean): Split[] {
	const callingCode = callingCodeOf(country);
	return [
		...parsed(digits, country),
		// As they are: what the library takes for a trunk prefix may be where the number begins.
		withoutRetiredPrefix({ callingCode, national: digits }),
		...(digits.startsWith(callingCode) ? international(`+${digits}`) : []),
		// Where a leading zero belongs to the number, as in Italy, a cell that holds a number has lost it.
		...(asNumber ? [{ callingCode, national: `0${digits}` }] : []),
		// What begins with 00 in a plan is dialled within the country only.
	].filter((reading) => !reading.national.startsWith('00'));
}

/**
 * Every number that these digits can mean, in E.164. More than one means that nobody can tell who would be called.
 *
 * @param dialled digits, with a plus sign in front if it was written
 * @param country whose numbering plan applies to numbers without a country code
 * @param asNumber whether the digits were a number rather than text, so that zeros in front may be lost
 */
export function readings(
	dialled: string,
	{ country, asNumber }: { country?: Country; asNumber: boolean },
): string[] {
	const splits = dialled.startsWith('+')
		? international(dialled)
		: [
				// 00 is the international prefix nearly everywhere; a country that reads it otherwise adds its own reading.
				...(dialled.startsWith('00') ? international(`+${dialled.slice(2)}`) : []),
				...(country === undefined ? [] : national(dialled, country, asNumber)),
			];
	const numbers = splits.filter(fits).map((each) => `+${each.callingCode}${each.national}`);
	return [...new Set(numbers)];
}
