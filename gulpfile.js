'use strict';

const { rm, writeFile } = require('node:fs/promises');
const { build } = require('esbuild');
const { dest, parallel, series, src } = require('gulp');
const { n8n } = require('./package.json');
const { bundleOptions } = require('./tools/build/bundleOptions');
const { thirdPartyNotices } = require('./tools/build/thirdPartyNotices');

/** The source of a file that n8n is told to load. */
const sourceOf = (file) => file.replace(/^dist\//, '').replace(/\.js$/, '.ts');

const clean = () => rm('dist', { recursive: true, force: true });

/** Tables that are made when the package is built are bundled as the text they give, and read when first needed. */
const tablesAsText = {
	name: 'tables-as-text',
	setup: ({ onLoad }) =>
		onLoad(
			{ filter: /[\\/]tools[\\/]build[\\/](?:numberingPlans|timezones)\.js$/ },
			({ path }) => ({
				contents: require(path),
				loader: 'text',
			}),
		),
};

/**
 * One self-contained file per node and credential: what they import from devDependencies is bundled,
 * since the published package has no runtime dependencies. n8n-workflow is n8n's own. The licences of what is
 * bundled come along.
 */
const code = async () => {
	const { metafile } = await build({
		...bundleOptions,
		entryPoints: [...n8n.nodes, ...n8n.credentials].map(sourceOf),
		outdir: 'dist',
		outbase: '.',
		external: ['n8n-workflow'],
		plugins: [tablesAsText],
	});
	await writeFile('dist/THIRD-PARTY-NOTICES.md', thirdPartyNotices(Object.keys(metafile.inputs)));
};

/** encoding: false keeps the bytes as they are; the folders stay where the descriptions' `file:` paths point. */
const assets = () =>
	src(['icons/*.svg', 'nodes/**/*.node.json'], { base: '.', encoding: false }).pipe(dest('dist'));

exports.build = series(clean, parallel(code, assets));

/** For an n8n that watches the files: none of them is missing meanwhile. */
exports.refresh = parallel(code, assets);
