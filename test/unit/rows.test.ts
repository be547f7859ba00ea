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
			description: 'Nothing was sent. Change Name and run the node again.',
		});
		const { description } = refusedRows(refused(2), 3);
		expect(description).toContain('Nothing was sent for any of the 3 items');
		expect(description).toContain('On Error');
	});

	it('says of one row what else can be done than to change the parameter', () => {
		const kind = { reason: 'are too late', adviceForOne: 'Run the node again tomorrow' };
		const refusal = new Refusal('Calling Hours', 'It is late', kind);
		expect(refusedRows([{ item: 0, refusal }], 1).description).toBe(
			'Nothing was sent. Run the node again tomorrow.',
		);
	});

	const NO_CODE = {
		reason: 'have no country code',
		advice: 'choose a Default Country',
	};
	const without = (item: number) => ({
		item,
		refusal: new Refusal('To Number', `To Number "${item}" has no country code`, NO_CODE),
	});
	const upTo = (count: number, from = 0) => Array.from({ length: count }, (_, n) => from + n);

	it('groups many rows by what they have in common, with the rows and what to do', () => {
		const rows = [
			...[0, 2, ...upTo(15, 4)].map(without),
			{ item: 20, refusal: new Refusal('To Number', 'x', { reason: 'have no number' }) },
			...refused(22),
		];
		expect(refusedRows(rows, 30)).toEqual({
			message:
				"19 of 30 rows can't be used, so nothing was sent: 17 rows have no country code (rows 0, 2 and 4–18): choose a Default Country; 1 row has no number (row 20); Name 22 is empty (row 22)",
			description: expect.stringContaining('On Error'),
		});
	});

	it('says what did not happen in the words of the operation', () => {
		expect(refusedRows([0, 1].map(without), 2, 'nobody was called').message).toMatch(
			/^2 of 2 rows can't be used, so nobody was called: 2 rows have no country code \(rows 0–1\)/,
		);
	});

	it('gives the largest group first, and says the same sentence once', () => {
		const same = upTo(3, 5).map((item) => ({
			item,
			refusal: new Refusal('Name', 'Name is empty'),
		}));
		expect(refusedRows([without(0), ...same], 8).message).toMatch(
			/: Name is empty \(rows 5–7\); 1 row has no country code \(row 0\): choose a Default Country$/,
		);
	});

	it('stays a few hundred characters long, and accounts for every row', () => {
		const reasons = fc.constantFrom('have a', 'are b', 'do c', 'can d', 'may e', 'are f', 'have g');
		const row = fc.record({
			kind: fc.option(
				fc.record(
					{ reason: reasons, advice: fc.string({ maxLength: 80 }) },
					{ requiredKeys: ['reason'] },
				),
				{ nil: undefined },
			),
			sentence: fc.string({ maxLength: 300 }),
		});
		fc.assert(
			fc.property(fc.array(row, { minLength: 2, maxLength: 200 }), fc.nat(1e6), (all, first) => {
				const rows = all.map(({ kind, sentence }, n) => ({
					item: first + 3 * n,
					refusal: new Refusal('Name', sentence, kind),
				}));
				const { message } = refusedRows(rows, 2e6);
				expect(message.startsWith(`${all.length} of 2000000 rows`)).toBe(true);
				expect(message.length).toBeLessThan(500);
			}),
		);
		const many = upTo(60).map((n) => ({
			item: n,
			refusal: new Refusal('Name', `Name number ${n} is ${'x'.repeat(200)}`),
		}));
		const { message } = refusedRows([...many, without(99)], 100);
		const named = [...message.matchAll(/\(row \d+\)/g)].length;
		expect(message).toMatch(new RegExp(`; ${61 - named} more rows for other reasons$`));
		expect(named).toBeGreaterThan(0);
	});
});
