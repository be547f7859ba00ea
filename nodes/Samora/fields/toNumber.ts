import type { INodeProperties } from 'n8n-workflow';

import { attempt, recordOf, Refusal, type ReadParameter } from '../../shared/parameters';
import { phoneNumber, type NumberOptions } from '../../shared/phone/phoneNumber';

/** Whom to call. */
export const toNumberField: INodeProperties = {
	displayName: 'To Number',
	name: 'toNumber',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. +14155550100 or {{ $json.phone }}',
	description:
		'The phone number to call, with a plus sign and the country code. To call many people, drag the input field with the numbers here. For numbers without a country code, add the option Default Country.',
};

/** How numbers are read, by the values of the options. */
export const wayIn = ({
	defaultCountry,
	numbersIncludeCountryCode,
}: Record<string, unknown>): NumberOptions => ({ defaultCountry, numbersIncludeCountryCode });

/**
 * An item's number in E.164.
 *
 * @throws Refusal
 */
export const toNumberIn = (read: ReadParameter, way: NumberOptions): string =>
	phoneNumber(read('toNumber'), { label: 'To Number', ...way });

/** The number of an item, whatever else may be wrong with it; undefined where it can't be read. */
export function readableNumber(read: ReadParameter): string | undefined {
	const number = attempt(() => toNumberIn(read, wayIn(recordOf(read('options')))));
	return number instanceof Refusal ? undefined : number;
}
