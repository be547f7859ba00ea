import fc from 'fast-check';

import { FAULTS, planOf } from '../../bench/soak/plan';
import { runAccount, type GivenOrder } from '../../bench/soak/runAccount';
import {
	eventAccount,
	eventKey,
	type Attempt,
	type SeenExecution,
} from '../../tools/n8n/events/eventAccount';

describe('the account of events', () => {
	const attempt = (call: string, status: number | null, answer = 'OK'): Attempt => ({
		event: 'CALL_FINISHED',
		call_id: call,
		status,
		answer: status === null ? null : answer,
	});
	let executions = 0;
	const execution = (call: string | undefined, status?: string): SeenExecution => ({
		id: String(++executions),
		status,
		about: call && eventKey('CALL_FINISHED', call),
	});

	const nothing = {
		acknowledged: 0,
		executed: 0,
		brokenOff: 0,
		unmet: 0,
		metByStartPage: 0,
		doubled: 0,
		doubledUnanswered: 0,
		empty: 0,
		endless: 0,
	};

	it.each<[string, Attempt[], SeenExecution[], Partial<ReturnType<typeof eventAccount>>]>([
		[
			'counts an event once, however often it was acknowledged',
			[attempt('a', 200), attempt('a', 200)],
			[execution('a', 'success')],
			{ acknowledged: 1, executed: 1 },
		],
		['leaves out what was never acknowledged', [attempt('a', 503), attempt('a', null)], [], {}],
		['finds an event without an execution', [attempt('a', 200)], [], { acknowledged: 1, unmet: 1 }],
		[
			'tells an event that only the page of a starting n8n acknowledged',
			[attempt('a', 503), attempt('a', 200, 'n8n is starting up. Please wait')],
			[],
			{ acknowledged: 1, unmet: 1, metByStartPage: 1 },
		],
		[
			'does not blame that page when the trigger acknowledged the event too',
			[attempt('a', 200, 'n8n is starting up. Please wait'), attempt('a', 200)],
			[],
			{ acknowledged: 1, unmet: 1 },
		],
		[
			'counts an event as broken off if none of its executions succeeded',
			[attempt('a', 200), attempt('b', 200)],
			[execution('a', 'crashed'), execution('b', 'running')],
			{ acknowledged: 2, brokenOff: 2, endless: 1 },
		],
		[
			'counts executions beyond the first',
			[attempt('a', 200), attempt('a', 200)],
			[execution('a', 'success'), execution('a', 'error'), execution('a', 'success')],
			{ acknowledged: 1, executed: 1, doubled: 2 },
		],
		[
			'tells those that a delivery without an answer may have started',
			[attempt('a', null), attempt('a', 500), attempt('a', 401), attempt('a', 200)],
			[1, 2, 3, 4].map(() => execution('a', 'success')),
			{ acknowledged: 1, executed: 1, doubled: 3, doubledUnanswered: 2 },
		],
		[
			'counts executions that n8n stored without their event, or cannot show',
			[],
			[execution(undefined, 'error'), execution(undefined)],
			{ empty: 2 },
		],
	])('%s', (_, attempts, seen, expected) => {
		const account = eventAccount(attempts, seen);
		expect(account).toEqual({ deliveries: attempts.length, ...nothing, ...expected });
	});

	it('puts every acknowledged event under one heading, and every execution too', () => {
		const calls = fc.constantFrom('a', 'b', 'c');
		const statuses = fc.constantFrom('success', 'error', 'crashed', 'running', undefined);
		fc.assert(
			fc.property(
				fc.array(fc.tuple(calls, fc.constantFrom(200, 401, 500, null))),
				fc.array(fc.tuple(fc.option(calls, { nil: undefined }), statuses)),
				(deliveries, ended) => {
					const account = eventAccount(
						deliveries.map(([call, status]) => attempt(call, status)),
						ended.map(([call, status]) => execution(call, status)),
					);
					expect(account.executed + account.brokenOff + account.unmet).toBe(account.acknowledged);
					const met = new Set(ended.flatMap(([call]) => call ?? [])).size;
					expect(met + account.doubled + account.empty).toBe(ended.length);
					expect(account.doubledUnanswered).toBeLessThanOrEqual(account.doubled);
				},
			),
		);
	});
});

describe('the account of runs', () => {
	const order = (run: string, numbers: string[], taken = true): GivenOrder => ({
		kind: run.startsWith('campaign') ? 'campaign' : 'calls',
		run,
		numbers,
		taken,
	});

	it('counts who was called twice and which campaigns were started twice', () => {
		const account = runAccount(
			[
				order('calls 1', ['+1', '+2']),
				order('calls 2', ['+3']),
				order('calls 3', ['+4'], false),
				order('campaign 4', ['+5', '+6']),
				order('campaign 5', ['+7']),
			],
			[
				{ id: '1', status: 'success', about: 'calls 1' },
				{ id: '2', status: 'crashed', about: 'calls 2' },
				{ id: '3', status: 'success', about: 'campaign 4' },
				{ id: '4', status: 'error', about: 'campaign 4' },
				{ id: '5', status: 'error' },
			],
			{
				called: ['+1', '+2', '+3', '+3', '+4'],
				started: [
					{ campaignId: 'x', run: 'campaign 4' },
					{ campaignId: 'y', run: 'campaign 4' },
				],
				dialed: [
					{ run: 'campaign 4', number: '+5' },
					{ run: 'campaign 4', number: '+6' },
					{ run: 'campaign 4', number: '+5' },
				],
			},
		);
		expect(account).toEqual({
			runs: 4,
			succeeded: 2,
			failed: 1,
			unmet: 1,
			asked: 3,
			called: 4,
			calledTwice: 1,
			campaigns: 2,
			startedTwice: 1,
			dialedTwice: 1,
		});
	});
});

describe('the plan of faults', () => {
	it('is the same for the same seed, has every fault, and stays within the time', () => {
		fc.assert(
			fc.property(fc.nat(), fc.integer({ min: 3, max: 90 }), (seed, minutes) => {
				const plan = planOf(seed, minutes);
				expect(planOf(seed, minutes)).toEqual(plan);
				expect(new Set(plan.slice(0, FAULTS.length).map(({ kind }) => kind)).size).toBe(
					FAULTS.length,
				);
				const times = plan.map(({ atMs }) => atMs);
				expect(times).toEqual([...times].sort((one, other) => one - other));
				expect(Math.max(...times)).toBeLessThan(minutes * 60_000);
				expect(plan.filter(({ downMs }) => downMs < 1000)).toEqual([]);
				expect(plan.filter(({ which }) => which !== 0 && which !== 1)).toEqual([]);
			}),
		);
	});

	it('differs from seed to seed', () => {
		expect(planOf(1, 15)).not.toEqual(planOf(2, 15));
	});
});
