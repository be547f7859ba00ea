import type { INodeProperties } from 'n8n-workflow';

import { callingCodeOf, countries, isCountry, nameOf, type Country } from './countries';
import { Refusal, shown, trimmed } from '../parameters';

const LABEL = 'Default Country';

export const defaultCountryField: INodeProperties = {
	displayName: LABEL,
	name: 'defaultCountry',
	type: 'options',
	options: [
		{
			name: 'None',
			value: '',
			description: 'Numbers must have a country code',
		},
		...countries.map((country) => ({
			name: nameOf(country),
			value: country,
			description: `+${callingCodeOf(country)}`,
		})),
	],
	default: '',
	description:
		'The country of numbers that are written without a country code, such as (415) 555-2671. Without it such numbers are refused.',
};

/** What people write for a country's code and ISO 3166 keeps free for it. */
const ALSO_WRITTEN: Readonly<Record<string, Country>> = { UK: 'GB' };

/** The chosen country; undefined for none. An expression may give it in small letters. */
export function defaultCountry(value: unknown): Country | undefined {
	if (value === undefined || value === null) return undefined;
	const given = typeof value === 'string' ? trimmed(value).toUpperCase() : value;
	if (given === '') return undefined;
	if (typeof given === 'string' && isCountry(given)) return given;
	if (typeof given === 'string' && Object.hasOwn(ALSO_WRITTEN, given)) return ALSO_WRITTEN[given];
	throw new Refusal(
		LABEL,
		`${LABEL} must be the two letters of a country, such as US or IN, but it is ${
			typeof value === 'string' ? shown(value) : 'no text'
		}`,
	);
}
