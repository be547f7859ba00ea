import fc from 'fast-check';
import { DateTime } from 'luxon';

import {
	callingHoursField,
	callingHoursFrom,
	isOpen,
	nextOpening,
	outsideCallingHours,
	type CallingHours,
} from '../../nodes/Samora/rules/callingHours';
import { Refusal } from '../../nodes/shared/parameters';
import { OUTSIDE, REFUSED, ZONES } from './callingHoursCases';

const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'];
const ALL_DAYS = [...WEEKDAYS, 'saturday', 'sunday'];

const parsed = (values: Record<string, unknown>, workflowTimezone = 'Europe/Berlin') =>
	callingHoursFrom({ values }, workflowTimezone);

function hours(values: Record<string, unknown>): CallingHours {
	const found = parsed(values);
	if (found === undefined) throw new Error('no hours');
	return found;
}

const at = (local: string, zone = 'Europe/Berlin') => DateTime.fromISO(local, { zone }).toJSDate();

const opensAt = (calling: CallingHours, now: Date) => nextOpening(calling, now)?.toISOString();

describe('callingHoursFrom', () => {
	test.each([undefined, null, ''])('%j means at any time', (value) => {
		expect(callingHoursFrom(value, 'UTC')).toBeUndefined();
	});

	test('refuses the option without the hours, which looks as if it kept some', () => {
		expect(() => callingHoursFrom({}, 'UTC')).toThrow(
			'Calling Hours is empty: add the hours, or remove the whole option',
		);
	});

	test('uses the defaults of the field when only some values are given', () => {
		expect(parsed({}, 'Asia/Kolkata')).toEqual({
			from: 9 * 60,
			to: 20 * 60,
			days: WEEKDAYS,
			timezone: 'Asia/Kolkata',
			outside: 'refuse',
		});
	});

	test('accepts the option as it is when it was just added', () => {
		expect(callingHoursFrom(callingHoursField.default, 'Asia/Kolkata')).toEqual(
			parsed({}, 'Asia/Kolkata'),
		);
	});

	test.each([
		['9', 540],
		['9:05', 545],
		['09:05', 545],
		[' 09:05:00 ', 545],
		[9, 540],
		['00:00', 0],
		['23:59', 1439],
	])('accepts %j as a beginning', (from, minute) => {
		expect(hours({ from, to: '24:00' }).from).toBe(minute);
	});

	test('accepts 24:00 and 0:00 as the end of the day', () => {
		expect(hours({ to: '24:00' }).to).toBe(1440);
		expect(hours({ to: '24' }).to).toBe(1440);
		expect(hours({ to: '0:00' }).to).toBe(0);
	});

	test('accepts days from an expression in any spelling, each once and in their order', () => {
		expect(hours({ days: ['Sunday', 'monday', ' MONDAY '] }).days).toEqual(['monday', 'sunday']);
		expect(hours({ days: 'tuesday, friday' }).days).toEqual(['tuesday', 'friday']);
	});

	test('uses the workflow’s time zone unless another one is named', () => {
		expect(parsed({ timezone: ' ' }, 'America/New_York')?.timezone).toBe('America/New_York');
		expect(parsed({ timezone: ' Asia/Kolkata ' }, 'America/New_York')?.timezone).toBe(
			'Asia/Kolkata',
		);
		expect(parsed({ timezone: 'UTC' }, 'America/New_York')?.timezone).toBe('UTC');
	});

	test.each(REFUSED)('refuses %j', (values, words) => {
		const attempt = () => parsed(values);
		expect(attempt).toThrow(Refusal);
		expect(attempt).toThrow(words);
	});

	test.each([['09:00'], [9], [true], [['monday']], [{ from: '09:00' }], [{ values: [] }]])(
		'refuses %j rather than call at any time',
		(value) => {
			expect(() => callingHoursFrom(value, 'UTC')).toThrow(Refusal);
		},
	);

	test('refuses under the label of what is wrong, whatever comes in, and throws nothing else', () => {
		const value = fc.oneof(
			fc.anything({ withBigInt: true }),
			fc.record({ values: fc.anything() }),
			fc.record({
				values: fc.record(
					{
						from: fc.oneof(fc.constant('09:00'), fc.string(), fc.anything()),
						to: fc.oneof(fc.constant('20:00'), fc.string(), fc.anything()),
						days: fc.oneof(fc.constant(ALL_DAYS), fc.anything({ withBigInt: true })),
						timezone: fc.oneof(fc.constantFrom('', 'UTC'), fc.string(), fc.anything()),
						outside: fc.oneof(fc.constant('skip'), fc.anything({ withBigInt: true })),
					},
					{ requiredKeys: [] },
				),
			}),
		);
		fc.assert(
			fc.property(value, (given) => {
				try {
					const found = callingHoursFrom(given, 'UTC');
					if (found === undefined) return;
					expect(found.from).not.toBe(found.to);
					expect(found.days.length).toBeGreaterThan(0);
					expect(nextOpening(found, new Date())).toBeInstanceOf(Date);
				} catch (thrown) {
					expect(thrown).toBeInstanceOf(Refusal);
					const { label, message } = thrown as Refusal;
					expect(label).toMatch(/Calling Hours$/);
					expect(message.startsWith(label)).toBe(true);
					expect(message.replace(/".*"/s, '')).not.toMatch(/\b(error|problem|failure|mistake)/i);
				}
			}),
			{ numRuns: 1000 },
		);
	});
});

