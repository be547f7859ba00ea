import { createHook } from 'node:async_hooks';

import { Clock } from '../../../sandbox/state/clock';

describe('the clock', () => {
	let clock: Clock;
	beforeEach(() => {
		clock = new Clock(0);
	});
	afterEach(() => clock.stop());

	it('starts at the real time', () => {
		expect(Math.abs(clock.now() - Date.now())).toBeLessThan(1000);
	});

	it('stands still at speed 0 but for jumps', async () => {
		const start = clock.now();
		expect(clock.now()).toBe(start);
		await clock.advanceTo(start + 5000);
		expect(clock.now()).toBe(start + 5000);
	});

	it('runs what comes due in order, each at its own time, what is scheduled on the way included', async () => {
		const start = clock.now();
		const ran: Array<[string, number]> = [];
		const note = (name: string, at: number) => ran.push([name, at - start]);
		clock.at(start + 300, (at) => note('late', at));
		clock.at(start + 100, (at) => {
			note('early', at);
			clock.at(at + 50, (then) => note('child', then));
			clock.at(at + 5000, (then) => note('beyond', then));
		});
		clock.at(start + 100, (at) => note('early too', at));
		await clock.advanceTo(start + 1000);
		expect(ran).toEqual([
			['early', 100],
			['early too', 100],
			['child', 150],
			['late', 300],
		]);
		expect(clock.isDue(start + 5099)).toBe(false);
		expect(clock.isDue(start + 5100)).toBe(true);
	});

	it('runs things by itself, as fast as its speed says', async () => {
		const start = clock.now();
		clock.setSpeed(1000);
		const at = await new Promise<number>((resolve) => clock.at(start + 60_000, resolve));
		expect(at).toBe(start + 60_000);
		expect(clock.now()).toBeGreaterThanOrEqual(start + 60_000);
	});

	it('keeps 100,000 things waiting with a single timer', async () => {
		clock.setSpeed(1);
		let timers = 0;
		const hook = createHook({ init: (_, type) => (timers += Number(type === 'Timeout')) });
		hook.enable();
		try {
			const start = clock.now();
			let ran = 0;
			for (let n = 0; n < 100_000; n += 1) clock.at(start + 3_600_000 + n, () => (ran += 1));
			expect(timers).toBe(1);
			await clock.advanceTo(start + 2 * 3_600_000);
			expect(ran).toBe(100_000);
		} finally {
			hook.disable();
		}
	});
});
