import { callingCodeOf, nameOf, type Country } from './countries';
import { defaultCountry } from './defaultCountry';
import { lengthsOf, readings, split } from './numberingPlans';
import { Refusal, shown } from '../parameters';
import { dialled, type Dialled } from './phoneText';

/** What the API takes: a plus sign and 10 to 15 digits. */
const TO_NUMBER = /^\+[0-9]{10,15}$/;
const MIN_DIGITS = 10;

/** Up to so many digits it is an emergency, service or internal number, which means something else in each country. */
const SHORT_NUMBER = 6;

/**
 * The number as the API takes it. It is given only when what was written can be read in one way: a wrong number
 * rings a stranger, a refused one is corrected.
 *
 * @param options.defaultCountry the country of numbers without a country code, as the parameter has it
 */
export function phoneNumber(
	value: unknown,
	options: { label: string; defaultCountry?: unknown },
): string {
	const { label } = options;
	const country = defaultCountry(options.defaultCountry);
	const written = dialled(value, label);
	const [number, ...others] = readings(written.digits, { country, asNumber: written.asNumber });

	const refused = (because: string) =>
		new Refusal(label, `${label} ${shown(String(value))} ${because}`);
	if (number === undefined) throw refused(whyNone(written, country));
	if (others.length > 0) throw refused(whySeveral([number, ...others], written));
	if (!TO_NUMBER.test(number)) {
		throw refused(
			`is ${number}, which has ${number.length - 1} digits. Samora can call numbers of 10 to 15 digits, country code included`,
		);
	}
	return number;
}

const WITH_CODE = 'a plus sign and the country code, such as +14155550100';

function whyNone({ digits }: Dialled, country: Country | undefined): string {
	if (digits.startsWith('+')) return whyNotInternational(digits);
	if (digits.length <= SHORT_NUMBER) {
		return 'is too short. Emergency numbers and other short numbers are not called';
	}
	if (digits.startsWith('00')) return whyNotInternational(`+${digits.slice(2)}`);
	if (country === undefined) {
		return `has no country code. Write it with ${WITH_CODE}, or choose a Default Country in the options`;
	}
	return `does not fit ${nameOf(country)}, the Default Country, where numbers have ${digitsThere(callingCodeOf(country))}. Check the digits. A number of another country needs ${WITH_CODE}`;
}

function whyNotInternational(number: string): string {
	const parts = split(number);
	if (parts === undefined) {
		return `does not begin with the code of a country. Write it with ${WITH_CODE}`;
	}
	const { callingCode, national } = parts;
	const why = lengthsOf(callingCode).includes(national.length)
		? 'no number there begins like this'
		: `numbers there have ${digitsThere(callingCode)}, and this has ${national.length}`;
	return `does not fit +${callingCode}: ${why}. Check the digits`;
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

function whySeveral(numbers: readonly string[], { asNumber }: Dialled): string {
	const lostZero = asNumber ? ' (a column of numbers drops zeros in front)' : '';
	return `can be read as ${numbers.join(' or as ')}${lostZero}. Write it with ${WITH_CODE}`;
}
