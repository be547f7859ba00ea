import type { INodeProperties } from 'n8n-workflow';

import { isRecord, oneOf, Refusal, shown, someOf, trimmed } from '../../shared/parameters';
import { clockChanges, DAY, instantsOf, isTimezone, MINUTE, wallTime } from './wallClock';

const LABEL = 'Calling Hours';

const DAYS = [
	'monday',
	'tuesday',
	'wednesday',
	'thursday',
	'friday',
	'saturday',
	'sunday',
] as const;
type Day = (typeof DAYS)[number];

const OUTSIDE = ['refuse', 'skip'] as const;

/** When calls may go, by the clock on the wall of one place. */
export interface CallingHours {
	/** Minutes since midnight. */
	from: number;
	/** Minutes since midnight, up to 1440. Less than `from` when the hours end on the next day. */
	to: number;
	/** The days on which the hours begin. */
	days: readonly Day[];
	timezone: string;
	/** What becomes of an item outside the hours. */
	outside: (typeof OUTSIDE)[number];
}

/** In the order in which one says it. */
const hoursFields: INodeProperties[] = [
	{
		displayName: 'From',
		name: 'from',
		type: 'string',
		default: '09:00',
		placeholder: 'e.g. 09:00',
		description: 'When calling may begin, in 24-hour time',
	},
	{
		displayName: 'To',
		name: 'to',
		type: 'string',
		default: '20:00',
		placeholder: 'e.g. 20:00',
		description:
			'When calling ends, in 24-hour time, up to 24:00. A time before From is on the next day.',
	},
	{
		displayName: 'Days',
		name: 'days',
		type: 'multiOptions',
		options: DAYS.map((day) => ({ name: capitalized(day), value: day })),
		default: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'],
		description: 'The days on which the hours begin. Hours past midnight belong to the day before.',
	},
	{
		displayName: 'Time Zone',
		name: 'timezone',
		type: 'string',
		default: '',
		placeholder: 'e.g. Europe/Berlin',
		description: "Whose clock counts. Empty means the workflow's time zone.",
	},
	{
		displayName: 'Outside These Hours',
		name: 'outside',
		type: 'options',
		options: [
			{
				name: 'Refuse',
				value: 'refuse',
				description: 'The item counts as a bad row, and the message says when it may be called',
			},
			{
				name: 'Skip',
				value: 'skip',
				description: 'The item is passed on without a call, with the reason',
			},
		],
		default: 'refuse',
		description: 'What happens to an item that comes outside these hours',
	},
];

const DEFAULTS = Object.fromEntries(hoursFields.map((field) => [field.name, field.default]));

export const callingHoursField: INodeProperties = {
	displayName: LABEL,
	name: 'callingHours',
	type: 'fixedCollection',
	placeholder: 'Add Calling Hours',
	// Filled in, or the option would look chosen while it holds no hours and calls go at any time.
	default: { values: DEFAULTS },
	description: 'When calls may be placed. Without this they are placed at any time.',
	options: [{ displayName: 'Hours', name: 'values', values: hoursFields }],
};

/**
 * The hours that a person set, or undefined without the option. What cannot be understood is refused: to call at
 * any time instead would be the one thing they did not want.
 */
export function callingHoursFrom(
	value: unknown,
	workflowTimezone: string,
): CallingHours | undefined {
	if (value === undefined || value === null || value === '') return undefined;
	if (!isRecord(value)) throw new Refusal(LABEL, `${LABEL} must be hours and days`);
	// Its inner bin takes the hours out and leaves the option there, which still looks as if it kept some.
	if (Object.keys(value).length === 0) {
		throw new Refusal(LABEL, `${LABEL} is empty: add the hours, or remove the whole option`);
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
			`${LABEL} are from ${clock(from)} to ${clock(to)}, which is no time. For the whole day give 00:00 and 24:00`,
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

/** Whether a call may go now. Clock changes need no rule of their own: what counts is what the clock shows. */
export function isOpen(hours: CallingHours, now: Date): boolean {
	const { date, minute } = wallTime(now.getTime(), hours.timezone);
	const { from, to } = hours;
	if (from < to) return from <= minute && minute < to && isDay(hours, date);
	// Past midnight: the evening of one of the days, or the hours after it.
	return (from <= minute && isDay(hours, date)) || (minute < to && isDay(hours, date - 1));
}

/** Long enough for hours of one day a week that a clock change skips. */
const HORIZON = 15;

/** The first moment from now on at which a call may go; now itself inside the hours. */
export function nextOpening(hours: CallingHours, now: Date): Date | undefined {
	const start = now.getTime();
	const { date } = wallTime(start, hours.timezone);
	const openings = Array.from({ length: HORIZON }, (_, ahead) =>
		instantsOf({ date: date + ahead, minute: hours.from }, hours.timezone),
	).flat();
	// Clocks may also be put forward or back into the hours.
	const changes = clockChanges(start, start + HORIZON * DAY, hours.timezone);
	const first = [start, ...openings, ...changes]
		.filter((instant) => instant >= start && isOpen(hours, new Date(instant)))
		.sort((one, other) => one - other)[0];
	return first === undefined ? undefined : new Date(first);
}

/** Why a call may not go now, and when it may. */
export function outsideCallingHours(hours: CallingHours, now: Date): string {
	const here = wallTime(now.getTime(), hours.timezone);
	const why = `It is ${dayName(here.date)} ${clock(here.minute)} in ${hours.timezone}, outside the calling hours (${summary(hours)})`;
	const next = nextOpening(hours, now);
	if (next === undefined) return why;
	const then = wallTime(next.getTime(), hours.timezone);
	return `${why}; the next call may go ${dayName(then.date)} ${dayOfMonth(then.date)} at ${clock(then.minute)} (${fromNow(next.getTime() - now.getTime())})`;
}

const labelOf = (field: string) => `${field} in ${LABEL}`;

/** 1 January 1970 was a Thursday. */
const dayOf = (date: number): Day => DAYS[(((date + 3) % 7) + 7) % 7];

const isDay = ({ days }: CallingHours, date: number) => days.includes(dayOf(date));

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

/** EST and its like stay in winter time all year, or are not known: rarely what is meant. */
const ABBREVIATION = /^(?!UTC|GMT)[A-Z]{3}$/i;
const OFFSET = /^[+-]/;

function timezoneOf(value: unknown, workflowTimezone: string): string {
	const given = trimmed(value);
	if (given === '' && isTimezone(workflowTimezone)) return workflowTimezone;
	if (isTimezone(given) && !ABBREVIATION.test(given) && !OFFSET.test(given)) return given;
	const label = labelOf('Time Zone');
	throw new Refusal(
		label,
		`${label} must be the name of a time zone such as Europe/Berlin or America/New_York, but it is ${shown(given)}`,
	);
}

function capitalized(word: string): string {
	return word.charAt(0).toUpperCase() + word.slice(1);
}

const dayName = (date: number) => capitalized(dayOf(date));

const shortName = (day: Day) => capitalized(day).slice(0, 3);

function dayOfMonth(date: number): string {
	const day = new Date(date * DAY);
	const month = day.toLocaleString('en-US', { month: 'long', timeZone: 'UTC' });
	return `${day.getUTCDate()} ${month}`;
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
