import { CallWatch, pauseBeforeLook } from '../../nodes/Samora/resources/call/callWatch';
import type { Exchange } from '../../nodes/shared/api/exchange';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

const answered = (
	statusCode: number,
	body: unknown,
	fate: Exchange['fate'] = 'done',
): Exchange => ({
	fate,
	answer: { statusCode, headers: {}, body },
});
const details = (data: object) => answered(200, { data });
const GOING_ON = details({ status: 'ONGOING', ended_at: null });
const FILES = { recording_url: 'https://r', transcript_url: 'https://t' };
const FINISHED = details({ status: 'CALL_FINISHED', started_at: 'x', ended_at: 'x', ...FILES });

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const since = () => Date.now();

/** Watches calls with a time of their own, and notes when each was looked at: seconds after the beginning. */
function watchCalls(answer: (callId: string, seconds: number) => Exchange) {
	const begin = since();
	const looks: number[] = [];
	const stop = new AbortController();
	const watch = new CallWatch(async (callId) => {
		const seconds = (since() - begin) / SECOND;
		looks.push(seconds);
		return answer(callId, seconds);
	}, stop.signal);
	return { watch, looks, stop };
}

const lasting =
	(length: number) =>
	(_: string, seconds: number): Exchange =>
		seconds < length ? GOING_ON : FINISHED;

describe('the pauses', () => {
	it.each([
		[1, [3, 4, 6, 6, 6]],
		[5, [15, 20, 30, 30, 30]],
		[8, [24, 30, 30, 30, 30]],
	])('grow from three and four times %i s, up to half a minute', (interval, all) => {
		const pauses = [0, 1, 2, 3, 50].map((looks) => pauseBeforeLook(looks, interval * SECOND));
		expect(pauses).toEqual(all.map((seconds) => seconds * SECOND));
	});

	it('are never shorter than the interval that the person chose', () => {
		expect(pauseBeforeLook(3, 45 * SECOND)).toBe(45 * SECOND);
	});

	it('decide when each request for a call goes out', async () => {
		const { watch, looks } = watchCalls(lasting(60));
		const ending = watch.watch('one', { interval: 5 * SECOND, timeout: 30 * MINUTE });
		await jest.advanceTimersByTimeAsync(2 * MINUTE);
		expect(looks.map(Math.round)).toEqual([15, 35, 65]);
		expect(await ending).toMatchObject({ how: 'ended', outcome: 'finished' });
	});
});

describe('many calls', () => {
	it.each([
		[1, 6],
		[2, 4],
		[5, 2],
	])(
		'of 30 seconds, watched together every %i seconds, are at most %i looks each',
		async (interval, most) => {
			const { watch, looks } = watchCalls(lasting(30));
			const endings = Array.from(
				{ length: 100 },
				async (_, n) =>
					await watch.watch(`${n}`, { interval: interval * SECOND, timeout: MINUTE * 5 }),
			);
			await jest.advanceTimersByTimeAsync(3 * MINUTE);
			expect((await Promise.all(endings)).map(({ how }) => how)).toEqual(Array(100).fill('ended'));
			expect(looks.length).toBeLessThanOrEqual(100 * most);
			const inSecond = (at: number) => looks.filter((look) => look >= at && look < at + 1).length;
			expect(Math.max(...looks.map(inSecond))).toBeLessThanOrEqual(10);
		},
	);

	it('take turns, the one that has been due longest first', async () => {
		const { watch, looks } = watchCalls(lasting(1));
		const endings = Array.from(
			{ length: 300 },
			async (_, n) => await watch.watch(`${n}`, { interval: SECOND, timeout: 5 * MINUTE }),
		);
		await jest.advanceTimersByTimeAsync(MINUTE);
		await Promise.all(endings);
		expect(looks).toHaveLength(300);
	});
});

