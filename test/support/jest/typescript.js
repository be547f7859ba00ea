'use strict';

const { transformSync } = require('esbuild');

/** Transpile only: `npm run lint` and `npm run build` check the types. */
module.exports.process = (source, file) =>
	transformSync(source, {
		loader: 'ts',
		format: 'cjs',
		target: 'node20',
		sourcefile: file,
		sourcemap: true,
	});
