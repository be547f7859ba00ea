import fc from 'fast-check';

import { Refusal } from '../../nodes/shared/parameters';
import { itemList, listed, refusedRows } from '../../nodes/shared/itemList';

describe('itemList', () => {
	it.each([
		[[3], 'item 3'],
		[[0, 1], 'items 0–1'],
		[[5, 0, 2, 1, 4, 9], 'items 0–2, 4–5 and 9'],
		[[0, 2, 4, 6, 8, 10, 12, 14, 16, 18], 'items 0, 2, 4, 6, 8, 10, 12, 14, 16 and 18'],
		[
			[0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 21],
			'items 0, 2, 4, 6, 8, 10, 12, 14, 16, 18 and 2 more',
		],
	])('%j', (items, words) => expect(itemList(items)).toBe(words));

	it('names or counts every item', () => {
		fc.assert(
			fc.property(fc.uniqueArray(fc.nat(200), { minLength: 1 }), (items) => {
				const words = itemList(items);
				const more = Number(/ and (\d+) more$/.exec(words)?.[1] ?? 0);
				const named = [
					...words.replace(/ and \d+ more$/, '').matchAll(/(\d+)(?:–(\d+))?/g),
				].flatMap(([, from, to = from]) =>
					Array.from({ length: Number(to) - Number(from) + 1 }, (_, n) => Number(from) + n),
				);
				expect(named.length + more).toBe(items.length);
				expect([...items].sort((a, b) => a - b).slice(0, named.length)).toEqual(named);
			}),
		);
	});
});

it.each([
	[[], ''],
	[['a'], 'a'],
	[['a', 'b'], 'a and b'],
	[['a', 'b', 'c'], 'a, b and c'],
])('listed %j', (words, sentence) => expect(listed(words)).toBe(sentence));

describe('refusedRows', () => {
	const refused = (...items: number[]) =>
		items.map((item) => ({ item, refusal: new Refusal('Name', `Name ${item} is empty`) }));

	it('says of one row what is wrong with it, and that nothing was sent', () => {
		expect(refusedRows(refused(0), 1)).toEqual({
			message: 'Name 0 is empty',
			description: 'Nothing was sent. Change it and run the node again.',
		});
		const { description } = refusedRows(refused(2), 3);
		expect(description).toContain('Nothing was sent for any of the 3 items');
		expect(description).toContain('On Error');
	});

	it('names ten rows and counts the others', () => {
		const items = Array.from({ length: 12 }, (_, n) => n + 3);
		const { message } = refusedRows(refused(...items), 20);
		expect(message).toMatch(
			/^12 of 20 items cannot be sent, so nothing was sent: \[item 3\] Name 3/,
		);
		expect(message.match(/\[item \d+\]/g)).toEqual(
			items.slice(0, 10).map((item) => `[item ${item}]`),
		);
		expect(message).toMatch(/; and 2 more$/);
	});

	it('counts none when there are no more than ten', () => {
		const items = Array.from({ length: 10 }, (_, n) => n);
		expect(refusedRows(refused(...items), 10).message).not.toMatch(/ more$/);
	});
});
