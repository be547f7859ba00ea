import path from 'node:path';

import { contentOf, exists, filesIn, sourceFolders } from './projectFiles';

const pages = [
	'README.md',
	'CONTRIBUTING.md',
	'CHANGELOG.md',
	...['docs', ...sourceFolders()].flatMap((folder) => filesIn(folder)),
].filter((file) => file.endsWith('.md'));

interface Link {
	page: string;
	link: string;
	file: string;
	anchor: string;
}

const links: Link[] = pages.flatMap((page) =>
	[...withoutCode(contentOf(page)).matchAll(/\]\(([^)\s]+)\)|src="([^"]+)"/g)]
		.map(([, linked, shown]) => linked ?? shown)
		.filter((link) => !/^[a-z]+:/i.test(link))
		.map((link) => {
			const [target, anchor = ''] = link.split('#');
			const file = target === '' ? page : path.posix.join(path.posix.dirname(page), target);
			return { page, link, file, anchor };
		}),
);

function withoutCode(text: string): string {
	return text.replace(/^```[\s\S]*?^```/gm, '');
}

/** As GitHub makes them of headings. */
const anchorsIn = (file: string): string[] =>
	[...withoutCode(contentOf(file)).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
		heading
			.toLowerCase()
			.replace(/[^\p{L}\p{N} _-]/gu, '')
			.replaceAll(' ', '-'),
	);

describe('links in the documentation', () => {
	it('lead to files that exist', () => {
		expect(links.length).toBeGreaterThan(40);
		expect(links.filter(({ file }) => !exists(file))).toEqual([]);
	});

	it('lead to headings that exist', () => {
		expect(
			links.filter(
				({ file, anchor }) => anchor !== '' && exists(file) && !anchorsIn(file).includes(anchor),
			),
		).toEqual([]);
	});
});

it('CONTRIBUTING.md finds each function in the file that it links to', () => {
	const named = [...contentOf('CONTRIBUTING.md').matchAll(/\[`(\w+)`\]\(([^)#]+\.ts)\)/g)];
	expect(named.length).toBeGreaterThan(20);
	expect(
		named.filter(
			([, name, file]) => !exists(file) || !new RegExp(`\\b${name}\\b`).test(contentOf(file)),
		),
	).toEqual([]);
});

it('CONTRIBUTING.md links every path that it names', () => {
	const withoutLinks = contentOf('CONTRIBUTING.md').replace(/\[[^\]]*\]\([^)]*\)/g, '');
	const paths = [...withoutLinks.matchAll(/`((?:nodes|sandbox|tools)\/[^`<]*)`/g)].map(
		([, file]) => file,
	);
	expect(paths).toEqual([]);
});

/** What the nodes, the credential and the sources of n8n's panel say where to read on. */
it('links from the editor lead to headings that exist in the README', () => {
	const sources = [...filesIn('nodes'), ...filesIn('credentials')]
		.map((file) => contentOf(file))
		.join('\n');
	const anchors = [...sources.matchAll(/n8n-nodes-samora#([\w-]+)/g)].map(([, anchor]) => anchor);
	expect(anchors.length).toBeGreaterThan(2);
	// GitHub shows the README itself at #readme.
	const known = ['readme', ...anchorsIn('README.md')];
	expect(anchors.filter((anchor) => !known.includes(anchor))).toEqual([]);
});
