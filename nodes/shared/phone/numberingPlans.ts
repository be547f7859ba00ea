import { parsePhoneNumberFromString } from 'libphonenumber-js/core';

import { callingCodeOf, type Country } from './countries';
import {
	hasRoom,
	isOrdinaryIn,
	isOrdinaryNumber,
	isWrittenWithTrunkPrefix,
	numberingPlans,
	planWith,
	split,
	type Split,
} from './plans';

/**
 * Prefixes that a country gave up and that people, and WhatsApp, still write. No number of the plan begins with
 * them, so taking them off cannot lead to anyone else.
 */
const RETIRED_PREFIXES: Readonly<Record<string, RegExp>> = {
	// Mexico until 2019: +52 1 and 044, 045 before a mobile number, 01 before one elsewhere in the country.
	'52': /^(?:1|01|044|045)(?=[2-9]\d{9}$)/,
};

const isGivenOut = (reading: Split): boolean => planWith(reading) !== undefined;

/** The library's reading: it knows trunk prefixes, carrier codes, international prefixes, Argentina's 15. */
function parsed(dialed: string, country?: Country): Split[] {
	const number = parsePhoneNumberFromString(
		dialed,
		{ defaultCountry: country, extract: false },
		numberingPlans(),
	);
	return number === undefined
		? []
		: [{ callingCode: number.countryCallingCode, national: number.nationalNumber }];
}

const withoutRetiredPrefix = ({ callingCode, national }: Split): Split => ({
	callingCode,
	national: national.replace(RETIRED_PREFIXES[callingCode] ?? /^$/, ''),
});

/**
 * A number with its country code is what it says, also in a range that is newer than the plans known here. Only when
 * that is no number is a "(0)" in it left out.
 */
function international(number: string): Split[] {
	const verbatim = split(number);
	if (verbatim === undefined) return [];
	if (hasRoom(verbatim)) return [verbatim];
	return [...parsed(number), withoutRetiredPrefix(verbatim)].filter(hasRoom);
}

/** The numbers that these digits are when only the plus sign is missing. */
const lackingPlus = (digits: string): Split[] => international(`+${digits}`).filter(isGivenOut);

/** The same for numbers of other countries, in which nobody writes a "(0)" without a plus sign. */
const lackingPlusElsewhere = (digits: string): Split[] =>
	[split(`+${digits}`)].filter((reading) => reading !== undefined).filter(isGivenOut);

/**
 * The ways in which someone in this country may have meant these digits. Only numbers that are given out count: the
 * digits say no country, so there is nothing else to go by.
 *
 * The digits of another country's number without its plus sign often fit here too, and are then somebody else's
 * number. So that counts as a reading as well, unless the digits are written just as people here write numbers.
 */
function national(digits: string, country: Country, asNumber: boolean): Split[] {
	const callingCode = callingCodeOf(country);
	const counts = (reading: Split) => isGivenOut(reading) && !reading.national.startsWith('00');
	const here = [
		...parsed(digits, country),
		// As they are: what the library takes for a trunk prefix may be where the number begins.
		withoutRetiredPrefix({ callingCode, national: digits }),
		// Gabon writes a 0 before its old numbers that is the first digit of new ones.
		...(digits.startsWith('0') ? [{ callingCode, national: digits.slice(1) }] : []),
		// What begins with 00 in a plan is dialed within the country only.
	].filter(counts);
	// Where a leading zero belongs to the number, as in Italy, a cell that holds a number has lost it.
	const withLostZero = asNumber ? [{ callingCode, national: `0${digits}` }].filter(counts) : [];

	const asWrittenHere = here.some(
		(reading) =>
			isOrdinaryIn(country, reading) &&
			(reading.national !== digits || !isWrittenWithTrunkPrefix(country, digits)),
	);
	const all = [...here, ...withLostZero];
	if (digits.startsWith(callingCode)) return [...all, ...lackingPlus(digits)];
	return all.length > 0 && !asWrittenHere ? [...all, ...lackingPlusElsewhere(digits)] : all;
}

/**
 * The number without what may be too much in it: a country code that is there twice, as when a formula puts +49 before
 * every number of a column, or a "(0)" in a country such as Italy, where numbers may begin with 0.
 *
 * +49 4961 … is in Papenburg, in Germany, and has no clearer spelling. So a country code counts as being there twice
 * only where people have no such number, but have the rest. A "(0)" can be written more clearly, so any other number
 * makes it doubtful.
 */
function withoutExcess(reading: Split, optionalZero: boolean): Split[] {
	const { callingCode, national } = reading;
	const withCodeOnce =
		national.startsWith(callingCode) && !isOrdinaryNumber(reading)
			? international(`+${national}`).filter(isOrdinaryNumber)
			: [];
	const withoutZero =
		optionalZero && national.startsWith('0')
			? [{ callingCode, national: national.slice(1) }].filter(isGivenOut)
			: [];
	return [...withCodeOnce, ...withoutZero];
}

export interface Reading {
	/** Whose numbering plan applies to numbers without a country code. */
	country?: Country;
	/** Whether the digits were a number rather than text, so that zeros in front may be lost. */
	asNumber: boolean;
	/** Whether there was a "(0)", which may be no part of the number. */
	optionalZero: boolean;
	/** Whether digits without a plus sign are international numbers. */
	includesCountryCode: boolean;
}

const e164 = ({ callingCode, national: digits }: Split) => `+${callingCode}${digits}`;

const asNumbers = (splits: Split[]): string[] => [...new Set(splits.map(e164))];

/**
 * Every number that these digits can mean, in E.164. More than one means that nobody can tell who would be called.
 *
 * @param dialed digits, with a plus sign in front if it was written
 */
export function readings(
	dialed: string,
	{ country, asNumber, optionalZero, includesCountryCode }: Reading,
): string[] {
	const asWritten = dialed.startsWith('+')
		? international(dialed)
		: [
				// 00 is the international prefix nearly everywhere; a country that reads it otherwise adds its own reading.
				...(dialed.startsWith('00') ? international(`+${dialed.slice(2)}`) : []),
				...(includesCountryCode
					? lackingPlus(dialed)
					: country === undefined
						? []
						: national(dialed, country, asNumber)),
			];
	return asNumbers(
		asWritten.flatMap((reading) => [reading, ...withoutExcess(reading, optionalZero)]),
	);
}

/** The number that these digits are when only the plus sign is missing; undefined when no plan has it. */
export const withPlus = (digits: string): string | undefined =>
	asNumbers(lackingPlusElsewhere(digits))[0];

/** The digits without the trunk prefix of the country, if there is one. */
export const withoutTrunkPrefix = (digits: string, country: Country): string =>
	parsed(digits, country)[0]?.national ?? digits;
