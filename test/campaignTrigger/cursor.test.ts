import fc from 'fast-check';

import {
	LATE_MS,
	MOST_TOLD,
	type TriggerState,
} from '../../nodes/SamoraCampaignTrigger/watch/cursor';
import type { TriggerEvent } from '../../nodes/SamoraCampaignTrigger/watch/events';
import { beginWatch, eventsSince, type Watch } from '../../nodes/SamoraCampaignTrigger/watch/watch';
import { SimulatedSamora } from './simulatedSamora';

const WATCH: Watch = {
	scope: 'all',
	statusChanges: true,
	callEnds: true,
	statuses: new Set(),
	callStatuses: new Set(),
	includeDetails: false,
	isOutOfTime: () => false,
};

/** n8n around the trigger: what it stores of the state, and when. */
class Host {
	readonly reported: TriggerEvent[] = [];
	readonly batches: TriggerEvent[][] = [];
	private stored = '';
	private memory: TriggerState | undefined;

	constructor(
		readonly samora: SimulatedSamora,
		readonly watch: Watch = WATCH,
	) {}

	async publish(): Promise<void> {
		this.memory = await beginWatch(this.samora, this.watch);
		this.store();
	}

	/** @param killed n8n starts the execution, and does not live to store the state */
	async poll({ killed = false } = {}): Promise<void> {
		const { state, events } = await eventsSince(this.samora, this.watch, this.memory!);
		this.memory = JSON.parse(JSON.stringify(state)) as TriggerState;
		this.reported.push(...events);
		if (events.length > 0) this.batches.push(events);
		if (killed) this.restart();
		else if (events.length > 0) this.store();
	}

	restart(): void {
		this.memory = JSON.parse(this.stored) as TriggerState;
	}

	get state(): TriggerState {
		return this.memory!;
	}

	private store(): void {
		this.stored = JSON.stringify(this.memory);
	}
}

type Step =
	| { do: 'campaign'; status: string }
	| { do: 'status'; campaign: number; status: string }
	| { do: 'calls'; campaign: number; count: number }
	| { do: 'finish'; campaign: number; behind: number }
	| { do: 'end'; place: number; late: number; behind: number; untimed: boolean; status: string }
	| { do: 'touch' | 'again'; place: number }
	| { do: 'wait'; seconds: number }
	| { do: 'poll'; passing: number; failing: number; killed: boolean; meanwhile: Step[] }
	| { do: 'restart' };

const place = fc.nat(50);
const STATUSES = ['DRAFT', 'IN_PROGRESS', 'PAUSED', 'FINISHED', 'CANCELLED'];

const behind = fc.constantFrom(0, 0, 0, 1000, 90_000, LATE_MS / 2 - 60_000);

const end = fc.record({
	do: fc.constant('end' as const),
	place,
	late: fc.constantFrom(0, 0, 0, 1000, 90_000, LATE_MS / 2),
	behind,
	untimed: fc.constantFrom(false, false, false, true),
	status: fc.constantFrom('CALL_FINISHED', 'UNANSWERED', 'FAILED'),
});

const step = ({ kills }: { kills: boolean }): fc.Arbitrary<Step> =>
	fc.oneof(
		fc.record({
			do: fc.constant('campaign' as const),
			status: fc.constantFrom('DRAFT', 'IN_PROGRESS'),
		}),
		fc.record({
			do: fc.constant('status' as const),
			campaign: place,
			status: fc.constantFrom(...STATUSES),
		}),
		fc.record({
			do: fc.constant('calls' as const),
			campaign: place,
			count: fc.integer({ min: 1, max: 30 }),
		}),
		{ weight: 6, arbitrary: end },
		fc.record({ do: fc.constant('finish' as const), campaign: place, behind }),
		fc.record({ do: fc.constantFrom('touch' as const, 'again' as const), place }),
		{
			weight: 3,
			arbitrary: fc.record({
				do: fc.constant('wait' as const),
				seconds: fc.constantFrom(0, 1, 40, 61, 100, 1000),
			}),
		},
		{
			weight: 3,
			arbitrary: fc.record({
				do: fc.constant('poll' as const),
				passing: fc.constantFrom(Infinity, Infinity, 0, 1, 2, 5),
				failing: fc.integer({ min: 1, max: 6 }),
				killed: kills ? fc.boolean() : fc.constant(false),
				meanwhile: fc.array(end, { maxLength: 12 }),
			}),
		},
		fc.record({ do: fc.constant('restart' as const) }),
	);

