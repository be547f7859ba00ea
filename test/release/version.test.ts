import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import manifest from '../../package.json';
import sandboxManifest from '../../sandbox/package.json';
import { newestRelease, versionFindings } from '../../tools/release/version';

const changelog = (...headings: string[]) =>
	['# Changelog', ...headings.map((heading) => `## ${heading}\n\nWords.`)].join('\n\n');

describe('the newest release of a changelog', () => {
	it.each([
		['1.2.3 – 2026-11-24', { version: '1.2.3', date: '2026-11-24' }],
		['[1.2.3] - 2026-11-24', { version: '1.2.3', date: '2026-11-24' }],
		['1.2.3-beta.1 – 2026-11-24', { version: '1.2.3-beta.1', date: '2026-11-24' }],
		['1.2.3 – unreleased', { version: '1.2.3' }],
		['1.2.3', { version: '1.2.3' }],
	])('in the heading "%s"', (heading, release) => {
		expect(newestRelease(changelog(heading, '0.9.0 – 2020-01-01'))).toEqual(release);
	});

	it('is not there without a heading', () => {
		expect(newestRelease('# Changelog\n\nNothing yet: 1.2.3')).toBeUndefined();
	});
});

describe('the version', () => {
	const dated = changelog('1.2.3 – 2026-11-24', '1.2.2 – 2026-11-01');

	it('may be published when package.json, changelog and tag agree', () => {
		expect(versionFindings('1.2.3', dated, 'v1.2.3')).toEqual([]);
		expect(versionFindings('1.2.3', dated)).toEqual([]);
	});

	it.each([
		['another tag', '1.2.3', dated, 'v1.2.4', /tag is v1\.2\.4/],
		['a tag without its v', '1.2.3', dated, '1.2.3', /tag is 1\.2\.3/],
		['an older changelog', '1.2.4', dated, 'v1.2.4', /CHANGELOG\.md begins with 1\.2\.3/],
		['no changelog', '1.2.3', '', 'v1.2.3', /no heading/],
	])('may not with %s', (_, version, text, tag, sentence) => {
		expect(versionFindings(version, text, tag)).toEqual([expect.stringMatching(sentence)]);
	});

	it('may be unreleased as long as nothing is published', () => {
		const open = changelog('1.2.3 – unreleased');
		expect(versionFindings('1.2.3', open)).toEqual([]);
		expect(versionFindings('1.2.3', open, 'v1.2.3')).toEqual([expect.stringMatching(/which day/)]);
	});

	it.each([manifest, sandboxManifest])(
		'of $name is the one the changelog begins with',
		({ version }) => {
			const text = readFileSync(join(__dirname, '../../CHANGELOG.md'), 'utf8');
			expect(versionFindings(version, text)).toEqual([]);
		},
	);
});
