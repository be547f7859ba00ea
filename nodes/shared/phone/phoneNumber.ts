import { callingCodeOf, nameOf, type Country } from './countries';
import { defaultCountry } from './defaultCountry';
import { readings, withoutTrunkPrefix, withPlus } from './numberingPlans';
import { lengthsOf, split } from './plans';
import { Refusal, shown, type RefusalKind } from '../parameters';
import { dialed, type Dialed } from './phoneText';

/** What the API takes: a plus sign and 10 to 15 digits. */
const TO_NUMBER = /^\+[0-9]{10,15}$/;
const MIN_DIGITS = 10;

/** Up to so many digits it is an emergency, service or internal number, which means something else in each country. */
const SHORT_NUMBER = 6;

/** How numbers are read that have no plus sign, as the parameters have it. */
export interface NumberOptions {
	/** The country of numbers without a country code. */
	defaultCountry?: unknown;
	/** Whether digits without a plus sign are international numbers. */
	numbersIncludeCountryCode?: unknown;
}

/** Why a number cannot be called: what is said after the number itself, and how such rows are grouped. */
interface Why extends RefusalKind {
	because: string;
}

/**
 * Reads a phone number, whether or not the API can call it. A number that can be read in several ways is refused.
 *
 * @param options.label what it is, such as the parameter as the editor shows it
 * @returns a number in E.164
 * @throws Refusal
 */
export function readNumber(value: unknown, options: NumberOptions & { label: string }): string {
	const { label } = options;
	const country = defaultCountry(options.defaultCountry);
	const includesCountryCode = options.numbersIncludeCountryCode === true;
	const written = dialed(value, label);
	const { digits, asNumber, optionalZero } = written;
	const [number, ...others] = readings(digits, {
		country,
		asNumber,
		optionalZero,
		includesCountryCode,
	});
	if (number !== undefined && others.length === 0) return number;
	const why =
		number !== undefined
			? whySeveral([number, ...others], written, includesCountryCode)
			: includesCountryCode
				? whyNotWithPlus(digits)
				: whyNone(digits, country);
	throw refused(value, label, why);
}

/**
 * Reads a phone number that the API can call. When in doubt it is refused: a wrong number calls a stranger.
 *
 * @param options.label the parameter as the editor shows it
 * @returns a number in E.164 with 10 to 15 digits
 * @throws Refusal
 */
export function phoneNumber(value: unknown, options: NumberOptions & { label: string }): string {
	const number = readNumber(value, options);
	if (TO_NUMBER.test(number)) return number;
	throw refused(value, options.label, {
		because: `is ${number}, which has ${number.length - 1} digits. Samora can call numbers of 10 to 15 digits, including the country code`,
		reason: 'have a number of fewer than 10 or more than 15 digits',
		advice: "Samora can't call these",
	});
}

const refused = (value: unknown, label: string, { because, ...kind }: Why) =>
	new Refusal(label, `${label} ${shown(String(value))} ${because}`, kind);

const WITH_CODE = 'a plus sign and the country code, such as +14155550100';
const CHECK = 'check the digits';

function whyNone(digits: string, country: Country | undefined): Why {
	if (digits.startsWith('+')) return whyNotInternational(digits);
	if (digits.length <= SHORT_NUMBER) {
		return {
			because: "is too short. Emergency numbers and other short numbers can't be called",
			reason: 'have a number that is too short',
			advice: CHECK,
		};
	}
	if (digits.startsWith('00')) return whyNotInternational(`+${digits.slice(2)}`);
	if (country === undefined) {
		return {
			because: `has no country code. Write it with ${WITH_CODE}, or choose a Default Country in the options`,
			reason: 'have no country code',
			advice: 'choose a Default Country, or write them with a plus sign and the country code',
		};
	}
	const here = `doesn't match ${nameOf(country)}, the Default Country`;
	const callingCode = callingCodeOf(country);
	const elsewhere = withPlus(digits);
	const why = whyNotIn(callingCode, withoutTrunkPrefix(digits, country));
	return {
		because:
			elsewhere === undefined
				? `${here}: ${why}. Check the digits. A number of another country needs ${WITH_CODE}`
				: `${here}: ${why}. With a plus sign it is ${elsewhere}. If you mean that number, add the plus sign, or turn on Numbers Include Country Code`,
		reason: "have a number that doesn't match the Default Country",
		advice: 'check the digits, and write numbers of other countries with a plus sign',
	};
}

const whyNotIn = (callingCode: string, national: string): string =>
	lengthsOf(callingCode).includes(national.length)
		? 'no number there starts like this'
		: `numbers there have ${digitsThere(callingCode)}, and this one has ${national.length}`;

const UNKNOWN_CODE: Why = {
	because: `doesn't start with a country code. Write it with ${WITH_CODE}`,
	reason: "have a number that doesn't start with a country code",
	advice: 'write them with a plus sign and the country code',
};

function whyNotInternational(number: string): Why {
	const parts = split(number);
	if (parts === undefined) return UNKNOWN_CODE;
	const { callingCode, national } = parts;
	return {
		because: `doesn't match +${callingCode}: ${whyNotIn(callingCode, national)}. Check the digits`,
		reason: "have a number that doesn't match its country code",
		advice: CHECK,
	};
}

/** Why digits that are said to be an international number without its plus sign are none. */
function whyNotWithPlus(digits: string): Why {
	if (digits.startsWith('+')) return whyNotInternational(digits);
	const { because, ...kind } = whyNotInternational(`+${digits.replace(/^00/, '')}`);
	return { because: `${because}. Numbers Include Country Code is on`, ...kind };
}

/** "10 digits after +1", "9 or 10 digits after +44", "4 to 15 digits after +49" */
function digitsThere(callingCode: string): string {
	const known = lengthsOf(callingCode);
	// Shorter numbers may exist, but not as numbers to call here; where there are only those they are what to name.
	const callable = known.filter((length) => callingCode.length + length >= MIN_DIGITS);
	const lengths = callable.length === 0 ? known : callable;
	const listed =
		lengths.length > 3
			? `${lengths[0]} to ${lengths[lengths.length - 1]}`
			: lengths.join(', ').replace(/, (\d+)$/, ' or $1');
	return `${listed} digits after +${callingCode}`;
}

function whySeveral(
	numbers: readonly string[],
	{ digits, asNumber, optionalZero }: Dialed,
	includesCountryCode: boolean,
): Why {
	const several = `can be read as ${numbers.join(' or as ')}`;
	if (digits.startsWith('+') || includesCountryCode) {
		return optionalZero ? whyOptionalZero(several) : whyCodeTwice(several);
	}
	const lostZero = asNumber ? ' (a number column drops leading zeros)' : '';
	return {
		because: `${several}${lostZero}. Write it with ${WITH_CODE}`,
		reason: 'have a number that can be read in two ways',
		advice: 'write them with a plus sign and the country code',
	};
}

const whyOptionalZero = (several: string): Why => ({
	because: `${several}. Leave out the (0), or write the 0 without parentheses`,
	reason: 'have a 0 in parentheses that may belong to the number',
	advice: 'leave out the (0), or write the 0 without parentheses',
});

const whyCodeTwice = (several: string): Why => ({
	because: `${several}. Write the country code only once`,
	reason: 'may have the country code twice',
	advice: 'write the country code only once',
});
