import fc from 'fast-check';

import type { Answer } from '../../nodes/shared/api/answers';
import {
	deletedBefore,
	exchange,
	pauseUnlessAborted,
	type RetryPolicy,
} from '../../nodes/shared/api/exchange';

/** What the other side does with one attempt: an answer's status, or a code it breaks with. */
type Happening = number | string;

const isValidBody = () => true;
const POST: RetryPolicy = { idempotent: false };
const GET: RetryPolicy = { idempotent: true };
const DELETE: RetryPolicy = { idempotent: true, doneBefore: deletedBefore, isValidBody };

/** Runs an exchange in virtual time; the last happening goes on for ever. */
async function play(
	happenings: Happening[],
	policy: RetryPolicy,
	headers: Record<string, unknown> = {},
) {
	const times: number[] = [];
	const started = Date.now();
	const request = async (): Promise<Answer> => {
		const happening = happenings[Math.min(times.length, happenings.length - 1)];
		times.push(Date.now() - started);
		if (typeof happening === 'string') throw Object.assign(new Error(), { code: happening });
		return { statusCode: happening, headers, body: {} };
	};
	const going = exchange(request, policy);
	await jest.runAllTimersAsync();
	const ended = await going;
	return { fate: ended.fate, attempts: times.length, times };
}

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

describe('how often a request is sent', () => {
	it.each<[string, Happening[], RetryPolicy, { fate: string; attempts: number }]>([
		['a success', [200], POST, { fate: 'done', attempts: 1 }],
		['a refusal', [400], GET, { fate: 'refused', attempts: 1 }],
		['a redirect', [302], GET, { fate: 'refused', attempts: 1 }],
		['a redirect to the result of a POST', [303], POST, { fate: 'unknown', attempts: 1 }],
		['a redirect like any other of a GET', [303], GET, { fate: 'refused', attempts: 1 }],
		['too many requests, then a success', [429, 429, 200], POST, { fate: 'done', attempts: 3 }],
		['too many requests for ever', [429], POST, { fate: 'busy', attempts: 4 }],
		['nobody there, then a success', ['ECONNREFUSED', 202], POST, { fate: 'done', attempts: 2 }],
		['nobody there', ['ECONNREFUSED'], POST, { fate: 'unreached', attempts: 4 }],
		['a fault after a POST', [500], POST, { fate: 'unknown', attempts: 1 }],
		['a broken connection after a POST', ['ECONNRESET'], POST, { fate: 'unknown', attempts: 1 }],
		['a fault after a GET', [500], GET, { fate: 'unknown', attempts: 4 }],
		[
			'a fault after a GET, then a success',
			[503, 'ECONNRESET', 200],
			GET,
			{ fate: 'done', attempts: 3 },
		],
		[
			'too many requests, then a fault after a POST',
			[429, 500, 200],
			POST,
			{ fate: 'unknown', attempts: 2 },
		],
		[
			'a deletion whose answer was lost',
			['ECONNRESET', 404],
			DELETE,
			{ fate: 'done', attempts: 2 },
		],
		['a deletion of what was not there', [404], DELETE, { fate: 'refused', attempts: 1 }],
		[
			'a deletion of unknown fate that is refused for another reason',
			[500, 403],
			DELETE,
			{ fate: 'refused', attempts: 2 },
		],
		[
			'a deletion that was turned away before',
			[429, 404],
			DELETE,
			{ fate: 'refused', attempts: 2 },
		],
		[
			'nobody there after a PUT of unknown fate',
			[500, 'ECONNREFUSED'],
			GET,
			{ fate: 'unknown', attempts: 4 },
		],
	])('%s', async (_, happenings, policy, expected) => {
		expect(await play(happenings, policy)).toMatchObject(expected);
	});

	it('is sent once when it may have been done and repeating is not safe', async () => {
		const happening = fc.constantFrom<Happening>(
			200,
			302,
			400,
			401,
			404,
			429,
			500,
			502,
			'ECONNRESET',
			'ECONNREFUSED',
			'ECONNABORTED',
			'ENOTFOUND',
		);
		await fc.assert(
			fc.asyncProperty(fc.array(happening, { minLength: 1, maxLength: 6 }), async (happenings) => {
				const { attempts, fate } = await play(happenings, POST);
				const reached = happenings
					.slice(0, attempts)
					.filter((one) =>
						typeof one === 'number' ? one !== 429 : !['ECONNREFUSED', 'ENOTFOUND'].includes(one),
					);
				expect(attempts).toBeLessThanOrEqual(4);
				expect(reached.length).toBeLessThanOrEqual(1);
				const last = happenings[Math.min(attempts, happenings.length) - 1];
				if (fate === 'done') expect(last).toBe(200);
			}),
		);
	});
});

