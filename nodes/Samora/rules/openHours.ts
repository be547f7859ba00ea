import { zonesOf } from '../../shared/phone/timezones';
import { clockChanges, DAY, instantsOf, isTimezone, MINUTE, wallTime } from './wallClock';

export const DAYS = [
	'monday',
	'tuesday',
	'wednesday',
	'thursday',
	'friday',
	'saturday',
	'sunday',
] as const;
export type Day = (typeof DAYS)[number];

export const OUTSIDE = ['refuse', 'skip'] as const;

/** The time zone of hours that go by the clock where the number is. */
export const RECIPIENT = 'recipient';

/** When calls may go, by the clock on the wall of one place, or of every place where the recipient may be. */
export interface CallingHours {
	/** Minutes since midnight. */
	from: number;
	/** Minutes since midnight, up to 1440. Less than `from` when the hours end on the next day. */
	to: number;
	/** The days on which the hours begin. */
	days: readonly Day[];
	/** An IANA name, or RECIPIENT. */
	timezone: string;
	/** Where the recipient may be, see hoursFor; none when that is not known, and then no call may go. */
	zones?: readonly string[];
	/** What becomes of an item outside the hours. */
	outside: (typeof OUTSIDE)[number];
}

/**
 * The hours for a call to this number: by its clock, where they go by the recipient's.
 *
 * @param number in E.164
 */
export function hoursFor(hours: CallingHours, number: string): CallingHours {
	if (hours.timezone !== RECIPIENT) return hours;
	const zones = zonesOf(number);
	// A platform with older data may not know a new zone; what its clocks show is then not known either.
	return { ...hours, zones: zones.every(isTimezone) ? zones : [] };
}

/** The zones whose clocks count. */
export const zonesIn = ({ timezone, zones = [] }: CallingHours): readonly string[] =>
	timezone === RECIPIENT ? zones : [timezone];

/** 1 January 1970 was a Thursday. */
export const dayOf = (date: number): Day => DAYS[(((date + 3) % 7) + 7) % 7];

const isDay = ({ days }: CallingHours, date: number) => days.includes(dayOf(date));

function isOpenIn(hours: CallingHours, now: number, timezone: string): boolean {
	const { date, minute } = wallTime(now, timezone);
	const { from, to } = hours;
	if (from < to) return from <= minute && minute < to && isDay(hours, date);
	// Past midnight: the evening of one of the days, or the hours after it.
	return (from <= minute && isDay(hours, date)) || (minute < to && isDay(hours, date - 1));
}

/**
 * Whether a call may go now: in several zones only when it is within the hours in all of them. Clock changes need no
 * rule of their own: what counts is what the clock shows.
 */
export function isOpen(hours: CallingHours, now: Date): boolean {
	const zones = zonesIn(hours);
	return zones.length > 0 && zones.every((zone) => isOpenIn(hours, now.getTime(), zone));
}

/** Long enough for hours of one day a week that a clock change skips. */
const HORIZON = 15;

/** The moments at which the hours can begin in a zone, and at which clocks are put forward or back into them. */
function beginnings({ from }: CallingHours, start: number, timezone: string): number[] {
	const { date } = wallTime(start, timezone);
	const openings = Array.from({ length: HORIZON }, (_, ahead) =>
		instantsOf({ date: date + ahead, minute: from }, timezone),
	).flat();
	return [...openings, ...clockChanges(start, start + HORIZON * DAY, timezone)];
}

/** What was found for many calls in the same minute. It is found anew when there are too many. */
const found = new Map<string, number | undefined>();
const MOST_FOUND = 500;

/**
 * The first moment from now on at which a call may go; now itself inside the hours. Undefined when it is never within
 * the hours in all zones at once, or when the zones are not known.
 */
export function nextOpening(hours: CallingHours, now: Date): Date | undefined {
	if (isOpen(hours, now)) return now;
	const start = now.getTime();
	const zones = zonesIn(hours);
	const { from, to, days } = hours;
	// Hours begin, and clocks change, at whole minutes.
	const key = [from, to, days, zones, Math.floor(start / MINUTE)].join(' ');
	if (!found.has(key)) {
		if (found.size >= MOST_FOUND) found.clear();
		const first = [...new Set(zones.flatMap((zone) => beginnings(hours, start, zone)))]
			.filter((instant) => instant > start)
			.sort((one, other) => one - other)
			.find((instant) => isOpen(hours, new Date(instant)));
		found.set(key, first);
	}
	const first = found.get(key);
	return first === undefined ? undefined : new Date(first);
}
