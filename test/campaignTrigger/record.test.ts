import {
	callOutcome,
	NOTHING_ENDED,
	statsKey,
	timeOf,
} from '../../nodes/SamoraCampaignTrigger/watch/record';

describe('a time of the API', () => {
	const NOON = Date.UTC(2026, 2, 1, 12);

	it.each([
		'2026-03-01T12:00:00Z',
		'2026-03-01T12:00:00.000Z',
		'2026-03-01T14:00:00+02:00',
		'2026-03-01 12:00:00+00',
		'2026-03-01T12:00:00.000000+00:00',
		'2026-03-01T12:00:00',
		' 2026-03-01 12:00:00 ',
	])('is read in UTC unless it says otherwise: %s', (text) => expect(timeOf(text)).toBe(NOON));

	it.each([null, undefined, '', 'soon', 5, {}])('is none: %s', (value) =>
		expect(timeOf(value)).toBeUndefined(),
	);
});

describe('the figures of a campaign', () => {
	const stats = (changes = {}) => ({
		call_stats: { total: 9, finished: 2, pending: 6, unanswered: 1, failed: 0, ...changes },
	});

	it('change when a call ends', () => {
		expect(statsKey(stats({ finished: 3, pending: 5 }))).not.toBe(statsKey(stats()));
		expect(statsKey(stats({ unanswered: 2 }))).not.toBe(statsKey(stats()));
		// A way to end that has no figure of its own.
		expect(statsKey(stats({ pending: 5 }))).not.toBe(statsKey(stats()));
	});

	it('do not change when recipients are added', () => {
		expect(statsKey(stats({ total: 5009, pending: 5006 }))).toBe(statsKey(stats()));
	});

	it('say that nothing has ended yet', () => {
		const none = { total: 9, finished: 0, pending: 9, unanswered: 0, failed: 0 };
		expect(statsKey({ call_stats: { ...none, total_duration: '00:00:00' } })).toBe(NOTHING_ENDED);
		expect(statsKey(stats())).not.toBe(NOTHING_ENDED);
	});

	it('may be missing', () => expect(statsKey({})).toBe(''));
});

it('how a call ended is read from its status, whatever its case', () => {
	expect(callOutcome({ status: 'call_finished' })).toBe('finished');
	expect(callOutcome({ status: 'Unanswered', ended_at: null })).toBe('unanswered');
	expect(callOutcome({ status: 'TRANSFERRED', ended_at: '2026-03-01T12:00:00Z' })).toBe('ended');
	expect(callOutcome({ status: 'ongoing', ended_at: null })).toBeUndefined();
});
