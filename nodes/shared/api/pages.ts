import type { IDataObject } from 'n8n-workflow';

import { succeeded, type Exchange } from './exchange';
import { contentOf } from './envelope';
import { objectsIn } from './lists';
import { isRecord } from '../parameters';

/** The most elements on a page of the API. */
export const LARGEST_PAGE = 100;
const PAGES_AT_ONCE = 5;

/** All elements of a list, or how the request ended that could not be read. */
export type PagesResult = { kind: 'read'; elements: IDataObject[] } | Unread;

/** One page of a list. */
interface Page {
	kind: 'page';
	elements: IDataObject[];
	/** How many elements all pages have together; 0 if the API does not say. */
	total: number;
}

/**
 * Reads a paged list: the first page, then up to five pages at once, as many as are wanted.
 *
 * Elements are told apart by their `id`, so none comes twice. The list ends when there are as many as `total` says, or
 * with an empty page. If that is fewer than `total`, the list has probably changed in the meantime, and all pages are
 * read once more. If it keeps changing, the result can lack elements that were there the whole time.
 *
 * @param name the documented name of the list
 */
export const readPages =
	(name: string) =>
	async (
		request: (query: IDataObject) => Promise<Exchange>,
		{ limit = Infinity }: { limit?: number },
	): Promise<PagesResult> => {
		// The same size for all pages, or they would overlap.
		const size = Math.min(LARGEST_PAGE, limit);
		const read: ReadPage = async (page) => {
			const result = await request({ page, page_size: size });
			return succeeded(result) ? pageIn(result.answer.body, name) : unread(result);
		};
		const first = await readOnce(read, size, limit);
		if (first.kind === 'unread') return first;
		const last = first.isComplete ? first : await readOnce(read, size, limit);
		if (last.kind === 'unread') return last;
		if (last.repeatedPage !== undefined) return unread(endless(last.repeatedPage));
		const { found } = last;
		if (!last.isComplete) found.add({ elements: first.found.list, total: 0 });
		return { kind: 'read', elements: limit === Infinity ? found.list : found.list.slice(0, limit) };
	};

/** Reads an answer as a page of a list. */
export function pageIn(body: unknown, name: string): Page {
	const content = contentOf(body);
	const { total } = { ...(isRecord(body) ? body : {}), ...(isRecord(content) ? content : {}) };
	return {
		kind: 'page',
		elements: objectsIn(body, name),
		total: typeof total === 'number' ? total : 0,
	};
}

interface Unread {
	kind: 'unread';
	result: Exchange;
}

const unread = (result: Exchange): Unread => ({ kind: 'unread', result });

type ReadPage = (page: number) => Promise<Page | Unread>;

interface Reading {
	kind: 'reading';
	found: Elements;
	/** Whether there are as many elements as are wanted, or as the API says there are. */
	isComplete: boolean;
	/** The page that ended the reading because it has only elements of earlier pages. */
	repeatedPage?: number;
}

/** Reads pages until there are enough elements, or a page brings no new one. */
async function readOnce(read: ReadPage, size: number, limit: number): Promise<Reading | Unread> {
	const found = new Elements(size);
	let pagesRead = 0;
	let count = 1;
	for (;;) {
		const numbers = Array.from({ length: count }, (_, n) => pagesRead + 1 + n);
		const pages = await Promise.all(numbers.map(read));
		for (const [n, page] of pages.entries()) {
			if (page.kind === 'unread') return page;
			const bringsNew = found.add(page);
			if (page.elements.length === 0) {
				return { kind: 'reading', found, isComplete: found.list.length >= found.total };
			}
			if (!bringsNew) {
				return found.list.length === found.total
					? { kind: 'reading', found, isComplete: true }
					: { kind: 'reading', found, isComplete: false, repeatedPage: numbers[n] };
			}
		}
		pagesRead += count;
		const { total } = found;
		const { length } = found.list;
		if (length >= limit || found.areAll) return { kind: 'reading', found, isComplete: true };
		if (length === total) {
			count = 1;
			continue;
		}
		// A total that is less than what is there says nothing.
		const missing = Math.min(total > length ? total : Infinity, limit) - length;
		count = Math.min(PAGES_AT_ONCE, Math.ceil(missing / (length / pagesRead)));
	}
}

/** Elements of several pages, in order, none of them twice. */
export class Elements {
	readonly list: IDataObject[] = [];

	/** How many there are, as far as the pages say; 0 if they do not. */
	total = 0;

	private readonly keys = new Set<string>();

	private pages = 0;

	private totalMayBeOfPage = false;

	/** @param fullPage after a first page of so many elements there may be others, though `total` says no more */
	constructor(private readonly fullPage: number) {}

	/** Whether there are as many as `total` says. As long as the first full page is the total, it may be that of the page. */
	get areAll(): boolean {
		return this.list.length === this.total && !this.totalMayBeOfPage;
	}

	/** @returns whether any of them is new */
	add({ elements, total }: Pick<Page, 'elements' | 'total'>): boolean {
		this.total = Math.max(this.total, total);
		this.pages += 1;
		this.totalMayBeOfPage = this.pages === 1 && elements.length >= this.fullPage;
		const added = elements.filter((element) => !this.keys.has(keyOf(element)));
		for (const element of added) {
			this.list.push(element);
			this.keys.add(keyOf(element));
		}
		return added.length > 0;
	}
}

/** An element without an id is known by everything that is in it. */
const keyOf = ({ id, ...rest }: IDataObject): string =>
	typeof id === 'string' || typeof id === 'number' ? `id ${id}` : JSON.stringify(rest);

const endless = (page: number): Exchange => ({
	fate: 'busy',
	fault: {
		code: '',
		fate: 'busy',
		words: `Page ${page} of the list only repeats earlier pages, so the node can't find the end of the list. Turn off Return All and set Limit to ${LARGEST_PAGE} or less to get the first page`,
	},
});
