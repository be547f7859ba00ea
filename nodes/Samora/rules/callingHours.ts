import { isRecord, oneOf, Refusal, shown, someOf, trimmed } from '../../shared/parameters';
import type { RefusalKind } from '../../shared/parameters';
import { DEFAULTS } from './callingHoursField';
import {
	dayOf,
	DAYS,
	nextOpening,
	OUTSIDE,
	RECIPIENT,
	zonesIn,
	type CallingHours,
	type Day,
} from './openHours';
import { DAY, isTimezone, MINUTE, wallTime } from './wallClock';

export { callingHoursField } from './callingHoursField';
export { hoursFor, isOpen, nextOpening, type CallingHours } from './openHours';

const LABEL = 'Calling Hours';

/**
 * The hours that the user set, or undefined without the option. Invalid hours are refused: calling at any time instead
 * is what the user wanted to prevent.
 */
export function callingHoursFrom(
	value: unknown,
	workflowTimezone: string,
): CallingHours | undefined {
	if (value === undefined || value === null || value === '') return undefined;
	if (!isRecord(value)) throw new Refusal(LABEL, `${LABEL} must be hours and days`);
	// The inner trash icon removes the hours but keeps the option, which still looks as if it had hours.
	if (Object.keys(value).length === 0) {
		throw new Refusal(LABEL, `${LABEL} is empty. Add hours, or remove the option`);
	}
	if (!isRecord(value.values)) {
		throw new Refusal(LABEL, `${LABEL} must have the hours and days in "values"`);
	}

	const given = { ...DEFAULTS, ...value.values };
	const from = minuteOf(given.from, 'From', '23:59');
	const to = minuteOf(given.to, 'To', '24:00');
	if (from === to) {
		throw new Refusal(
			LABEL,
			`${LABEL} start and end at ${clock(from)}. For the whole day, enter 00:00 and 24:00`,
		);
	}
	return {
		from,
		to,
		days: daysOf(given.days),
		timezone: timezoneOf(given.timezone, workflowTimezone),
		outside: oneOf(trimmed(given.outside), labelOf('Outside These Hours'), OUTSIDE),
	};
}

const OUTSIDE_HOURS: RefusalKind = {
	reason: 'are outside the Calling Hours',
	advice: 'run the node within these hours, or set Outside These Hours to Skip',
	adviceForOne: 'Run the node again within these hours, or change Calling Hours',
};

/** Their time zone is not known, or is one of several that never share these hours. */
const NEVER_WITHIN_HOURS: RefusalKind = {
	reason: 'can never be called within the Calling Hours',
	advice: 'choose one time zone in Calling Hours, or longer hours',
};

/** Refuses a call that can't be placed now. */
export function refuseOutsideHours(hours: CallingHours, now: Date): Refusal {
	const { sentence, kind } = outside(hours, now);
	return new Refusal('Calling Hours', sentence, kind);
}

/** Why a call can't be placed now: the time there, and when the call can be placed. */
export const outsideCallingHours = (hours: CallingHours, now: Date): string =>
	outside(hours, now).sentence;

function outside(hours: CallingHours, now: Date): { sentence: string; kind: RefusalKind } {
	const zones = zonesIn(hours);
	const ofHours = `the calling hours (${summary(hours)})`;
	if (zones.length === 0) {
		const sentence = `The time zone of this number is not known, so the node can't check ${ofHours}. Choose a time zone in Calling Hours to call it`;
		return { sentence, kind: NEVER_WITHIN_HOURS };
	}
	const start = now.getTime();
	const next = nextOpening(hours, now)?.getTime();
	const why = `It is ${nowIn(hours, start)}, outside ${ofHours}`;
	if (next === undefined) {
		const sentence = `${why}; these hours never overlap in all of its possible time zones. Choose longer hours, or one time zone`;
		return { sentence, kind: NEVER_WITHIN_HOURS };
	}
	const [zone, ...others] = clocksAt(zones, next);
	const there = hours.timezone === RECIPIENT ? ` in ${zone}` : '';
	const elsewhere = others.length === 0 ? '' : ', when it is within the hours in all of them';
	const { date, minute } = wallTime(next, zone);
	const sentence = `${why}; the next call can be placed ${dayName(date)} ${dayOfMonth(date)} at ${clock(minute)}${there}${elsewhere} (${fromNow(next - start)})`;
	return { sentence, kind: OUTSIDE_HOURS };
}

/** "Mon 08:30 in Europe/Berlin", and of several zones with different clocks the earliest and the latest. */
export function clocksNow(hours: CallingHours, now: Date): string {
	const zones = clocksAt(zonesIn(hours), now.getTime());
	const ends = zones.length > 1 ? [zones[0], zones[zones.length - 1]] : zones;
	return ends
		.map((zone) => {
			const { date, minute } = wallTime(now.getTime(), zone);
			return `${shortName(dayOf(date))} ${clock(minute)} in ${zone}`;
		})
		.join(' – ');
}