async function run(steps: readonly Step[]): Promise<{ host: Host; before: number }> {
	const samora = new SimulatedSamora();
	const host = new Host(samora);
	samora.addCampaign('IN_PROGRESS');
	samora.addCalls(0, 12);
	for (let n = 0; n < 4; n++) samora.end(0);
	await host.publish();
	const before = samora.callList.reduce((sum, { ends }) => sum + ends, 0);
	for (const one of steps) await take(one, host);
	// Calls are reported late at worst, never not at all.
	samora.passing = Infinity;
	samora.now += LATE_MS;
	await host.poll();
	await host.poll();
	return { host, before };
}

async function take(one: Step, host: Host): Promise<void> {
	const { samora } = host;
	if (one.do === 'campaign') samora.addCampaign(one.status);
	if (one.do === 'status') samora.setStatus(one.campaign, one.status);
	if (one.do === 'calls') samora.addCalls(one.campaign, one.count);
	if (one.do === 'end') samora.end(one.place, one);
	if (one.do === 'finish') samora.finish(one.campaign, one);
	if (one.do === 'touch') samora.touch(one.place);
	if (one.do === 'wait') samora.now += one.seconds * 1000;
	if (one.do === 'again') {
		// A campaign waits a minute at least before it calls again, and its polls see that it does.
		samora.now += 61_000;
		await host.poll();
		samora.callAgain(one.place);
		await host.poll();
	}
	if (one.do === 'restart') host.restart();
	if (one.do === 'poll') {
		Object.assign(samora, { passing: one.passing, failing: one.failing });
		samora.meanwhile = one.meanwhile.map((step) => () => {
			samora.now += 3;
			void take(step, host);
		});
		await host.poll(one);
		Object.assign(samora, { passing: Infinity, failing: 0, meanwhile: [] });
	}
	samora.now += 7;
}

const endsReported = (host: Host): Map<string, number> => {
	const ends = new Map<string, number>();
	for (const { event, id } of host.reported) {
		if (event === 'CAMPAIGN_CALL_ENDED') ends.set(String(id), (ends.get(String(id)) ?? 0) + 1);
	}
	return ends;
};

/** Calls whose ends after publishing were reported another number of times. */
function miscounted({
	host,
	isWrong,
}: {
	host: Host;
	isWrong: (reported: number, is: number) => boolean;
}) {
	const reported = endsReported(host);
	return host.samora.callList
		.map(({ id, ends }, n) => ({ id, reported: reported.get(id) ?? 0, is: ends - (n < 4 ? 1 : 0) }))
		.filter((one) => isWrong(one.reported, one.is));
}

describe('whatever happens at Samora between the polls', () => {
	it('each end of a call is reported once, also after faults and restarts', async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(step({ kills: false }), { maxLength: 60 }), async (steps) => {
				const { host } = await run(steps);
				expect(miscounted({ host, isWrong: (reported, is) => reported !== is })).toEqual([]);
			}),
			{ numRuns: 400 },
		);
	});

	it('each end is reported at least once when n8n is killed before it could store the state', async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(step({ kills: true }), { maxLength: 60 }), async (steps) => {
				const { host } = await run(steps);
				expect(miscounted({ host, isWrong: (reported, is) => reported < is })).toEqual([]);
			}),
			{ numRuns: 200 },
		);
	});

	it('the events of a poll are in the order of their times', async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(step({ kills: false }), { maxLength: 60 }), async (steps) => {
				const { host } = await run(steps);
				const unsorted = host.batches.filter((events) => {
					const ends = events
						.filter(({ event }) => event === 'CAMPAIGN_CALL_ENDED')
						.map(({ ended_at, updated_at }) => String(ended_at ?? updated_at));
					return ends.join() !== [...ends].sort().join();
				});
				expect(unsorted).toEqual([]);
			}),
			{ numRuns: 100 },
		);
	});

	it('changes of a status follow each other, down to the one the campaign has', async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(step({ kills: false }), { maxLength: 60 }), async (steps) => {
				const { host } = await run(steps);
				for (const { id, status } of host.samora.campaignList) {
					const changes = host.reported.filter(
						(event) => event.event === 'CAMPAIGN_STATUS_CHANGED' && event.id === id,
					);
					const chain = changes.map(({ previous_status }) => previous_status);
					const became = changes.map((change) => change.status);
					expect(chain.slice(1)).toEqual(became.slice(0, -1));
					expect(chain[0] ?? null).toBe(id === 'campaign 0' && changes[0] ? 'IN_PROGRESS' : null);
					expect(became[became.length - 1] ?? 'IN_PROGRESS').toBe(status);
				}
			}),
			{ numRuns: 200 },
		);
	});
});

