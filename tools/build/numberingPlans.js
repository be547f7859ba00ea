'use strict';

const plans = require('libphonenumber-js/metadata.max.json');

/** What the library's compact table says about one country, by position; see its METADATA.md. */
const FORMATS = 4;
const TRUNK_PREFIX = 5;
const FORMAT_RULE = 6;
const OPTIONAL_TRUNK_PREFIX = 9;
const KINDS = 11;
const USED = KINDS + 1;
/** The same about one kind of numbers, and about one format. */
const MOBILES = 1;
const PATTERN = 0;
const LENGTHS_OF_KIND = 1;
const FORMAT_RULE_OF_FORMAT = 3;
const OPTIONAL_IN_FORMAT = 4;

/**
 * Where mobile numbers have area codes: the countries that libphonenumber lists as such, and North America, whose
 * islands have one area code each. Kazakhstan's mobile numbers are told from Russia's by their first digit.
 */
const MOBILES_WITH_AREA_CODES = new Set(['1', '52', '54', '55', '62', '86']);
const hasAreaCodes = (country, callingCode) =>
	country === 'KZ' || MOBILES_WITH_AREA_CODES.has(callingCode);

/** Where several countries have one calling code, only the first has formats. */
const firstWith = (callingCode) => plans.countries[plans.country_calling_codes[callingCode]?.[0]];

/**
 * Before which numbers people there write a trunk prefix and never leave it out.
 *
 * @returns true for all, false for none; else the ways of writing numbers in the order in which they are tried, each
 * with the numbers it is for, and 1 where it needs the prefix
 */
function trunkPrefixWritten(plan) {
	const prefix = plan[TRUNK_PREFIX];
	const main = firstWith(plan[0]) ?? plan;
	const ways = (plan[FORMATS] || main[FORMATS] || []).map((format) => {
		const [pattern, , leadingDigits = []] = format;
		const rule = format[FORMAT_RULE_OF_FORMAT] || plan[FORMAT_RULE] || main[FORMAT_RULE] || '';
		const optional =
			format[OPTIONAL_IN_FORMAT] || plan[OPTIONAL_TRUNK_PREFIX] || main[OPTIONAL_TRUNK_PREFIX];
		const needed = Boolean(prefix) && rule.includes(prefix) && !optional ? 1 : 0;
		const beginning = leadingDigits[leadingDigits.length - 1];
		const digits = pattern.replace(/\((?!\?)/g, '(?:');
		return [beginning === undefined ? digits : `(?=${beginning})${digits}`, needed];
	});
	const needs = new Set(ways.map(([, needed]) => needed));
	return needs.size === 2 ? ways : needs.has(1);
}

/**
 * The numbers of a plan in three patterns: those that belong to a place, other mobile numbers, and special numbers
 * such as toll-free ones.
 */
function patternsOf(country, plan) {
	const patterns = (plan[KINDS] || []).map((kind) => (kind && kind[PATTERN]) || '');
	const [fixedLines = '', mobiles = '', ...special] = patterns;
	const sorted = hasAreaCodes(country, plan[0])
		? [[fixedLines, mobiles], [], special]
		: [[fixedLines], [mobiles], special];
	return sorted.map((some) => some.filter((pattern) => pattern !== ''));
}

function reduced(country, plan) {
	const main = firstWith(plan[0]);
	const [ofPlace, mobile, special] = patternsOf(country, plan);
	// Countries with one calling code are asked together, so special numbers that the first has need not be said again.
	const said = main === undefined || main === plan ? [] : patternsOf('', main)[2];
	const kinds = [ofPlace, mobile, special.filter((pattern) => !said.includes(pattern))];
	const small = plan.slice(0, USED);
	small[FORMATS] = [];
	small[FORMAT_RULE] = 0;
	small[OPTIONAL_TRUNK_PREFIX] = 0;
	small[KINDS] = kinds.map((patterns) => (patterns.length === 0 ? 0 : [patterns.join('|')]));
	const mobileLengths = plan[KINDS]?.[MOBILES]?.[LENGTHS_OF_KIND];
	if (mobileLengths && mobile.length > 0) small[KINDS][MOBILES].push(mobileLengths);
	return small;
}

const each = (table) =>
	Object.fromEntries(Object.entries(table).map(([key, plan]) => [key, reduced(key, plan)]));

const table = JSON.stringify({
	...plans,
	countries: each(plans.countries),
	nonGeographic: each(plans.nonGeographic),
	trunkPrefixWritten: Object.fromEntries(
		Object.entries(plans.countries)
			.map(([country, plan]) => [country, trunkPrefixWritten(plan)])
			.filter(([, written]) => written !== false),
	),
});

/** `\d` is the most frequent thing by far, and has four characters in JSON within a JavaScript file. */
if (table.includes('#'))
	throw new Error('The numbering plans use the character that stands for \\d');

/**
 * The numbering plans as JSON, with `#` for `\d`: without formats, since numbers are read here and never formatted.
 * As text, because that costs nothing until somebody needs it.
 */
module.exports = table.replaceAll(String.raw`\\d`, '#');
