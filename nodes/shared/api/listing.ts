import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { succeeded, type Exchange } from './exchange';
import { integer, isRecord, type ReadParameter } from '../parameters';

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

/** All elements of a list, or how the request ended that could not be read. */
export type PagesResult =
	{ kind: 'read'; elements: IDataObject[] } | { kind: 'unread'; result: Exchange };

type Pieces = { elements: IDataObject[] } | { ended: Exchange };

/** The most elements a page of the API holds. */
const LARGEST_PAGE = 100;
/** Pages that are under way at the same time. */
const PAGES_AT_ONCE = 5;
/** How often a list that moves is read before the person is told. */
const MOST_ROUNDS = 4;

/** One request of the list, by the number of the page. */
type ReadPage = (page: number) => Promise<Page | { ended: Exchange }>;

interface Page {
	elements: IDataObject[];
	/** How many elements there were on all pages together; undefined when the API does not say. */
	total?: number;
	/** How many a page of this list holds, by the API. */
	size?: number;
}

/**
 * Reads a paged list: only the pages that are wanted, each with the filters, a few at a time.
 *
 * The list may move meanwhile. When calls are added, what was on one page is on the next a moment later, so pages that
 * are read side by side may miss it or have it twice. Elements are therefore told apart by their id, and counted:
 * where nothing leaves the list, it is complete when as many are known as the API says there are. Until then the
 * pages between which something may have slipped are read again, then all of them. A list that something has left
 * cannot be counted like that, and is read until nothing leaves it meanwhile.
 *
 * @param key the list's name within `data`
 */
export const pagesOf =
	(key: string) =>
	async (
		request: (query: IDataObject) => Promise<Exchange>,
		{ limit = Infinity }: { limit?: number },
	): Promise<PagesResult> => {
		// The size stays the same on all pages, or the API's offsets would not join up.
		const pageSize = Math.min(LARGEST_PAGE, limit);
		const read: ReadPage = async (page) => {
			const ended = await request({ page, page_size: pageSize });
			if (!succeeded(ended)) return { ended };
			const { data } = ended.answer.body as { data: Record<string, unknown> };
			return {
				elements: listOf(data, key),
				...(typeof data.total === 'number' ? { total: data.total } : {}),
				...(typeof data.page_size === 'number' ? { size: data.page_size } : {}),
			};
		};
		const first = await read(1);
		if ('ended' in first) return { kind: 'unread', result: first.ended };
		// An API that gives less at a time than it was asked for says so, or is seen to.
		const size = (first.elements.length === first.size && first.size) || pageSize;
		const pieces =
			first.total === undefined || first.elements.length < dueOn(1, first.total, size)
				? await oneByOne(read, first, { limit, pageSize: size })
				: await sideBySide(read, { ...first, total: first.total }, { limit, pageSize: size });
		return 'ended' in pieces
			? { kind: 'unread', result: pieces.ended }
			: {
					kind: 'read',
					elements: pieces.elements.slice(0, limit === Infinity ? undefined : limit),
				};
	};

interface Extent {
	limit: number;
	pageSize: number;
}

/**
 * A list of unknown length ends with a page that is not full; one whose pages hold less than they should, when all
 * are there that it says there are, or nothing new comes.
 */
async function oneByOne(read: ReadPage, first: Page, { limit, pageSize }: Extent): Promise<Pieces> {
	const found = new Elements();
	found.add(first.elements, 1);
	const goesOn = ({ elements, total = 0 }: Page) =>
		elements.length === pageSize || (elements.length > 0 && found.size < total);
	let more = goesOn(first);
	const bringsNew = newcomers();
	bringsNew(first.elements);
	for (let number = 2; more && found.size < limit; number++) {
		const page = await read(number);
		if ('ended' in page) return page;
		// Pages that come again and again would never end.
		if (page.elements.length > 0 && !bringsNew(page.elements)) return { ended: repeated(number) };
		found.add(page.elements, number);
		more = goesOn(page);
	}
	return { elements: found.inOrder() };
}