it('calls of a running campaign are reported though its figures are behind', async () => {
	const samora = new SimulatedSamora();
	const host = new Host(samora);
	samora.addCampaign('IN_PROGRESS');
	samora.addCalls(0, 2);
	samora.oldStats = samora.statsOf(0);
	await host.publish();
	samora.end(0);
	await host.poll();
	expect(endsReported(host).size).toBe(1);
});

it('a campaign is finished after its calls, whatever time it gives', async () => {
	const samora = new SimulatedSamora();
	const host = new Host(samora);
	samora.addCampaign('IN_PROGRESS');
	samora.addCalls(0, 2);
	await host.publish();
	samora.setStatus(0, 'FINISHED');
	samora.now += 5000;
	samora.end(0);
	samora.end(0);
	await host.poll();
	expect(host.reported.map(({ status }) => status)).toEqual([
		'CALL_FINISHED',
		'CALL_FINISHED',
		'FINISHED',
	]);
});

describe('an end that the list of calls has later than the figures of the campaign', () => {
	const OVER = ['FINISHED', 'CANCELLED', 'FAILED', 'PAUSED'];
	const BEHIND = [1000, 60_000, LATE_MS - 1000];
	const MINUTE = 60_000;

	/** Its last call has ended, as its figures say, long after the workflow was published. */
	async function over(status: string, behind: number): Promise<Host> {
		const samora = new SimulatedSamora();
		const host = new Host(samora);
		samora.addCampaign('IN_PROGRESS');
		samora.addCalls(0, 1);
		await host.publish();
		samora.now += 60 * MINUTE;
		await host.poll();
		samora.end(0, { behind });
		samora.setStatus(0, status);
		await host.poll();
		expect(endsReported(host).size).toBe(0);
		return host;
	}

	it.each(OVER.flatMap((status) => BEHIND.map((behind) => [status, behind] as const)))(
		'is reported once when the campaign is %s by then: %d ms later',
		async (status, behind) => {
			const host = await over(status, behind);
			for (let polls = 0; polls < 15; polls++) {
				host.samora.now += MINUTE;
				await host.poll();
			}
			expect([...endsReported(host)]).toEqual([['call 0', 1]]);
		},
	);

	it('is reported once although n8n is away until long after it', async () => {
		const host = await over('FINISHED', MINUTE);
		host.restart();
		host.samora.now += 24 * 60 * MINUTE;
		await host.poll();
		await host.poll();
		expect([...endsReported(host)]).toEqual([['call 0', 1]]);
	});

	it('is reported when the campaign was over just before the workflow was published', async () => {
		const samora = new SimulatedSamora();
		const host = new Host(samora);
		samora.addCampaign('IN_PROGRESS');
		samora.addCalls(0, 1);
		samora.oldStats = samora.statsOf(0);
		samora.setStatus(0, 'CANCELLED');
		samora.now += 1000;
		await host.publish();
		samora.now += MINUTE;
		samora.end(0);
		await host.poll();
		expect([...endsReported(host)]).toEqual([['call 0', 1]]);
	});

	it.each(OVER)('has a %s campaign read for ten minutes, and no longer', async (status) => {
		const host = await over(status, 1000);
		const asked: number[] = [];
		for (let polls = 0; polls < 60; polls++) {
			host.samora.now += MINUTE;
			const before = host.samora.requests;
			await host.poll();
			asked.push(host.samora.requests - before);
		}
		const LIST_AND_CALLS = 2;
		expect(asked).toEqual([...Array(10).fill(LIST_AND_CALLS), ...Array(50).fill(1)]);
		expect(JSON.stringify(host.state)).not.toContain('readUntil');
	});

	it('does not keep what happens elsewhere waiting', async () => {
		const samora = new SimulatedSamora();
		let isOutOfTime = false;
		const host = new Host(samora, { ...WATCH, isOutOfTime: () => isOutOfTime });
		for (let campaign = 0; campaign < 20; campaign++) {
			samora.addCampaign('IN_PROGRESS');
			samora.addCalls(campaign, 1);
		}
		await host.publish();
		for (let campaign = 0; campaign < 19; campaign++) samora.setStatus(campaign, 'FINISHED');
		samora.now += MINUTE;
		await host.poll();
		isOutOfTime = true;
		samora.now += MINUTE;
		samora.end(19);
		await host.poll();
		expect([...endsReported(host)]).toEqual([['call 19', 1]]);
	});
});

