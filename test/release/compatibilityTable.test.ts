import { compatibilityTable, withTrials, type Trial } from '../../tools/release/compatibilityTable';

const trial = (n8n: string, node: string, outcome: Partial<Trial> = {}): Trial => ({
	n8n,
	node,
	passed: 7,
	failed: 0,
	on: '2026-11-24',
	package: '0.1.0',
	...outcome,
});

describe('the table of what works with what', () => {
	it('keeps the newest trial of each n8n under each major Node, in order', () => {
		const earlier = [trial('2.41.1', '24.1.0'), trial('1.123.81', '22.1.0', { failed: 1 })];
		const newer = [trial('1.123.81', '22.2.0'), trial('1.85.4', '22.2.0')];
		expect(withTrials(earlier, newer)).toEqual([
			trial('1.85.4', '22.2.0'),
			trial('1.123.81', '22.2.0'),
			trial('2.41.1', '24.1.0'),
		]);
	});

	it('says what works, what does not, and what has to be set', () => {
		const trials = [
			trial('1.85.4', '20.1.0', { failed: 2, passed: 5 }),
			trial('1.123.81', '24.1.0'),
			trial('2.41.1', '24.1.0', { passed: 0 }),
		];
		const table = compatibilityTable(trials, ({ n8n }) => (n8n === '1.85.4' ? ['A=b'] : []));
		expect(table.split('\n').slice(2)).toEqual([
			'| 1.85.4 | 20.1.0 | Fails 2 of 7 tests | `A=b` | 2026-11-24 |',
			'| 1.123.81 | 24.1.0 | Works | None | 2026-11-24 |',
			'| 2.41.1 | 24.1.0 | Fails 0 of 0 tests | None | 2026-11-24 |',
		]);
	});
});
