import { RecentList } from '../../../sandbox/state/recentList';

describe('a list of what is recent', () => {
	it('keeps everything up to its limit, then forgets the oldest and says how many', () => {
		const list = new RecentList<number>(10);
		for (let n = 1; n <= 10; n += 1) list.push(n);
		expect([list.items.length, list.forgotten]).toEqual([10, 0]);
		for (let n = 11; n <= 13; n += 1) list.push(n);
		expect(list.items).toEqual([4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
		expect(list.forgotten).toBe(3);
	});
});
