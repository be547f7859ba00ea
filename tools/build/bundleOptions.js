'use strict';

/** How both packages are bundled: into files that need nothing else. */
exports.bundleOptions = {
	bundle: true,
	platform: 'node',
	format: 'cjs',
	target: 'node20',
	charset: 'utf8',
	minify: true,
	// A stack trace that a person pastes still says in which functions it happened.
	keepNames: true,
	legalComments: 'inline',
	logLevel: 'warning',
	metafile: true,
};
