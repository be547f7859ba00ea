'use strict';

const plans = require('libphonenumber-js/metadata.min.json');

/**
 * By position in the library's compact table, see its METADATA.md: how numbers are grouped with spaces, and two
 * rules about that. Numbers are read here and never formatted, and this is more than half of the table.
 */
const ABOUT_FORMATTING = { 4: [], 6: 0, 9: 0 };

const withoutFormatting = (plan) =>
	plan.map((part, position) => ABOUT_FORMATTING[position] ?? part);

const each = (table) =>
	Object.fromEntries(Object.entries(table).map(([key, plan]) => [key, withoutFormatting(plan)]));

/** The numbering plans as they are bundled, and as the tests use them. */
module.exports = {
	...plans,
	countries: each(plans.countries),
	nonGeographic: each(plans.nonGeographic),
};
