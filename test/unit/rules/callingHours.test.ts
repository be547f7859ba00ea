import fc from 'fast-check';
import { DateTime } from 'luxon';
import type { INodePropertyCollection, INodePropertyOptions } from 'n8n-workflow';

import {
	callingHoursField,
	callingHoursFrom,
	hoursFor,
	isOpen,
	nextOpening,
	outsideCallingHours,
	refuseOutsideHours,
	type CallingHours,
} from '../../../nodes/Samora/rules/callingHours';
import { refusedRows } from '../../../nodes/shared/itemList';
import { Refusal } from '../../../nodes/shared/parameters';
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
			'Calling Hours is empty. Add hours, or remove the option',
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

	test('takes the recipient’s time zone, in any case', () => {
		expect(hours({ timezone: 'recipient' }).timezone).toBe('recipient');
		expect(hours({ timezone: ' Recipient ' }).timezone).toBe('recipient');
	});

	test('offers time zones that it takes, with what the empty value means first', () => {
		const [group] = (callingHoursField.options ?? []) as INodePropertyCollection[];
		const field = group.values.find(({ name }) => name === 'timezone');
		const choices = (field?.options ?? []) as INodePropertyOptions[];
		expect(choices.slice(0, 2).map(({ name, value }) => [name, value])).toEqual([
			["The Workflow's Time Zone", ''],
			["The Recipient's Time Zone", 'recipient'],
		]);
		const offered = choices.map(({ value }) => value);
		expect(offered).toEqual(expect.arrayContaining(['UTC', 'Asia/Kolkata', 'Europe/Berlin']));
		expect(new Set(offered).size).toBe(offered.length);
		for (const zone of offered.slice(2)) expect(hours({ timezone: zone }).timezone).toBe(zone);
		// n8n finds a choice by any part of its name
		expect(choices.map(({ name }) => name)).toContain('America/New_York (New York)');
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

describe('hours by the recipient’s clock', () => {
	const office = hours({ timezone: 'recipient', days: ALL_DAYS });
	const to = (number: string, values: Record<string, unknown> = {}) =>
		hoursFor(hours({ timezone: 'recipient', ...values }), number);

	const TWELVE = [
		['+14155550100', 'America/Los_Angeles'],
		['+13035550100', 'America/Denver'],
		['+16025550100', 'America/Phoenix'],
		['+13125550100', 'America/Chicago'],
		['+12125550100', 'America/New_York'],
		['+9779841234567', 'Asia/Kathmandu'],
		['+551123456789', 'America/Sao_Paulo'],
		['+442079460018', 'Europe/London'],
		['+4930123456', 'Europe/Berlin'],
		['+919876543210', 'Asia/Kolkata'],
		['+61291234567', 'Australia/Sydney'],
		['+6493001234', 'Pacific/Auckland'],
	];

	/** The clocks went back in Europe on 25 October 2026, in North America on 1 November, and forward in Sydney on 4. */
	test.each(['2026-10-03', '2026-10-24', '2026-10-31', '2027-03-13', '2027-03-27'])(
		'are right in twelve time zones, minute by minute, in the two days from %s on',
		(day) => {
			const start = DateTime.fromISO(day, { zone: 'UTC' }).toMillis();
			const wrong: string[] = [];
			for (const [number, zone] of TWELVE) {
				const calling = hoursFor(office, number);
				for (let minute = 0; minute < 2 * 1440; minute += 7) {
					const now = start + minute * 60_000;
					const { hour } = DateTime.fromMillis(now, { zone });
					if (isOpen(calling, new Date(now)) !== (hour >= 9 && hour < 20)) {
						wrong.push(`${zone} ${new Date(now).toISOString()}`);
					}
				}
			}
			expect(wrong).toEqual([]);
		},
	);

	test('are those of the number and of no other', () => {
		const noonInNewYork = at('2026-11-23T12:00', 'America/New_York');
		expect(isOpen(to('+12125550100'), noonInNewYork)).toBe(true);
		expect(isOpen(to('+4930123456'), noonInNewYork)).toBe(true);
		expect(isOpen(to('+919876543210'), noonInNewYork)).toBe(false);
		expect(opensAt(to('+919876543210'), noonInNewYork)).toBe(
			at('2026-11-24T09:00', 'Asia/Kolkata').toISOString(),
		);
	});

	test('where the number may be in several zones, call only within the hours in all of them', () => {
		// Australian mobile numbers: from Christmas Island to Lord Howe
		const mobile = to('+61412345678');
		expect(isOpen(mobile, at('2026-11-23T09:00', 'Australia/Sydney'))).toBe(false);
		expect(isOpen(mobile, at('2026-11-23T14:00', 'Australia/Sydney'))).toBe(true);
		// 09:00 in Cocos, which is the last to open
		expect(opensAt(mobile, at('2026-11-23T07:00', 'Australia/Sydney'))).toBe(
			'2026-11-23T02:30:00.000Z',
		);
	});

	test('call nobody whose zone is not known, and not before the number is', () => {
		for (const calling of [to('+80012345678'), hours({ timezone: 'recipient' })]) {
			expect(isOpen(calling, at('2026-11-23T12:00'))).toBe(false);
			expect(nextOpening(calling, at('2026-11-23T12:00'))).toBeUndefined();
		}
	});

	test.each([
		[
			'+12125550100',
			'2026-11-23T12:00',
			'It is Monday 06:00 in America/New_York, where this number is from, outside the calling hours (Mon–Fri 09:00–20:00); the next call can be placed Monday 23 November at 09:00 in America/New_York (in 3 h 0 min)',
		],
		[
			'+447911123456',
			'2026-11-23T23:30',
			'It is Monday 22:30 in Europe/London, where this number is from, outside the calling hours (Mon–Fri 09:00–20:00); the next call can be placed Tuesday 24 November at 09:00 in Europe/London (in 10 h 30 min)',
		],
		[
			'+19075550100',
			'2026-11-23T18:30',
			'It is Monday 07:30 in America/Adak and Monday 08:30 in America/Anchorage, where this number may be from (2 time zones), outside the calling hours (Mon–Fri 09:00–20:00); the next call can be placed Monday 23 November at 09:00 in America/Adak, when it is within the hours in all of them (in 1 h 30 min)',
		],
		[
			'+80012345678',
			'2026-11-23T12:00',
			"The time zone of this number is not known, so the node can't check the calling hours (Mon–Fri 09:00–20:00). Choose a time zone in Calling Hours to call it",
		],
	])('say of %s at %s in Berlin whose clock counts, and from when it may be called', (...row) => {
		const [number, now, sentence] = row;
		expect(outsideCallingHours(to(number), at(now))).toBe(sentence);
	});

	test.each([
		['+12125550100', /^Nothing was sent\. Run the node again within these hours/],
		['+80012345678', /^Nothing was sent\. Change Calling Hours/],
		['+18005550100', /^Nothing was sent\. Change Calling Hours/],
	])('tell what to do about %s', (number, advice) => {
		const calling = to(number, { from: '9', to: '17' });
		const refusal = refuseOutsideHours(calling, at('2026-11-23T12:00'));
		expect(refusedRows([{ item: 0, refusal }], 1).description).toMatch(advice);
	});

	test('say so where it is never within the hours in all zones', () => {
		const tollFree = to('+18005550100', { from: '9', to: '17' });
		expect(nextOpening(tollFree, at('2026-11-23T12:00'))).toBeUndefined();
		expect(outsideCallingHours(tollFree, at('2026-11-23T12:00'))).toMatch(
			/^It is .* in Pacific\/Pago_Pago and .* \(42 time zones\), outside .*; these hours never overlap in all of its possible time zones\./,
		);
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

	/** Hours that count in up to three zones at once. */
	const inSeveral = hoursAndInstant.chain(({ calling, now }) =>
		fc.record({
			calling: fc
				.subarray(ZONES, { minLength: 0, maxLength: 2 })
				.map((others): CallingHours & { zones: string[] } => ({
					...calling,
					timezone: 'recipient',
					zones: [...new Set([calling.timezone, ...others])],
				})),
			now: fc.constant(now),
		}),
	);
	const inAll = (calling: CallingHours & { zones: string[] }, instant: number) =>
		calling.zones.every((timezone) => oracle({ ...calling, timezone }, instant));

	test('in several zones at once, minute by minute', () => {
		fc.assert(
			fc.property(inSeveral, ({ calling, now }) => {
				for (let instant = now; instant < now + 300 * MINUTE; instant += MINUTE) {
					if (isOpen(calling, new Date(instant)) !== inAll(calling, instant)) {
						throw new Error(`differs at ${new Date(instant).toISOString()}`);
					}
				}
			}),
			{ numRuns: 50 },
		);
	});

	test('on when they open next in several zones at once', () => {
		fc.assert(
			fc.property(inSeveral, ({ calling, now }) => {
				const opening = nextOpening(calling, new Date(now))?.getTime();
				// Where they never open, a day in which every zone has each time once shows it.
				const end = opening ?? now + 2 * 24 * 60 * MINUTE;
				expect(opening === undefined || inAll(calling, opening)).toBe(true);
				let instant = now;
				while (instant < end && !inAll(calling, instant)) {
					instant = (Math.floor(instant / MINUTE) + 1) * MINUTE;
				}
				expect(instant).toBe(opening ?? instant);
				if (opening === undefined) expect(instant).toBeGreaterThanOrEqual(end);
			}),
			{ numRuns: 50 },
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
