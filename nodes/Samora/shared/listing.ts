import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { Composed, Pieces } from './dispatch';
import type { Exchange } from './exchange';
import { integer, isRecord, type ReadParameter } from './parameters';

export const returnAllField: INodeProperties = {
	displayName: 'Return All',
	name: 'returnAll',
	type: 'boolean',
	default: false,
	description: 'Whether to return all results or only up to a given limit',
};

export const limitField: INodeProperties = {
	displayName: 'Limit',
	name: 'limit',
	type: 'number',
	displayOptions: { show: { returnAll: [false] } },
	typeOptions: { minValue: 1, numberPrecision: 0 },
	default: 50,
	description: 'Max number of results to return',
};

/** How many elements the person wants. */
export function wanted(read: ReadParameter): number {
	return read('returnAll') === true ? Infinity : integer(read('limit'), 'Limit', { min: 1 });
}

/** The most elements a page of the API holds. */
const LARGEST_PAGE = 100;

/**
 * Reads a paged list: only the pages that are wanted, each with the filters.
 *
 * @param key the list's name within `data`
 */
export const pagesOf =
	(key: string) =>
	async (
		request: (query: IDataObject) => Promise<Exchange>,
		{ limit = Infinity }: Composed,
	): Promise<Pieces> => {
		const elements: IDataObject[] = [];
		// The size stays the same on all pages, or the API's offsets would not join up.
		const pageSize = Math.min(LARGEST_PAGE, limit);
		for (let page = 1; ; page++) {
			const ended = await request({ page, page_size: pageSize });
			if (ended.fate !== 'done' || !('answer' in ended)) return { ended };
			const { data } = ended.answer.body as { data: Record<string, unknown> };
			const found = listOf(data, key);
			elements.push(...found);
			const total = typeof data.total === 'number' ? data.total : undefined;
			const last =
				found.length === 0 ||
				(total === undefined ? found.length < pageSize : page * pageSize >= total);
			if (last || elements.length >= limit) {
				return { elements: elements.slice(0, limit === Infinity ? undefined : limit) };
			}
		}
	};

/** A body that holds a list under `key`. */
export const hasList =
	(key: string) =>
	(body: unknown): boolean =>
		isRecord(body) && isRecord(body.data) && Array.isArray(body.data[key]);

/** The objects of a list in `data`. */
export function listOf(data: Record<string, unknown>, key: string): IDataObject[] {
	const list = data[key];
	return Array.isArray(list) ? (list.filter(isRecord) as IDataObject[]) : [];
}
