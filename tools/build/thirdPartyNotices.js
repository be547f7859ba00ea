'use strict';

const { readdirSync, readFileSync } = require('node:fs');
const path = require('node:path');

/**
 * The packages that the files come from, each once.
 *
 * @param inputs files of a bundle, as esbuild's metafile names them: relative, with forward slashes
 * @returns their folders, ordered
 */
const bundledPackages = (inputs) =>
	[
		...new Set(
			inputs.flatMap(
				(input) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? [],
			),
		),
	].sort();

/** @throws Error if a package has no license, because then we must not bundle it */
const noticeOf = (folder) => {
	const { name, version, license } = JSON.parse(
		readFileSync(path.join(folder, 'package.json'), 'utf8'),
	);
	const file = readdirSync(folder).find((entry) => /^licen[cs]e(\.\w+)?$/i.test(entry));
	if (!file) throw new Error(`${name} is bundled, but has no license file`);
	const text = readFileSync(path.join(folder, file), 'utf8').trim();
	return `## ${name} ${version} (${license})\n\n${text}\n`;
};

/** The licenses of bundled code require their text in every copy. */
const thirdPartyNotices = (inputs) =>
	[
		'# Third-party notices\n\nThe files of this package contain code of the packages below.\n',
		...bundledPackages(inputs).map(noticeOf),
	].join('\n');

module.exports = { bundledPackages, thirdPartyNotices };