async function sideBySide(
	read: ReadPage,
	first: Page & { total: number },
	{ limit, pageSize }: Extent,
): Promise<Pieces> {
	const all = new Elements();
	all.add(first.elements, 1);
	/** By the number of the page, as it was read last. */
	const totals = new Map([[1, first.total]]);
	let latest = first.total;
	let reliable = isWhole(first, 1, pageSize);
	let everShrank = false;
	const wanted = () => Math.min(latest, limit);
	const lastPage = () => Math.max(1, Math.ceil(wanted() / pageSize));
	const grewLittle = () => latest - first.total <= pageSize;

	for (let round = 0; round < MOST_ROUNDS; round++) {
		let shrank = false;
		/** What this round has seen by itself. */
		const now = round === 0 ? all : new Elements();
		const add = async (numbers: number[]): Promise<{ ended: Exchange } | undefined> => {
			const pages = await several(numbers, async (number) => {
				const before = latest;
				const page = await read(number);
				if ('ended' in page) return page;
				const { total = latest } = page;
				shrank ||= total < before;
				// An answer that was overtaken on its way is older than it looks.
				if (total < before || total > latest) latest = total;
				totals.set(number, total);
				reliable &&= isWhole(page, number, pageSize);
				return page;
			});
			if ('ended' in pages) return pages;
			// Pages that follow each other are one piece, so that what is new has its place by what is not.
			for (const piece of isRun(numbers) ? [pages.flatMap(elementsOf)] : pages.map(elementsOf)) {
				all.add(piece, numbers[0]);
				if (now !== all) now.add(piece, numbers[0]);
			}
			return undefined;
		};
		const everything = () => upTo(lastPage());
		// What was added last is on the first page or on the last, by the order of the list.
		const again = [
			() => (round === 1 && !everShrank && grewLittle() ? slipped(totals) : everything()),
			() => [1],
			() => [lastPage()],
		];
		for (const numbers of round === 0 ? [() => everything().slice(1)] : again) {
			const ended = await add(numbers());
			if (ended) return ended;
			everShrank ||= shrank;
			// A total that its own pages do not have says nothing.
			if (!reliable) return { elements: all.inOrder() };
			if (shrank) continue;
			if (now.size >= wanted()) return { elements: now.inOrder() };
			// What has left the list is not counted on.
			if (!everShrank && all.size >= wanted()) return { elements: all.inOrder() };
		}
	}
	return all.size >= wanted()
		? { elements: all.inOrder() }
		: { ended: movedOn(wanted() - all.size, wanted()) };
}

const dueOn = (number: number, total: number, pageSize: number): number =>
	Math.min(pageSize, total - (number - 1) * pageSize);

/** Whether a page has as many elements as its total leaves for it, and they can be told apart. */
function isWhole({ elements, total = 0 }: Page, number: number, pageSize: number): boolean {
	const isFull = elements.length >= dueOn(number, total, pageSize);
	return isFull && elements.every(({ id }) => typeof id === 'string');
}

/** The pages that were read before the one in front of them was, and before something was added. */
function slipped(totals: ReadonlyMap<number, number>): number[] {
	return [...totals.keys()].filter((page) => (totals.get(page) ?? 0) < (totals.get(page - 1) ?? 0));
}

const elementsOf = ({ elements }: Page): IDataObject[] => elements;

const isRun = (numbers: number[]): boolean =>
	numbers.every((number, index) => number === numbers[0] + index);

const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1);

const incomplete = (words: string): Exchange => ({
	fate: 'busy',
	fault: { code: '', fate: 'busy', words },
});

const movedOn = (missing: number, total: number): Exchange =>
	incomplete(
		`The list kept changing while it was read ${MOST_ROUNDS} times, and ${missing} of its ${total} entries are not known. Run the node again when fewer calls are under way`,
	);

const repeated = (page: number): Exchange =>
	incomplete(
		`Samora gave entries of earlier pages again as page ${page} of the list, so the list has no end that could be read. Turn off Return All and set a Limit of at most ${LARGEST_PAGE} to get its first page`,
	);

/** Tells of one page after the other whether anything is on it that was on none before. */
function newcomers(): (elements: readonly IDataObject[]) => boolean {
	const seen = new Set<string>();
	return (elements) => {
		const before = seen.size;
		for (const element of elements) {
			seen.add(typeof element.id === 'string' ? element.id : JSON.stringify(element));
		}
		return seen.size > before;
	};
}

/**
 * Reads pages a few at a time: in order, up to one that is empty or has nothing that the others of this reading did
 * not have. After one that did not come no other is begun.
 */
async function several(numbers: number[], read: ReadPage): Promise<Page[] | { ended: Exchange }> {
	const pages: Page[] = [];
	const bringsNew = newcomers();
	let failed: { ended: Exchange } | undefined;
	let next = 0;
	const readOn = async () => {
		while (next < numbers.length && !failed) {
			const place = next++;
			const page = await read(numbers[place]);
			if ('ended' in page) failed ??= page;
			else pages[place] = page;
			if ('elements' in page && !bringsNew(page.elements)) next = numbers.length;
		}
	};
	await Promise.all(Array.from({ length: PAGES_AT_ONCE }, readOn));
	return failed ?? pages;
}

type Key = string | symbol;

/** An element is known by its id. One without is like no other. */
const keyOf = ({ id }: IDataObject): Key => (typeof id === 'string' ? id : Symbol('element'));

/** The elements of a list by their ids, each once, in the order of the list. */
class Elements {
	private readonly byKey = new Map<Key, IDataObject>();

	private readonly order: Key[] = [];

	get size(): number {
		return this.order.length;
	}

	/** Takes in what begins with a page. What is new has its place among what is known already. */
	add(elements: IDataObject[], page: number): void {
		const keys = elements.map(keyOf);
		const known = keys.find((key) => this.byKey.has(key));
		// Where there is nothing to stand beside, the first page is the front, and any other comes last.
		let place = page === 1 ? 0 : this.order.length;
		if (known !== undefined) place = this.order.lastIndexOf(known);
		for (const [index, key] of keys.entries()) {
			if (this.byKey.has(key)) place = this.order.lastIndexOf(key) + 1;
			else this.order.splice(place++, 0, key);
			this.byKey.set(key, elements[index]);
		}
	}

	inOrder(): IDataObject[] {
		return this.order.map((key) => this.byKey.get(key) ?? {});
	}
}

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
