import { EngineLoop } from '../../nodes/Samora/sending/engineLoop';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** How asking whether an item may be sent ends, if it has by now. */
async function soFar(asked: Promise<boolean>): Promise<boolean | 'waits'> {
	await jest.advanceTimersByTimeAsync(0);
	return await Promise.race([asked, Promise.resolve('waits' as const)]);
}

describe('items that n8n starts all at once', () => {
	it('may be sent when all have arrived', async () => {
		const loop = new EngineLoop(3, undefined, false);
		for (const item of [0, 1, 2]) expect(loop.arrive(item)).toBe(true);
		await Promise.resolve();
		expect(await soFar(loop.mayProceed())).toBe(true);
		expect(await loop.end()).toBe(3);
	});

	it('may not be sent when one did not come this far, and nobody waits for it', async () => {
		const loop = new EngineLoop(3, undefined, false);
		loop.arrive(0);
		loop.arrive(2);
		expect(await loop.end()).toBe(2);
		expect(await soFar(loop.mayProceed())).toBe(false);
	});

	it('may be sent without it where n8n goes on after such an item', async () => {
		const loop = new EngineLoop(3, undefined, true);
		loop.arrive(1);
		expect(await soFar(loop.mayProceed())).toBe(true);
	});

	it.each([0, 1])(
		'belong to another loop in the next try, whichever is first (%i)',
		async (first) => {
			const loop = new EngineLoop(2, undefined, false);
			loop.arrive(1);
			await loop.end();
			expect(loop.arrive(first)).toBe(false);
		},
	);
});

describe('items that n8n starts in batches', () => {
	const PACING = { size: 2, pause: 1000 };

	it('may be sent until the next batch is due, and once it has come', async () => {
		const loop = new EngineLoop(4, PACING, false);
		loop.arrive(0);
		loop.arrive(1);
		expect(await soFar(loop.mayProceed())).toBe(true);
		await jest.advanceTimersByTimeAsync(1000);
		const asked = loop.mayProceed();
		expect(await soFar(asked)).toBe('waits');
		loop.arrive(2);
		loop.arrive(3);
		expect(await soFar(asked)).toBe(true);
	});

	it('may not be sent when the next batch never comes, and nobody waits for it', async () => {
		const loop = new EngineLoop(4, PACING, false);
		loop.arrive(0);
		loop.arrive(1);
		await jest.advanceTimersByTimeAsync(1000);
		const asked = loop.mayProceed();
		expect(await soFar(asked)).toBe('waits');
		await jest.advanceTimersByTimeAsync(60_000);
		expect(await soFar(asked)).toBe(false);
		expect(await loop.end()).toBe(2);
	});
});