describe('the end of a call', () => {
	it('is waited for until the timeout, and then the last state comes out', async () => {
		const { watch, looks } = watchCalls(() => GOING_ON);
		const ending = watch.watch('one', { interval: 5 * SECOND, timeout: MINUTE });
		await jest.advanceTimersByTimeAsync(MINUTE + SECOND);
		expect(await ending).toMatchObject({ how: 'timeout', details: { status: 'ONGOING' } });
		expect(Math.max(...looks)).toBeGreaterThan(55);
	});

	it('comes to the files for five seconds, and then the call ends without them', async () => {
		const { watch, looks } = watchCalls(() =>
			details({ status: 'CALL_FINISHED', started_at: 'x', ended_at: 'x', recording_url: null }),
		);
		const ending = watch.watch('one', { interval: 5 * SECOND, timeout: 30 * MINUTE });
		await jest.advanceTimersByTimeAsync(MINUTE);
		expect(await ending).toMatchObject({ how: 'ended', outcome: 'finished' });
		expect(Math.max(...looks)).toBeLessThanOrEqual(21);
		expect(looks.length).toBeGreaterThan(1);
	});

	it('comes to the files in the pace the person chose, for no phone rings any more', async () => {
		const { watch, looks } = watchCalls((_, seconds) =>
			seconds < 4 ? details({ status: 'CALL_FINISHED', started_at: 'x', ended_at: 'x' }) : FINISHED,
		);
		const ending = watch.watch('one', { interval: SECOND, timeout: 30 * MINUTE });
		await jest.advanceTimersByTimeAsync(MINUTE);
		expect(await ending).toMatchObject({ how: 'ended', details: FILES });
		expect(looks.map(Math.round)).toEqual([3, 4]);
	});

	it('needs no files when nobody picked up', async () => {
		const { watch, looks } = watchCalls(() => details({ status: 'UNANSWERED', ended_at: 'x' }));
		const ending = watch.watch('one', { interval: 5 * SECOND, timeout: MINUTE });
		await jest.advanceTimersByTimeAsync(20 * SECOND);
		expect(await ending).toMatchObject({ how: 'ended', outcome: 'unanswered' });
		expect(looks).toHaveLength(1);
	});

	it('is looked for at once when the call was placed a while ago', async () => {
		const { watch, looks } = watchCalls(() => FINISHED);
		const ending = watch.watch('one', { interval: MINUTE, timeout: 5 * MINUTE, again: true });
		await jest.advanceTimersByTimeAsync(10);
		expect(await ending).toMatchObject({ how: 'ended' });
		expect(looks).toHaveLength(1);
	});

	it('is looked for again after twice the interval when it had not come by then', async () => {
		const { watch, looks } = watchCalls(lasting(5));
		const ending = watch.watch('one', { interval: SECOND, timeout: 5 * MINUTE, again: true });
		await jest.advanceTimersByTimeAsync(MINUTE);
		expect(await ending).toMatchObject({ how: 'ended' });
		expect(looks.map(Math.round)).toEqual([0, 2, 6]);
	});

	it('is a refusal only when Samora keeps refusing', async () => {
		const refusal = answered(404, { message: 'Not found' }, 'refused');
		let refusals = 0;
		const once = watchCalls(() => (refusals++ < 2 ? refusal : FINISHED));
		const patient = once.watch.watch('one', { interval: SECOND, timeout: MINUTE });
		const insisting = watchCalls(() => refusal);
		const refused = insisting.watch.watch('one', { interval: SECOND, timeout: MINUTE });
		await jest.advanceTimersByTimeAsync(MINUTE / 2);
		expect(await patient).toMatchObject({ how: 'ended' });
		expect(await refused).toMatchObject({ how: 'refused', unseen: refusal });
		expect(insisting.looks).toHaveLength(3);
	});

	it('comes at once when nobody waits any more, even while a request hangs', async () => {
		const stop = new AbortController();
		const watch = new CallWatch(async () => await new Promise(() => {}), stop.signal);
		const one = watch.watch('one', { interval: SECOND, timeout: MINUTE });
		const other = watch.watch('other', { interval: 10 * SECOND, timeout: MINUTE });
		await jest.advanceTimersByTimeAsync(5 * SECOND);
		stop.abort();
		await jest.advanceTimersByTimeAsync(1);
		expect(await Promise.all([one, other])).toEqual([
			{ how: 'stopped', details: undefined },
			{ how: 'stopped', details: undefined },
		]);
	});
});

it.each([
	[{ 'retry-after': '20' }, 20],
	[{}, 2],
])('all looks pause when Samora asks to slow down (%j): %i seconds', async (headers, seconds) => {
	const slow: Exchange = { fate: 'busy', answer: { statusCode: 429, headers, body: '' } };
	let first = true;
	const { watch, looks } = watchCalls(() => {
		const answer = first ? slow : FINISHED;
		first = false;
		return answer;
	});
	const endings = ['one', 'two', 'three'].map(
		async (id) => await watch.watch(id, { interval: SECOND, timeout: 5 * MINUTE }),
	);
	await jest.advanceTimersByTimeAsync(MINUTE);
	await Promise.all(endings);
	expect(looks).toHaveLength(4);
	expect(looks[1]).toBeGreaterThanOrEqual(looks[0] + seconds);
	expect(looks[1]).toBeLessThan(looks[0] + seconds + 1);
});

it('waits longer each time, up to half a minute, while Samora asks to slow down and does not say how long', async () => {
	const slow: Exchange = { fate: 'busy', answer: { statusCode: 429, headers: {}, body: '' } };
	const { watch, looks } = watchCalls(() => slow);
	const ending = watch.watch('one', { interval: SECOND, timeout: 3 * MINUTE });
	await jest.advanceTimersByTimeAsync(3 * MINUTE);
	await ending;
	const gaps = looks.slice(1).map((at, index) => Math.round(at - looks[index]));
	// Of a call just placed, the pauses of its own are longer than the first two of these would be.
	expect(gaps.slice(0, 6)).toEqual([4, 6, 8, 16, 30, 30]);
});

it.each([
	['an hour', '3600', 60],
	['nothing', '0', 1],
	['less than nothing', '-5', 1],
	['a date that has passed', 'Wed, 21 Oct 2015 07:28:00 GMT', 1],
])(
	'goes on with the other calls when one look is answered to wait for %s',
	async (_, given, pause) => {
		const slow: Exchange = {
			fate: 'busy',
			answer: { statusCode: 429, headers: { 'retry-after': given }, body: '' },
		};
		let asked = false;
		const { watch, looks } = watchCalls((callId, seconds) => {
			if (callId === 'one' && !asked) {
				asked = true;
				return slow;
			}
			return lasting(20)(callId, seconds);
		});
		const watching = { interval: SECOND, timeout: 5 * MINUTE };
		const endings = ['one', 'two', 'three'].map(async (id) => await watch.watch(id, watching));
		await jest.advanceTimersByTimeAsync(3 * MINUTE);
		expect((await Promise.all(endings)).map(({ how }) => how)).toEqual(['ended', 'ended', 'ended']);
		const next = looks.find((at) => at > looks[0] + 0.5) ?? Infinity;
		expect(next - looks[0]).toBeGreaterThanOrEqual(pause);
	},
);
