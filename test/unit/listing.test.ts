import type { IDataObject } from 'n8n-workflow';

import type { Exchange } from '../../nodes/Samora/shared/exchange';
import { hasList, listOf, pagesOf, wanted } from '../../nodes/Samora/shared/listing';

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
			const calls = Array.from({ length: count }, (_, n) => ({ n }));
			return answered({ calls: calls.slice((page - 1) * size, page * size), ...data(page) });
		},
	};
}

const read = pagesOf('calls');

describe('pagesOf', () => {
	it.each([
		['a total', (count: number) => ({ total: count })],
		['no total', () => ({})],
		['a total that is too large', (count: number) => ({ total: count + 1000 })],
		['a total that is no number', () => ({ total: 'many' })],
	])('reads all there is from an API that gives %s', async (_, data) => {
		for (const count of [0, 1, 99, 100, 101, 200, 250]) {
			const { request, asked } = api(count, () => data(count));
			const pieces = await read(request, {});
			expect('elements' in pieces && pieces.elements.map(({ n }) => n)).toEqual(
				Array.from({ length: count }, (__, n) => n),
			);
			expect(asked.length).toBeLessThanOrEqual(Math.floor(count / 100) + 2);
		}
	});

	it('reads no more than is wanted', async () => {
		const { request, asked } = api(1000);
		const pieces = await read(request, { limit: 150 });
		expect('elements' in pieces && pieces.elements).toHaveLength(150);
		expect(asked).toEqual([
			{ page: 1, page_size: 100 },
			{ page: 2, page_size: 100 },
		]);
	});

	it('gives up with what a page ended with', async () => {
		const ended: Exchange = { fate: 'refused', answer: { statusCode: 404, headers: {}, body: {} } };
		let page = 0;
		const pieces = await read(
			async () => (++page === 2 ? ended : answered({ calls: [{}], total: 900 })),
			{},
		);
		expect(pieces).toEqual({ ended });
		expect(page).toBe(2);
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
