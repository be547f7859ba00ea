import type { IDataObject } from 'n8n-workflow';

import type { Exchange } from '../../nodes/shared/api/exchange';
import { hasList, listOf, pagesOf, wanted, type PagesResult } from '../../nodes/shared/api/listing';

const answered = (data: IDataObject): Exchange => ({
	fate: 'done',
	answer: { statusCode: 200, headers: {}, body: { data } },
});

/** An API with so many elements, that answers each page as it is told to. */
function api(count: number, data: (page: number) => IDataObject = () => ({ total: count })) {
	const asked: IDataObject[] = [];
	return {
		asked,
		request: async (query: IDataObject): Promise<Exchange> => {
			asked.push(query);
			const [page, size] = [Number(query.page), Number(query.page_size)];
			const calls = Array.from({ length: count }, (_, n) => ({ id: `${n}`, n }));
			return answered({ calls: calls.slice((page - 1) * size, page * size), ...data(page) });
		},
	};
}

/** A list that changes between its requests. */
function moving(start: number[], change: (list: number[], requests: number) => number[]) {
	let list = start;
	const asked: number[] = [];
	const seen = {
		asked,
		now: () => list,
		request: async ({ page, page_size }: IDataObject): Promise<Exchange> => {
			asked.push(Number(page));
			const from = (Number(page) - 1) * Number(page_size);
			const calls = list.slice(from, from + Number(page_size)).map((n) => ({ id: `${n}`, n }));
			const answer = answered({ calls, total: list.length });
			list = change(list, asked.length);
			// The first of those that are under way is answered last.
			for (let turn = asked.length % 5; turn < 5; turn++) await Promise.resolve();
			return answer;
		},
	};
	return seen;
}

const read = pagesOf('calls');
const from = (first: number, count: number) => Array.from({ length: count }, (_, n) => first + n);
const numbers = (pages: PagesResult) =>
	pages.kind === 'read' ? pages.elements.map(({ n }) => n) : { ended: pages.result };

describe('pagesOf', () => {
	it.each([
		['a total', (count: number) => ({ total: count })],
		['no total', () => ({})],
		['a total that is too large', (count: number) => ({ total: count + 1000 })],
		['a total that is no number', () => ({ total: 'many' })],
	])('reads all there is from an API that gives %s', async (_, data) => {
		for (const count of [0, 1, 99, 100, 101, 200, 250, 1234]) {
			const { request, asked } = api(count, () => data(count));
			expect(numbers(await read(request, {}))).toEqual(from(0, count));
			expect(asked.length).toBeLessThanOrEqual(Math.floor(count / 100) + 7);
		}
	});

	it('reads elements without an id too', async () => {
		const calls = from(0, 100).map((n) => ({ n }));
		const request = async () => answered({ calls, total: 300 });
		expect(numbers(await read(request, {}))).toEqual(
			[...calls, ...calls, ...calls].map(({ n }) => n),
		);
	});

	it.each([
		['and says so', (page_size: number) => ({ page_size })],
		['and does not say so', () => ({})],
	])('reads all there is from an API that gives less at a time %s', async (_, said) => {
		for (const count of [0, 9, 10, 11, 95, 250]) {
			const { request } = api(count);
			const capped = async (query: IDataObject) => {
				const ended = await request({ ...query, page_size: 10 });
				const { data } = (ended as { answer: { body: { data: IDataObject } } }).answer.body;
				return answered({ ...data, ...said(10) });
			};
			expect(numbers(await read(capped, {}))).toEqual(from(0, count));
			expect(numbers(await read(capped, { limit: 120 }))).toEqual(from(0, Math.min(count, 120)));
		}
	});

	it('takes an empty page for the end, whatever is said beside it', async () => {
		const { request, asked } = api(0, () => ({ total: 5, page_size: 0 }));
		expect(numbers(await read(request, {}))).toEqual([]);
		expect(asked).toHaveLength(1);
	});

	it('reads no more than is wanted', async () => {
		const { request, asked } = api(1000);
		expect(numbers(await read(request, { limit: 150 }))).toEqual(from(0, 150));
		expect(asked).toEqual([
			{ page: 1, page_size: 100 },
			{ page: 2, page_size: 100 },
		]);
	});

	it('has a few pages under way at a time', async () => {
		let [underWay, most] = [0, 0];
		const { request, asked } = api(2000);
		const pieces = await read(async (query) => {
			most = Math.max(most, ++underWay);
			await new Promise(setImmediate);
			underWay--;
			return await request(query);
		}, {});
		expect(numbers(pieces)).toEqual(from(0, 2000));
		expect([most, asked.length]).toEqual([5, 20]);
	});

	it('gives up with what a page ended with, and begins no other', async () => {
		const ended: Exchange = { fate: 'refused', answer: { statusCode: 404, headers: {}, body: {} } };
		const { request, asked } = api(2000);
		const pieces = await read(
			async (query) => (query.page === 2 ? ended : await request(query)),
			{},
		);
		expect(pieces).toEqual({ kind: 'unread', result: ended });
		expect(asked.length).toBeLessThan(10);
	});
});