describe('the pause before a repetition', () => {
	it('doubles, and is spread over half of itself', async () => {
		for (const spread of [0, 0.999]) {
			const random = jest.spyOn(Math, 'random').mockReturnValue(spread);
			const { times } = await play([500], GET);
			random.mockRestore();
			const pauses = times.slice(1).map((time, n) => time - times[n]);
			const factor = 0.5 + spread / 2;
			expect(pauses.map(Math.round)).toEqual(
				[500, 1000, 2000].map((ms) => Math.round(ms * factor)),
			);
		}
	});

	it('is what Samora asks, in seconds or until a date', async () => {
		expect((await play([429, 200], POST, { 'retry-after': '7' })).times).toEqual([0, 7000]);
		const date = new Date(Math.floor(Date.now() / 1000) * 1000 + 9000).toUTCString();
		const { times } = await play([503, 200], GET, { 'retry-after': date });
		expect(times[1]).toBeGreaterThan(7900);
		expect(times[1]).toBeLessThanOrEqual(9000);
	});

	it.each(['0', '-30', 'Wed, 21 Oct 2015 07:28:00 GMT', 'soon'])(
		'is a pause all the same when Samora asks for %j',
		async (given) => {
			const { attempts, times } = await play([429], POST, { 'retry-after': given });
			expect(attempts).toBe(4);
			const pauses = times.slice(1).map((time, n) => time - times[n]);
			expect(Math.min(...pauses)).toBeGreaterThanOrEqual(250);
		},
	);

	it('is left out when Samora asks for more than a minute', async () => {
		expect(await play([429], POST, { 'retry-after': '60' })).toMatchObject({ attempts: 4 });
		expect(await play([429], POST, { 'retry-after': '61' })).toEqual({
			fate: 'busy',
			attempts: 1,
			times: [0],
		});
	});
});

describe('an exchange whose execution a person stops', () => {
	it('sends nothing more', async () => {
		expect(await play([200], { ...POST, signal: AbortSignal.abort() })).toEqual({
			fate: 'cancelled',
			attempts: 0,
			times: [],
		});
	});

	it.each([
		[429, POST, 'busy'],
		[500, GET, 'unknown'],
	])('ends the waiting at once, and says what became of it: %i', async (status, policy, fate) => {
		const stop = new AbortController();
		let attempts = 0;
		const going = exchange(
			async () => {
				attempts++;
				return { statusCode: status, headers: { 'retry-after': '30' }, body: {} };
			},
			{ ...policy, signal: stop.signal },
		);
		await jest.advanceTimersByTimeAsync(10);
		stop.abort();
		expect((await going).fate).toBe(fate);
		expect(attempts).toBe(1);
	});

	it('leaves no listener behind', async () => {
		const { signal } = new AbortController();
		const [add, remove] = [
			jest.spyOn(signal, 'addEventListener'),
			jest.spyOn(signal, 'removeEventListener'),
		];
		const pause = pauseUnlessAborted(2500, signal);
		await jest.runAllTimersAsync();
		await pause;
		expect(add).toHaveBeenCalledTimes(1);
		expect(remove).toHaveBeenCalledWith('abort', add.mock.calls[0][1]);
	});
});
