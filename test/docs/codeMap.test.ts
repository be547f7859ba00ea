import { contentOf, exists, filesIn, sourceFolders } from './projectFiles';

const mapped = [...contentOf('docs/code-map.md').matchAll(/^- (.+?) – /gm)].flatMap(([, paths]) =>
	[...paths.matchAll(/`([^`]+)`/g)].map(([, path]) => path),
);

const isMapped = (file: string): boolean =>
	mapped.some((path) => (path.endsWith('/') ? file.startsWith(path) : file === path));

describe('docs/code-map.md', () => {
	it('names what is there', () => {
		expect(mapped.length).toBeGreaterThan(50);
		expect(mapped.filter((path) => !exists(path))).toEqual([]);
	});

	it('has a line for every source file', () => {
		const sources = sourceFolders()
			.flatMap((folder) => filesIn(folder))
			.filter((file) => /\.[jt]s$/.test(file));
		expect(sources.length).toBeGreaterThan(150);
		expect(sources.filter((file) => !isMapped(file))).toEqual([]);
	});
});
