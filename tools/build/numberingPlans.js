'use strict';

const plans = require('libphonenumber-js/metadata.min.json');

/**
 * The positions of the number formats, and of two rules about them, in the library's compact table (see its METADATA.md).
 * We only parse numbers and never format them, and this is more than half of the table.
 */
const ABOUT_FORMATTING = { 4: [], 6: 0, 9: 0 };

const withoutFormatting = (plan) =>
	plan.map((part, position) => ABOUT_FORMATTING[position] ?? part);

const each = (table) =>
	Object.fromEntries(Object.entries(table).map(([key, plan]) => [key, withoutFormatting(plan)]));

/** The numbering plans as bundled and as used by the tests. */
module.exports = {
	...plans,
	countries: each(plans.countries),
	nonGeographic: each(plans.nonGeographic),
};