describe('a campaign of 10,000 calls', () => {
	it('has all of them reported once, and leaves a small state', async () => {
		const samora = new SimulatedSamora();
		const host = new Host(samora);
		samora.addCampaign('IN_PROGRESS');
		await host.publish();
		samora.addCalls(0, 10_000);
		for (const call of samora.callList) {
			samora.now += 5;
			Object.assign(call, {
				status: 'CALL_FINISHED',
				endedAt: samora.now,
				updatedAt: samora.now,
				ends: 1,
			});
		}
		samora.setStatus(0, 'FINISHED');
		await host.poll();
		await host.poll();
		expect(endsReported(host).size).toBe(10_000);
		expect(host.reported).toHaveLength(10_001);
		expect(host.reported[10_000]).toMatchObject({
			event: 'CAMPAIGN_STATUS_CHANGED',
			status: 'FINISHED',
		});
		const remembered = Object.values(host.state.campaigns).flatMap(({ reported = {} }) =>
			Object.keys(reported),
		);
		expect(remembered.length).toBeLessThanOrEqual(MOST_TOLD);
		expect(JSON.stringify(host.state).length).toBeLessThan(MOST_TOLD * 30);
		samora.now += LATE_MS + 1000;
		await host.poll();
		await host.poll();
		expect(JSON.stringify(host.state).length).toBeLessThan(300);
	});
});

describe('details', () => {
	const detailed: Watch = { ...WATCH, includeDetails: true };

	it('come with each ended call', async () => {
		const samora = new SimulatedSamora();
		const host = new Host(samora, detailed);
		samora.addCampaign('IN_PROGRESS');
		samora.addCalls(0, 3);
		await host.publish();
		samora.end(0);
		await host.poll();
		expect(host.reported).toEqual([
			expect.objectContaining({
				id: 'call 0',
				call_id: 'call 0',
				call_variables: { of: 'call 0' },
			}),
		]);
	});

	it.each([
		['and then that it is finished', true],
		['also of a campaign that is finished by then', false],
	])(
		'that there is no time for are reported by the next polls, once, in order, %s',
		async (_, statusChanges) => {
			const samora = new SimulatedSamora();
			let asked = 0;
			const host = new Host(samora, {
				...detailed,
				statusChanges,
				isOutOfTime: () => asked++ > 40,
			});
			samora.addCampaign('IN_PROGRESS');
			samora.addCalls(0, 200);
			await host.publish();
			for (let n = 0; n < 200; n++) {
				samora.now += 13;
				samora.end(0);
			}
			samora.setStatus(0, 'FINISHED');
			for (let polls = 0; polls < 10; polls++) {
				samora.now += 60_000;
				asked = 0;
				await host.poll();
			}
			expect(host.batches.length).toBeGreaterThan(3);
			expect(host.reported.map(({ id }) => id)).toEqual([
				...Array.from({ length: 200 }, (__, n) => `call ${n}`),
				...(statusChanges ? ['campaign 0'] : []),
			]);
		},
	);

	it('that there is no time for are reported later, though calls that are not asked for ended after them', async () => {
		const samora = new SimulatedSamora();
		let asked = 0;
		const host = new Host(samora, {
			...detailed,
			callStatuses: new Set(['UNANSWERED']),
			isOutOfTime: () => asked++ > 5,
		});
		samora.addCampaign('IN_PROGRESS');
		samora.addCalls(0, 200);
		await host.publish();
		for (let n = 0; n < 200; n++) {
			samora.now += 13_000;
			samora.end(0, { status: n % 2 === 0 ? 'UNANSWERED' : 'FAILED' });
		}
		for (let polls = 0; polls < 10; polls++) {
			asked = 0;
			await host.poll();
		}
		expect(host.batches.length).toBeGreaterThan(2);
		expect(host.reported).toHaveLength(100);
	});

	it('that Samora does not have lose no event', async () => {
		const samora = new SimulatedSamora();
		const host = new Host(samora, detailed);
		samora.addCampaign('IN_PROGRESS');
		samora.addCalls(0, 1);
		await host.publish();
		samora.end(0);
		jest
			.spyOn(samora, 'call')
			.mockImplementation(
				async () => await samora.constructor.prototype.call.call(samora, 'nobody'),
			);
		await host.poll();
		expect(host.reported).toEqual([
			expect.objectContaining({
				event: 'CAMPAIGN_CALL_ENDED',
				id: 'call 0',
				details_unavailable: "Samora can't find this call",
			}),
		]);
	});
});
