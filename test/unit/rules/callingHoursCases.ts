type Values = Record<string, unknown>;

/** Hours that are refused, and words of the message. */
export const REFUSED: Array<[values: Values, words: string]> = [
	[
		{ from: '' },
		'From in Calling Hours must be a time from 00:00 to 23:59, such as 09:00, but it is empty',
	],
	[{ from: '9 am' }, 'From in Calling Hours must be a time'],
	[{ from: '9:60' }, 'From in Calling Hours must be a time'],
	[{ from: '24:00' }, 'From in Calling Hours must be a time'],
	[{ from: '0900' }, 'From in Calling Hours must be a time'],
	[{ from: true }, 'From in Calling Hours must be a time'],
	[{ to: '24:01' }, 'To in Calling Hours must be a time from 00:00 to 24:00'],
	[{ to: '25' }, 'To in Calling Hours must be a time'],
	[
		{ from: '09:00', to: '9' },
		'Calling Hours start and end at 09:00. For the whole day, enter 00:00 and 24:00',
	],
	[{ days: [] }, 'Days in Calling Hours needs at least one of monday'],
	[{ days: ['mon'] }, 'Days in Calling Hours must be one of monday, tuesday'],
	[{ days: 1 }, 'Days in Calling Hours needs at least one'],
	[
		{ timezone: 'Berlin' },
		'Time Zone in Calling Hours must be the name of a time zone such as Europe/Berlin or America/New_York, or "recipient", but it is "Berlin"',
	],
	// has no summer time, other than New York, which is what people mean
	[{ timezone: 'EST' }, 'Time Zone in Calling Hours must be the name'],
	[{ timezone: '+02:00' }, 'Time Zone in Calling Hours must be the name'],
	[{ outside: 'call' }, 'Outside These Hours in Calling Hours must be one of refuse, skip'],
];

/** A moment outside the hours, and what is said of it. */
export const OUTSIDE: Array<[values: Values, now: string, sentence: string]> = [
	[
		{},
		'2026-11-22T21:14',
		'It is Sunday 21:14 in Europe/Berlin, outside the calling hours (Mon–Fri 09:00–20:00); the next call can be placed Monday 23 November at 09:00 (in 11 h 46 min)',
	],
	[
		{},
		'2026-11-23T08:30',
		'It is Monday 08:30 in Europe/Berlin, outside the calling hours (Mon–Fri 09:00–20:00); the next call can be placed Monday 23 November at 09:00 (in 30 min)',
	],
	[
		{},
		'2026-11-23T08:59:59',
		'It is Monday 08:59 in Europe/Berlin, outside the calling hours (Mon–Fri 09:00–20:00); the next call can be placed Monday 23 November at 09:00 (in 1 min)',
	],
	[
		{},
		'2026-11-20T20:00',
		'It is Friday 20:00 in Europe/Berlin, outside the calling hours (Mon–Fri 09:00–20:00); the next call can be placed Monday 23 November at 09:00 (in 2 days 13 h)',
	],
	[
		{ from: '22', to: '2', days: ['monday', 'wednesday', 'thursday', 'friday', 'sunday'] },
		'2026-12-31T15:05',
		'It is Thursday 15:05 in Europe/Berlin, outside the calling hours (Mon, Wed–Fri, Sun 22:00–02:00); the next call can be placed Thursday 31 December at 22:00 (in 6 h 55 min)',
	],
	[
		{ from: '0', to: '24', days: ['saturday', 'sunday'] },
		'2026-11-27T12:00',
		'It is Friday 12:00 in Europe/Berlin, outside the calling hours (Sat, Sun 00:00–24:00); the next call can be placed Saturday 28 November at 00:00 (in 12 h 0 min)',
	],
	// An hour less than the clock suggests: it is put forward in between.
	[
		{ days: ['sunday'] },
		'2026-03-28T21:00',
		'It is Saturday 21:00 in Europe/Berlin, outside the calling hours (Sun 09:00–20:00); the next call can be placed Sunday 29 March at 09:00 (in 11 h 0 min)',
	],
];

/** With the clock changes of 2026 that differ from one another: by how much, and at which time of day. */
export const ZONES = [
	'Europe/Berlin',
	'America/New_York',
	'America/St_Johns',
	'America/Havana', // back over midnight
	'America/Santiago', // forward at midnight
	'Asia/Beirut', // forward at midnight, back over it
	'Africa/Cairo',
	'Africa/Casablanca', // around Ramadan
	'Australia/Lord_Howe', // half an hour
	'Pacific/Chatham', // 45 minutes off the hour
	'Antarctica/Troll', // two hours
	'Asia/Kolkata',
	'Pacific/Kiritimati',
	'UTC',
];
