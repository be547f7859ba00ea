import type { IDataObject } from 'n8n-workflow';

import { wanted } from '../../nodes/Samora/fields/listFields';
import type { Exchange } from '../../nodes/shared/api/exchange';
import { hasList, listIn, objectsIn } from '../../nodes/shared/api/lists';
import { readPages, type PagesResult } from '../../nodes/shared/api/pages';

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

const read = readPages('calls');
const from = (first: number, count: number) => Array.from({ length: count }, (_, n) => first + n);
const numbers = (pages: PagesResult) =>
	pages.kind === 'read' ? pages.elements.map(({ n }) => n) : pages;

describe('readPages', () => {
	it.each([
		['a total', (count: number) => ({ total: count })],
		['no total', () => ({})],
		['a total that is too large', (count: number) => ({ total: count + 1000 })],
		['a total that is infinite', () => ({ total: Infinity })],
		['a total that is negative', () => ({ total: -5 })],
		['a total that is less than a page', () => ({ total: 7 })],
		[
			'a total of each page',
			(count: number, page: number) => ({
				total: Math.max(0, Math.min(100, count - (page - 1) * 100)),
			}),
		],
		['a total that is text', (count: number) => ({ total: `${count}` })],
		['a total that changes', (count: number, page: number) => ({ total: count + page })],
	])('reads all there is from an API that gives %s', async (_, data) => {
		for (const count of [0, 1, 99, 100, 101, 200, 250, 1234]) {
			const { request, asked } = api(count, (page) => data(count, page));
			expect(numbers(await read(request, {}))).toEqual(from(0, count));
			// Twice all pages, each time with those that were asked for beside the last.
			expect(asked.length).toBeLessThanOrEqual(2 * (Math.floor(count / 100) + 6));
		}
	});

	it('asks for no page too many when the total is right and not that of the first page', async () => {
		for (const count of [0, 1, 99, 101, 200, 1234]) {
			const { request, asked } = api(count);
			await read(request, {});
			expect(asked).toHaveLength(Math.max(1, Math.ceil(count / 100)));
		}
	});

	it('reads elements without an id too', async () => {
		const calls = from(0, 250).map((n) => ({ n }));
		const request = async ({ page }: IDataObject) =>
			answered({ calls: calls.slice((Number(page) - 1) * 100, Number(page) * 100), total: 250 });
		expect(numbers(await read(request, {}))).toEqual(from(0, 250));
	});

	it.each([
		['the array itself', (calls: IDataObject[]) => calls],
		['an array as data', (calls: IDataObject[], total: number) => ({ data: calls, total })],
		['another name', (calls: IDataObject[], total: number) => ({ data: { items: calls, total } })],
		['no envelope', (calls: IDataObject[], total: number) => ({ calls, total })],
	])('reads a list that comes as %s', async (_, body) => {
		const { request } = api(250);
		const other = async (query: IDataObject): Promise<Exchange> => {
			const ended = await request(query);
			const calls = objectsIn(ended.answer?.body, 'calls');
			return {
				fate: 'done',
				answer: { statusCode: 200, headers: {}, body: body(calls, 250) },
			};
		};
		expect(numbers(await read(other, {}))).toEqual(from(0, 250));
	});

	it.each([
		['a total', true],
		['no total', false],
	])('reads all there is from an API whose pages are smaller, with %s', async (_, hasTotal) => {
		for (const count of [0, 9, 10, 11, 95, 250]) {
			const { request, asked } = api(count, () => (hasTotal ? { total: count } : {}));
			const capped = async (query: IDataObject) => await request({ ...query, page_size: 10 });
			expect(numbers(await read(capped, {}))).toEqual(from(0, count));
			expect(numbers(await read(capped, { limit: 120 }))).toEqual(from(0, Math.min(count, 120)));
			expect(asked.length).toBeLessThanOrEqual(2 * (Math.ceil(count / 10) + 6));
		}
	});

	it('reads all there is when pages are filled unevenly', async () => {
		const sizes = [3, 100, 1, 40];
		const request = async ({ page }: IDataObject) => {
			const before = sizes.slice(0, Number(page) - 1).reduce((sum, size) => sum + size, 0);
			const calls = from(before, sizes[Number(page) - 1] ?? 0).map((n) => ({ id: `${n}`, n }));
			return answered({ calls, total: 144 });
		};
		expect(numbers(await read(request, {}))).toEqual(from(0, 144));
	});

	it('takes an empty page for the end, whatever is said beside it', async () => {
		const { request, asked } = api(0, () => ({ total: 5, page_size: 0 }));
		expect(numbers(await read(request, {}))).toEqual([]);
		expect(asked).toHaveLength(2);
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

describe('a list that changes while it is read', () => {
	it.each([
		['are added at the front', (list: number[], n: number) => [-n, ...list]],
		['are added at the end', (list: number[], n: number) => [...list, 10_000 + n]],
		[
			'are added in the middle',
			(list: number[], n: number) => [...list.slice(0, 450), 10_000 + n, ...list.slice(450)],
		],
		['are removed', (list: number[]) => list.slice(7)],
		['change places', (list: number[]) => [list[950], ...list.slice(0, 950), ...list.slice(951)]],
	])('is complete and in order once no more elements %s', async (_, change) => {
		const list = moving(from(0, 1000), (now, n) => (n > 1 && n < 8 ? change(now, n) : now));
		expect(numbers(await read(list.request, {}))).toEqual(list.now());
		expect(list.asked.length).toBeLessThan(30);
	});

	it('is read twice at most, and given as far as it is known', async () => {
		const list = moving(from(0, 1000), (now, n) => [-n, ...now]);
		const found = numbers(await read(list.request, {})) as number[];
		expect(new Set(found).size).toBe(found.length);
		expect(found).toEqual(expect.arrayContaining(from(0, 1000)));
		expect(list.asked.length).toBeLessThan(30);
	});

	it('has what either reading found, when neither found as much as there should be', async () => {
		const found = [
			[1, 2, 4],
			[1, 3, 5],
		];
		let asked = 0;
		const request = async ({ page }: IDataObject) => {
			asked += Number(page === 1);
			const calls = Number(page) === 1 ? found[asked - 1].map((n) => ({ id: `${n}`, n })) : [];
			return answered({ calls, total: 6 });
		};
		expect(numbers(await read(request, {}))).toEqual([1, 3, 5, 2, 4]);
	});

	it('is as long as is wanted, without an element twice', async () => {
		const list = moving(from(0, 1000), (now, n) => (n === 1 ? [-1, ...now] : now));
		const found = numbers(await read(list.request, { limit: 200 })) as number[];
		expect(found).toEqual(from(0, 200));
		expect(list.asked).toEqual([1, 2, 3]);
	});
});

describe('a list with a page that repeats earlier ones', () => {
	const repeating = (element: (n: number) => IDataObject, more: IDataObject) => {
		let asked = 0;
		return {
			asked: () => asked,
			request: async () => {
				asked++;
				return answered({ calls: from(0, 100).map(element), ...more });
			},
		};
	};
	const byId = (n: number) => ({ id: `${n}`, n });

	it.each([
		['no total', byId, {}],
		['an endless total', byId, { total: Infinity }],
		['a very large total', byId, { total: 1_000_000 }],
		['no ids', (n: number) => ({ n }), {}],
	])('ends with what to do about it: %s', async (_, element, more) => {
		const list = repeating(element, more);
		expect(await read(list.request, {})).toEqual({
			kind: 'unread',
			result: {
				fate: 'busy',
				fault: {
					code: '',
					fate: 'busy',
					words: expect.stringMatching(/^Page 2 of the list.*Turn off Return All/),
				},
			},
		});
		expect(list.asked()).toBe(12);
	});

	it('is complete if all are there before it', async () => {
		const sizes = [10, 60, 30];
		const request = async ({ page }: IDataObject) => {
			const number = Math.min(Number(page), sizes.length);
			const before = sizes.slice(0, number - 1).reduce((sum, size) => sum + size, 0);
			return answered({ calls: from(before, sizes[number - 1]).map(byId), total: 100 });
		};
		expect(numbers(await read(request, {}))).toEqual(from(0, 100));
	});

	it('still gives its first page', async () => {
		const list = repeating(byId, {});
		expect(numbers(await read(list.request, { limit: 100 }))).toEqual(from(0, 100));
		expect(list.asked()).toBe(1);
	});

	it('is not given in part', async () => {
		const request = async ({ page }: IDataObject) => {
			const first = Number(page) === 3 ? 100 : (Number(page) - 1) * 100;
			return answered({ calls: from(first, 100).map(byId), total: 400 });
		};
		expect(await read(request, {})).toMatchObject({
			result: { fault: { words: expect.stringMatching(/^Page 3 of the list/) } },
		});
	});
});

describe('the list in an answer', () => {
	it.each([
		['under its name', { data: { calls: [1], others: [2] } }, [1]],
		['empty', { data: { calls: [] } }, []],
		['without an envelope', { calls: [1] }, [1]],
		['the only array', { data: { items: [1], total: 1 } }, [1]],
		['the whole of data', { data: [1] }, [1]],
		['the whole body', [1], [1]],
		['not clear among several', { data: { items: [1], others: [2] } }, undefined],
		['no array', { data: { calls: {} } }, undefined],
		['missing', { data: null }, undefined],
		['not in a page of HTML', '<html>', undefined],
		['not in an empty body', null, undefined],
	])('is %s', (_, body, list) => {
		expect(listIn(body, 'calls')).toEqual(list);
		expect(hasList('calls')(body)).toBe(list !== undefined);
	});

	it.each([{ data: { calls: null } }, { calls: null, total: 0 }])(
		'is there without elements when it is null: %j',
		(body) => {
			expect(hasList('calls')(body)).toBe(true);
			expect(objectsIn(body, 'calls')).toEqual([]);
		},
	);

	it('is read for its objects', () => {
		expect(objectsIn({ calls: [{ n: 1 }, null, 'x'] }, 'calls')).toEqual([{ n: 1 }]);
		expect(objectsIn({}, 'calls')).toEqual([]);
	});
});

it('wanted is all, or the limit', () => {
	const reading = (parameters: Record<string, unknown>) => (name: string) => parameters[name];
	expect(wanted(reading({ returnAll: true, limit: 0 }))).toBe(Infinity);
	expect(wanted(reading({ returnAll: false, limit: '7' }))).toBe(7);
});
