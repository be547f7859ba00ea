/** What clocks show in a time zone, by what the platform's time zone data says. Instants are epoch milliseconds. */

export const MINUTE = 60_000;
export const DAY = 24 * 60 * MINUTE;

/** A date and a time as a clock and a calendar on the wall show them. */
export interface WallTime {
	/** The local date, as days since 1 January 1970. */
	date: number;
	/** Minutes since midnight by the clock, which on the days of a clock change is not the time that has passed. */
	minute: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timezone: string): Intl.DateTimeFormat {
	const known = formats.get(timezone);
	if (known !== undefined) return known;
	const format = new Intl.DateTimeFormat('en-US', {
		timeZone: timezone,
		hourCycle: 'h23',
		year: 'numeric',
		month: 'numeric',
		day: 'numeric',
		hour: 'numeric',
		minute: 'numeric',
		second: 'numeric',
	});
	formats.set(timezone, format);
	return format;
}

export function isTimezone(name: string): boolean {
	try {
		return formatOf(name) !== undefined;
	} catch {
		return false;
	}
}

/** By zone and minute: a run asks the same of the same minute for every row. Clocks change at whole minutes. */
const knownOffsets = new Map<string, Map<number, number>>();
const MOST_KNOWN = 500;

/** How far the zone's clocks are ahead of UTC. */
function offsetAt(instant: number, timezone: string): number {
	const offsets = knownOffsets.get(timezone) ?? new Map<number, number>();
	knownOffsets.set(timezone, offsets);
	const minute = Math.floor(instant / MINUTE);
	const known = offsets.get(minute);
	if (known !== undefined) return known;
	const offset = offsetIn(instant, timezone);
	if (offsets.size >= MOST_KNOWN) offsets.clear();
	offsets.set(minute, offset);
	return offset;
}

function offsetIn(instant: number, timezone: string): number {
	const shown = new Map(
		formatOf(timezone)
			.formatToParts(instant)
			.map(({ type, value }) => [type, Number(value)]),
	);
	const part = (type: Intl.DateTimeFormatPartTypes) => shown.get(type) ?? 0;
	const asUtc = Date.UTC(
		part('year'),
		part('month') - 1,
		part('day'),
		part('hour'),
		part('minute'),
		part('second'),
	);
	return asUtc - Math.floor(instant / 1000) * 1000;
}

export function wallTime(instant: number, timezone: string): WallTime {
	const shown = instant + offsetAt(instant, timezone);
	const date = Math.floor(shown / DAY);
	return { date, minute: Math.floor((shown - date * DAY) / MINUTE) };
}

/** When clocks show this: usually once, twice when they were put back over it, never when they skipped it. */
export function instantsOf({ date, minute }: WallTime, timezone: string): number[] {
	const shown = date * DAY + minute * MINUTE;
	const offsets = new Set([offsetAt(shown - DAY, timezone), offsetAt(shown + DAY, timezone)]);
	return [...offsets]
		.map((offset) => shown - offset)
		.filter((instant) => instant + offsetAt(instant, timezone) === shown);
}

/** The moments at which clocks are changed, from the first of each new time on. */
export function clockChanges(start: number, end: number, timezone: string): number[] {
	const changes: number[] = [];
	for (let instant = start; instant < end; instant += DAY) {
		let [before, after] = [instant, instant + DAY];
		const offset = offsetAt(before, timezone);
		if (offset === offsetAt(after, timezone)) continue;
		while (after - before > 1) {
			const middle = Math.floor((before + after) / 2);
			if (offsetAt(middle, timezone) === offset) before = middle;
			else after = middle;
		}
		changes.push(after);
	}
	return changes;
}
