import type { MetadataJson } from 'libphonenumber-js/core';

import numberingPlansText from '../../../tools/build/numberingPlans';
import { isCountry, type Country } from './countries';

/** What the library's compact table says about one country, by position; see its METADATA.md. */
const PATTERN = 2;
const LENGTHS = 3;
const KINDS = 11;
/** Among the kinds of numbers. */
const MOBILES = 1;

interface Table extends MetadataJson {
	/**
	 * Before which numbers people in a country write a trunk prefix and never leave it out: all, or what the first way
	 * of writing says that is for the number.
	 */
	trunkPrefixWritten: Partial<Record<Country, true | Array<[numbers: string, needed: 0 | 1]>>>;
}

/** The numbers that one country, or one worldwide service, has. */
export interface Plan {
	/** Undefined for worldwide services such as +800. */
	country?: Country;
	/** How many digits numbers may have after the calling code. */
	lengths: number[];
	/** Digits that the plan has room for, given out or not. */
	general: RegExp;
	/** Numbers that belong to a place: fixed lines, and mobile numbers where they have area codes. */
	ofPlace?: RegExp;
	/** Mobile numbers that have no area code. */
	mobile?: RegExp;
	/** How many digits they have at most. */
	longestMobile: number;
	/** Toll-free, premium-rate, voicemail and other special numbers. */
	special?: RegExp;
}

let table: Table | undefined;

/** The library's table, read when it is first needed: loading the nodes must not wait for it. */
export function numberingPlans(): Table {
	table ??= JSON.parse(numberingPlansText.replaceAll('#', String.raw`\\d`)) as Table;
	return table;
}

const entirely = (pattern: unknown) => new RegExp(`^(?:${String(pattern)})$`);

function planOf(row: unknown[], country?: string): Plan {
	const kinds = row[KINDS] as Array<[pattern: string, lengths?: number[]] | 0>;
	const [ofPlace, mobile, special] = kinds.map((kind) =>
		kind === 0 ? undefined : entirely(kind[0]),
	);
	const [, mobileLengths = [Infinity]] = kinds[MOBILES] || [];
	return {
		...(country !== undefined && isCountry(country) ? { country } : {}),
		lengths: row[LENGTHS] as number[],
		general: entirely(row[PATTERN]),
		ofPlace,
		mobile,
		longestMobile: Math.max(...mobileLengths),
		special,
	};
}

const known = new Map<string, Plan[]>();

/** The plans of all countries with this calling code, such as "44"; none for a code that nobody has. */
function plansOf(callingCode: string): Plan[] {
	const already = known.get(callingCode);
	if (already !== undefined) return already;
	const { country_calling_codes: shared, countries, nonGeographic } = numberingPlans();
	const worldwide = nonGeographic[callingCode];
	const plans = Object.hasOwn(shared, callingCode)
		? shared[callingCode].map((country) => planOf(countries[country] ?? [], country))
		: worldwide === undefined
			? []
			: [planOf(worldwide)];
	known.set(callingCode, plans);
	return plans;
}

/** The country that calling code "44" stands for by itself, of those that share it; undefined when none has it. */
export const mainCountryOf = (callingCode: string): Country | undefined =>
	plansOf(callingCode)[0]?.country;

type Way = [numbers: RegExp, needed: 0 | 1];

const knownWays = new Map<Country, Way[]>();

function waysOfWriting(country: Country): Way[] {
	const already = knownWays.get(country);
	if (already !== undefined) return already;
	const written = numberingPlans().trunkPrefixWritten[country] ?? [];
	const ways: Way[] =
		written === true
			? [[/^/, 1]]
			: written.map(([numbers, needed]): Way => [entirely(numbers), needed]);
	knownWays.set(country, ways);
	return ways;
}

/** Whether people in this country write a trunk prefix such as 0 before this number and never leave it out. */
export const isWrittenWithTrunkPrefix = (country: Country, national: string): boolean =>
	waysOfWriting(country).find(([numbers]) => numbers.test(national))?.[1] === 1;

/** An international number, in the two parts that a numbering plan sees. */
export interface Split {
	callingCode: string;
	national: string;
}

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
	const lengths = plansOf(callingCode).flatMap((plan) => plan.lengths);
	return [...new Set(lengths)].sort((one, other) => one - other);
}

const hasRoomFor = (plan: Plan, national: string): boolean =>
	plan.lengths.includes(national.length) && plan.general.test(national);

const isOne = (pattern: RegExp | undefined, national: string) => pattern?.test(national) ?? false;

/** Whether it is a fixed line or a mobile number of the plan. */
const isOrdinary = (plan: Plan, national: string): boolean =>
	hasRoomFor(plan, national) && (isOne(plan.ofPlace, national) || isOne(plan.mobile, national));

/** The plan that gives out this number; undefined when none does. */
export const planWith = ({ callingCode, national }: Split): Plan | undefined =>
	plansOf(callingCode).find(
		(plan) =>
			isOrdinary(plan, national) || (hasRoomFor(plan, national) && isOne(plan.special, national)),
	);

/**
 * The plans that have it as a fixed line or a mobile number. Plans without a fixed length, such as Luxembourg's, have
 * room for numbers longer than anybody has; those are none.
 */
const ordinaryPlansOf = ({ callingCode, national }: Split): Plan[] =>
	plansOf(callingCode).filter(
		(plan) => isOrdinary(plan, national) && national.length <= plan.longestMobile,
	);

/** Whether it is a number that people have: a fixed line or a mobile number, no longer than those are. */
export const isOrdinaryNumber = (number: Split): boolean => ordinaryPlansOf(number).length > 0;

/** The same for this country, rather than another with its calling code. */
export const isOrdinaryIn = (country: Country, number: Split): boolean =>
	ordinaryPlansOf(number).some((plan) => plan.country === country);

/**
 * Whether the plan has room for such a number: the length is right and it begins as numbers there do, but perhaps
 * that range is not given out yet. Plans open new ranges faster than people update a node.
 */
export const hasRoom = ({ callingCode, national }: Split): boolean =>
	plansOf(callingCode).some((plan) => hasRoomFor(plan, national));

/**
 * The country of a number in E.164. Undefined for worldwide services, and for a number that no plan has where several
 * countries have its calling code.
 */
export function countryOf(number: string): Country | undefined {
	const parts = split(number);
	if (parts === undefined) return undefined;
	const plans = plansOf(parts.callingCode);
	return (planWith(parts) ?? (plans.length === 1 ? plans[0] : undefined))?.country;
}
