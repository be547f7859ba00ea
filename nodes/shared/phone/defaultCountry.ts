import type { INodeProperties } from 'n8n-workflow';

import {
	callingCodeOf,
	countries,
	isCountry,
	nameOf,
	otherNamesOf,
	type Country,
} from './countries';
import { countryNamed } from './countryNamed';
import { mainCountryOf } from './plans';
import { Refusal, shown, trimmed } from '../parameters';

const LABEL = 'Default Country';

/** n8n finds a choice by any part of its name, so what people type stands in it: "United Kingdom (GB, UK, +44)" */
const choiceOf = (country: Country) =>
	`${nameOf(country)} (${[country, ...otherNamesOf(country), `+${callingCodeOf(country)}`].join(', ')})`;

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
		...countries.map((country) => ({ name: choiceOf(country), value: country })),
	],
	default: '',
	description:
		"The country of numbers without a country code, such as (415) 555-2671. If it's not set, these numbers are refused.",
};

/**
 * The chosen country; undefined for none. An expression may give what people write for it, in any case: US, UK,
 * United States, +44, 44.
 *
 * @throws Refusal
 */
export function defaultCountry(value: unknown): Country | undefined {
	if (value === undefined || value === null) return undefined;
	const given = trimmed(value);
	if (given === '' && typeof value === 'string') return undefined;
	if (isCountry(given)) return given;
	const code = /^(?:\+|00)?(\d{1,3})$/.exec(given)?.[1];
	const country = code === undefined ? countryNamed(given) : mainCountryOf(code);
	if (country !== undefined) return country;
	throw new Refusal(
		LABEL,
		`${LABEL} must be a country such as US, United States or +1, but it is ${
			given === '' ? 'not text' : shown(given)
		}`,
		{ reason: `have an unknown country in ${LABEL}` },
	);
}