describe('calling hours', () => {
	test('begin with From and end before To, on their days only', () => {
		const office = hours({});
		expect(isOpen(office, at('2026-11-23T08:59:59.999'))).toBe(false);
		expect(isOpen(office, at('2026-11-23T09:00'))).toBe(true);
		expect(isOpen(office, at('2026-11-23T19:59:59.999'))).toBe(true);
		expect(isOpen(office, at('2026-11-23T20:00'))).toBe(false);
		expect(isOpen(office, at('2026-11-22T12:00'))).toBe(false);
	});

	test('are those of the named place', () => {
		const office = hours({ timezone: 'America/New_York' });
		expect(isOpen(office, at('2026-11-23T09:00'))).toBe(false);
		expect(isOpen(office, at('2026-11-23T09:00', 'America/New_York'))).toBe(true);
	});

	test('past midnight belong to the day on which they begin', () => {
		const night = hours({ from: '22:00', to: '02:00', days: ['friday'] });
		expect(isOpen(night, at('2026-11-27T01:00'))).toBe(false);
		expect(isOpen(night, at('2026-11-27T22:00'))).toBe(true);
		expect(isOpen(night, at('2026-11-28T01:59'))).toBe(true);
		expect(isOpen(night, at('2026-11-28T02:00'))).toBe(false);
		expect(isOpen(night, at('2026-11-28T22:00'))).toBe(false);
	});

	test('until midnight are the same as 0:00 and as 24:00', () => {
		for (const to of ['0:00', '24:00']) {
			const evening = hours({ from: '18:00', to, days: ['friday'] });
			expect(isOpen(evening, at('2026-11-27T23:59'))).toBe(true);
			expect(isOpen(evening, at('2026-11-28T00:00'))).toBe(false);
			expect(isOpen(evening, at('2026-11-27T00:00'))).toBe(false);
		}
	});

	test('from 00:00 to 24:00 are the whole day', () => {
		const sunday = hours({ from: '00:00', to: '24:00', days: ['sunday'] });
		expect(isOpen(sunday, at('2026-11-22T00:00'))).toBe(true);
		expect(isOpen(sunday, at('2026-11-22T23:59'))).toBe(true);
		expect(isOpen(sunday, at('2026-11-23T00:00'))).toBe(false);
		expect(opensAt(hours({ from: '0', to: '24', days: ALL_DAYS }), at('2026-11-22T03:04'))).toBe(
			at('2026-11-22T03:04').toISOString(),
		);
	});

	// Berlin's clocks went from 02:00 to 03:00 on 29 March 2026.
	test('that begin in the hour that the clocks skip begin behind it', () => {
		const early = hours({ from: '02:30', to: '05:00', days: ['sunday'] });
		expect(opensAt(early, at('2026-03-29T01:59'))).toBe('2026-03-29T01:00:00.000Z');
		expect(isOpen(early, new Date('2026-03-29T00:59:59.999Z'))).toBe(false);
	});

	test('that lie in the hour that the clocks skip are not on that day', () => {
		const skipped = hours({ from: '02:15', to: '02:45', days: ['sunday'] });
		expect(opensAt(skipped, at('2026-03-29T00:00'))).toBe('2026-04-05T00:15:00.000Z');
	});

	// They went from 03:00 back to 02:00 on 25 October 2026.
	test('in the hour that the clocks repeat are what the clock shows, both times', () => {
		const early = hours({ from: '02:30', to: '05:00', days: ['sunday'] });
		expect(opensAt(early, at('2026-10-25T01:00'))).toBe('2026-10-25T00:30:00.000Z');
		expect(isOpen(early, new Date('2026-10-25T00:59:00Z'))).toBe(true);
		expect(isOpen(early, new Date('2026-10-25T01:00:00Z'))).toBe(false);
		expect(opensAt(early, new Date('2026-10-25T01:10:00Z'))).toBe('2026-10-25T01:30:00.000Z');
	});

	test('that are over open again when the clocks are put back into them', () => {
		const late = hours({ from: '01:00', to: '02:30', days: ['sunday'] });
		expect(isOpen(late, new Date('2026-10-25T00:45:00Z'))).toBe(false);
		expect(opensAt(late, new Date('2026-10-25T00:45:00Z'))).toBe('2026-10-25T01:00:00.000Z');
	});
});