/** "Monday 08:30 in Europe/Berlin" */
function nowIn(hours: CallingHours, now: number): string {
	const zones = zonesIn(hours);
	const shows = (zone: string) => {
		const { date, minute } = wallTime(now, zone);
		return `${dayName(date)} ${clock(minute)} in ${zone}`;
	};
	if (hours.timezone !== RECIPIENT) return shows(zones[0]);
	const clocks = clocksAt(zones, now);
	const [first] = clocks;
	if (clocks.length === 1) return `${shows(first)}, where this number is from`;
	return `${shows(first)} and ${shows(clocks[clocks.length - 1])}, where this number may be from (${zones.length} time zones)`;
}

/** Zones whose clocks show different times now, the earliest first; one of each. */
function clocksAt(zones: readonly string[], now: number): string[] {
	const byTime = new Map<number, string>();
	for (const zone of zones) {
		const { date, minute } = wallTime(now, zone);
		// Of zones with the same clock, the last one is usually the better known: Europe/London after Europe/Jersey.
		byTime.set(date * 1440 + minute, zone);
	}
	return [...byTime].sort(([one], [other]) => one - other).map(([, zone]) => zone);
}

const labelOf = (field: string) => `${field} in ${LABEL}`;

function minuteOf(value: unknown, field: string, last: string): number {
	const given = trimmed(value);
	const [, hour, minute = '00'] = /^(\d{1,2})(?::(\d{2}))?(?::00)?$/.exec(given) ?? [];
	const minutes = Number(hour) * 60 + Number(minute);
	if (Number(minute) < 60 && clock(minutes) <= last) return minutes;
	const label = labelOf(field);
	throw new Refusal(
		label,
		`${label} must be a time from 00:00 to ${last}, such as 09:00, but it is ${shown(given)}`,
	);
}

function daysOf(value: unknown): Day[] {
	const words = typeof value === 'string' ? value.split(',') : value;
	const chosen = someOf(
		Array.isArray(words) ? words.map((word) => trimmed(word).toLowerCase()) : [],
		labelOf('Days'),
		DAYS,
	);
	return DAYS.filter((day) => chosen.includes(day));
}

/** EST and other abbreviations have no daylight saving time, or are unknown: rarely what the user means. */
const ABBREVIATION = /^(?!UTC|GMT)[A-Z]{3}$/i;
const OFFSET = /^[+-]/;

function timezoneOf(value: unknown, workflowTimezone: string): string {
	const given = trimmed(value);
	if (given === '' && isTimezone(workflowTimezone)) return workflowTimezone;
	if (given.toLowerCase() === RECIPIENT) return RECIPIENT;
	if (isTimezone(given) && !ABBREVIATION.test(given) && !OFFSET.test(given)) return given;
	const label = labelOf('Time Zone');
	throw new Refusal(
		label,
		`${label} must be the name of a time zone such as Europe/Berlin or America/New_York, or "${RECIPIENT}", but it is ${shown(given)}`,
	);
}

function capitalized(word: string): string {
	return word.charAt(0).toUpperCase() + word.slice(1);
}

const dayName = (date: number) => capitalized(dayOf(date));

const shortName = (day: Day) => capitalized(day).slice(0, 3);

const MONTHS = [
	...['January', 'February', 'March', 'April', 'May', 'June', 'July'],
	...['August', 'September', 'October', 'November', 'December'],
];

function dayOfMonth(date: number): string {
	const day = new Date(date * DAY);
	return `${day.getUTCDate()} ${MONTHS[day.getUTCMonth()]}`;
}

const twoDigits = (number: number) => String(number).padStart(2, '0');

const clock = (minutes: number) =>
	`${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`;

/** "Mon–Fri 09:00–20:00", "Mon, Wed–Fri 22:00–02:00" */
function summary({ days, from, to }: CallingHours): string {
	const runs: Day[][] = [];
	for (const day of days) {
		const run = runs[runs.length - 1];
		const follows =
			run !== undefined && DAYS.indexOf(day) === DAYS.indexOf(run[run.length - 1]) + 1;
		if (follows) run.push(day);
		else runs.push([day]);
	}
	const listed = runs.map((run) =>
		run.length < 3
			? run.map(shortName).join(', ')
			: `${shortName(run[0])}–${shortName(run[run.length - 1])}`,
	);
	return `${listed.join(', ')} ${clock(from)}–${clock(to)}`;
}

function fromNow(milliseconds: number): string {
	const minutes = Math.ceil(milliseconds / MINUTE);
	const hours = Math.floor(minutes / 60);
	if (hours === 0) return `in ${minutes} min`;
	if (hours < 48) return `in ${hours} h ${minutes % 60} min`;
	return `in ${Math.floor(hours / 24)} days ${hours % 24} h`;
}
