import { contentOf, exists, filesIn } from './projectFiles';

const page = contentOf('docs/assumptions.md');

/** Comments run over several lines, each with an asterisk before it. */
const oneLine = (text: string): string => text.replace(/\n\s*(\*|\/\/)?\s*/g, ' ');

const places = [...page.matchAll(/^- In \[`([^`]+)`\]\([^)]+\): `([^`]+)`$/gm)].map(
	([, file, words]) => ({ file, words }),
);

describe('docs/assumptions.md', () => {
	it('names files that are there', () => {
		const named = [...page.matchAll(/\[`([^`]+)`\]\(\.\.\/([^)#]+)\)/g)];
		expect(named.length).toBeGreaterThan(20);
		expect(named.filter(([, shown, linked]) => shown !== linked || !exists(linked))).toEqual([]);
	});

	it('quotes what these files say', () => {
		expect(places.length).toBe(page.match(/^### /gm)?.length);
		expect(places.filter(({ file, words }) => !oneLine(contentOf(file)).includes(words))).toEqual(
			[],
		);
	});

	it('lists every assumption of the nodes and the credential', () => {
		const sources = [...filesIn('nodes'), ...filesIn('credentials')];
		const assumed = sources.flatMap((file) =>
			(oneLine(contentOf(file)).match(/\bassumption\b/gi) ?? []).map(() => file),
		);
		expect(places.map(({ file }) => file).sort()).toEqual(assumed.sort());
	});
});