describe('a list that moves while it is read', () => {
	const LIMIT = 40;

	it.each([
		['at the front', (list: number[], n: number) => [-n, ...list]],
		['at the end', (list: number[], n: number) => [...list, 10_000 + n]],
		[
			'in the middle',
			(list: number[], n: number) => [...list.slice(0, 450), 10_000 + n, ...list.slice(450)],
		],
		['in heaps at the front', (list: number[], n: number) => [...from(-170 * n, 170), ...list]],
	])('is complete and in order when elements are added %s', async (_, add) => {
		const list = moving(from(0, 1000), (now, n) => (n > 1 && n < 8 ? add(now, n) : now));
		expect(numbers(await read(list.request, {}))).toEqual(list.now());
		expect(list.asked.length).toBeLessThan(LIMIT);
	});

	it('has everything that was there when elements are added all the time', async () => {
		const list = moving(from(0, 1000), (now, n) => [-n, ...now]);
		const found = numbers(await read(list.request, {}));
		expect(found).toEqual([...(found as number[])].sort((one, other) => one - other));
		expect(found).toEqual(expect.arrayContaining(from(0, 1000)));
		expect(list.asked.length).toBeLessThan(3 * LIMIT);
	});

	it('is complete and in order when elements have left it', async () => {
		const list = moving(from(0, 1000), (now, n) => (n < 6 ? now.slice(7) : now));
		expect(numbers(await read(list.request, {}))).toEqual(list.now());
		expect(list.asked.length).toBeLessThan(LIMIT);
	});

	it('is complete when elements change places', async () => {
		const list = moving(from(0, 1000), (now, n) =>
			n < 9 ? [now[950], ...now.slice(0, 950), ...now.slice(951)] : now,
		);
		const found = numbers(await read(list.request, {})) as number[];
		expect([...found].sort((one, other) => one - other)).toEqual(from(0, 1000));
		expect(list.asked.length).toBeLessThan(2 * LIMIT);
	});

	it('is as long as is wanted, without an element twice', async () => {
		const list = moving(from(0, 1000), (now, n) => (n === 1 ? [-1, ...now] : now));
		const found = numbers(await read(list.request, { limit: 200 })) as number[];
		expect(found).toHaveLength(200);
		expect(new Set(found).size).toBe(200);
		expect(Math.max(...list.asked)).toBe(2);
	});

	it('is not given out in part', async () => {
		// A page that shows the one before it, whatever is asked.
		const request = async ({ page }: IDataObject) =>
			answered({
				calls: from(Number(page) === 3 ? 100 : (Number(page) - 1) * 100, 100).map((n) => ({
					id: `${n}`,
				})),
				total: 400,
			});
		expect(await read(request, {})).toEqual({
			kind: 'unread',
			result: {
				fate: 'busy',
				fault: {
					code: '',
					fate: 'busy',
					words: expect.stringMatching(/100 of its 400 entries are not known\. Run the node again/),
				},
			},
		});
	});
});

describe('lists in answers', () => {
	it('are told from what is none', () => {
		const isList = hasList('calls');
		expect(
			[{ data: { calls: [] } }, { data: { calls: {} } }, { data: null }, '<html>', null].map(
				isList,
			),
		).toEqual([true, false, false, false, false]);
	});

	it('are read for their objects', () => {
		expect(listOf({ calls: [{ n: 1 }, null, 'x'] }, 'calls')).toEqual([{ n: 1 }]);
		expect(listOf({}, 'calls')).toEqual([]);
	});
});

it('wanted is all, or the limit', () => {
	const reading = (parameters: Record<string, unknown>) => (name: string) => parameters[name];
	expect(wanted(reading({ returnAll: true, limit: 0 }))).toBe(Infinity);
	expect(wanted(reading({ returnAll: false, limit: '7' }))).toBe(7);
});