describe('outsideCallingHours says when a call may go', () => {
	test.each(OUTSIDE)('%j at %s', (values, now, sentence) => {
		expect(outsideCallingHours(hours(values), at(now))).toBe(sentence);
	});
});

describe('calling hours agree with luxon', () => {
	const MINUTE = 60_000;
	const YEAR = { start: Date.UTC(2026, 0, 1), minutes: 365 * 24 * 60 };

	const changes = new Map(
		ZONES.map((zone) => {
			const offset = (minute: number) =>
				DateTime.fromMillis(YEAR.start + minute * MINUTE, { zone }).offset;
			const found: number[] = [];
			for (let minute = 15; minute < YEAR.minutes; minute += 15) {
				if (minute % 720 === 0 && offset(minute) === offset(minute + 720)) minute += 720;
				if (offset(minute) !== offset(minute - 15)) found.push(minute);
			}
			return [zone, found];
		}),
	);

	function oracle({ from, to, days, timezone }: CallingHours, instant: number): boolean {
		const local = DateTime.fromMillis(instant, { zone: timezone });
		const minute = local.hour * 60 + local.minute;
		const today = days.some((day) => ALL_DAYS[local.weekday - 1] === day);
		const yesterday = days.some((day) => ALL_DAYS[(local.weekday + 5) % 7] === day);
		if (from < to) return today && minute >= from && minute < to;
		return (today && minute >= from) || (yesterday && minute < to);
	}

	const anyHours = fc
		.record({
			from: fc.integer({ min: 0, max: 1439 }),
			to: fc.integer({ min: 0, max: 1440 }),
			days: fc.subarray(ALL_DAYS, { minLength: 1 }),
			timezone: fc.constantFrom(...ZONES),
			nightly: fc.boolean(),
		})
		// Half of the hours lie where clocks are changed.
		.map(({ nightly, from, to, ...rest }) => ({
			...rest,
			from: nightly ? from % 240 : from,
			to: nightly ? to % 300 : to,
		}))
		.filter(({ from, to }) => from !== to);

	/** A minute of the year, half of the time near a clock change of the zone. */
	const minuteIn = (zone: string) => {
		const near = changes.get(zone) ?? [];
		const any = fc.nat(YEAR.minutes - 1);
		if (near.length === 0) return any;
		return fc.oneof(
			any,
			fc
				.tuple(fc.constantFrom(...near), fc.integer({ min: -1440, max: 300 }))
				.map(([change, off]) => change + off),
		);
	};

	const hoursAndInstant = anyHours.chain(({ timezone, days, from, to }) =>
		fc.record({
			calling: fc.constant(hours({ timezone, days, from: clock(from), to: clock(to) })),
			now: fc
				.tuple(minuteIn(timezone), fc.constantFrom(0, 1, 29_999, 59_999))
				.map(([minute, rest]) => YEAR.start + minute * MINUTE + rest),
		}),
	);

	const clock = (minutes: number) =>
		`${String(Math.floor(minutes / 60))}:${String(minutes % 60).padStart(2, '0')}`;

	test('the zones have clock changes to test', () => {
		expect([...changes.values()].flat().length).toBeGreaterThanOrEqual(20);
	});

	test('on whether they are open, minute by minute', () => {
		fc.assert(
			fc.property(hoursAndInstant, ({ calling, now }) => {
				for (let instant = now; instant < now + 300 * MINUTE; instant += MINUTE) {
					if (isOpen(calling, new Date(instant)) !== oracle(calling, instant)) {
						throw new Error(`differs at ${new Date(instant).toISOString()}`);
					}
				}
			}),
			{ numRuns: 100 },
		);
	});

	test('on when they open next', () => {
		fc.assert(
			fc.property(hoursAndInstant, ({ calling, now }) => {
				let expected = now;
				while (!oracle(calling, expected)) expected = (Math.floor(expected / MINUTE) + 1) * MINUTE;
				expect(opensAt(calling, new Date(now))).toBe(new Date(expected).toISOString());
			}),
			{ numRuns: 100 },
		);
	});
});
