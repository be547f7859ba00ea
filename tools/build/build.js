'use strict';

const { copyFile, mkdir, readdir, readFile, rm, writeFile } = require('node:fs/promises');
const path = require('node:path');
const { build, transform } = require('esbuild');
const { n8n } = require('../../package.json');
const numberingPlans = require('./numberingPlans');
const { thirdPartyNotices } = require('./thirdPartyNotices');

/** The source of a file that n8n is told to load. */
const sourceOf = (file) => file.replace(/^dist\//, '').replace(/\.js$/, '.ts');

/** Bundles the table of numbering plans without what is not used of it. */
const smallNumberingPlans = {
	name: 'small-numbering-plans',
	setup: ({ onLoad }) =>
		onLoad({ filter: /libphonenumber-js[\\/]metadata\.min\.json(\.js)?$/ }, () => ({
			contents: JSON.stringify(numberingPlans),
			loader: 'json',
		})),
};

/** Bundles libraries with short names. This package's own names stay, so a stack trace still says what it did. */
const shortNamesInLibraries = {
	name: 'short-names-in-libraries',
	setup: ({ onLoad }) =>
		onLoad({ filter: /[\\/]node_modules[\\/].+\.js$/ }, async ({ path }) => {
			const source = await readFile(path, 'utf8');
			const { code } = await transform(source, { minifyIdentifiers: true, charset: 'utf8' });
			return { contents: code };
		}),
};

/**
 * One self-contained file per node and credential: what they import from devDependencies is bundled,
 * since the published package has no runtime dependencies. n8n-workflow is n8n's own. The licences of what is
 * bundled come along.
 */
const code = async () => {
	const { metafile } = await build({
		entryPoints: [...n8n.nodes, ...n8n.credentials].map(sourceOf),
		outdir: 'dist',
		outbase: '.',
		bundle: true,
		platform: 'node',
		format: 'cjs',
		target: 'node20',
		external: ['n8n-workflow'],
		plugins: [smallNumberingPlans, shortNamesInLibraries],
		charset: 'utf8',
		// The package's names stay, so that what a person pastes from a stack trace says where it happened.
		minifyWhitespace: true,
		minifySyntax: true,
		legalComments: 'inline',
		logLevel: 'warning',
		metafile: true,
	});
	await writeFile('dist/THIRD-PARTY-NOTICES.md', thirdPartyNotices(Object.keys(metafile.inputs)));
};

/** Icons and codex files, in the folders where the descriptions' `file:` paths point. */
const assets = async () => {
	for (const folder of ['icons', 'nodes']) {
		const files = await readdir(folder, { recursive: true });
		for (const file of files.filter((name) => /\.(svg|node\.json)$/.test(name))) {
			const copy = path.join('dist', folder, file);
			await mkdir(path.dirname(copy), { recursive: true });
			await copyFile(path.join(folder, file), copy);
		}
	}
};

/** `--refresh` keeps the old files until they are replaced, for an n8n that watches them. */
async function main() {
	process.chdir(path.resolve(__dirname, '..', '..'));
	if (!process.argv.includes('--refresh')) await rm('dist', { recursive: true, force: true });
	await Promise.all([code(), assets()]);
}

main().catch((error) => {
	console.error(error);
	process.exitCode = 1;
});
