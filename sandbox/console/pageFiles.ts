import { build } from 'esbuild';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface PageFile {
	type: string;
	body: string;
}

export interface BundledPage {
	/** What is served, by name. */
	files: ReadonlyMap<string, PageFile>;
	/** The files that it was made from. */
	inputs: string[];
}

const PAGE = join(__dirname, 'page');
const ICON = join(__dirname, '../../icons/samora.svg');

/** In a clone, bundled when the console is first opened, so that there's no build step. The package contains the result. */
export async function bundlePage(): Promise<BundledPage> {
	const { outputFiles, metafile } = await build({
		entryPoints: [join(PAGE, 'main.tsx')],
		outdir: PAGE,
		write: false,
		bundle: true,
		minify: true,
		charset: 'utf8',
		target: 'es2022',
		format: 'esm',
		jsx: 'automatic',
		jsxImportSource: 'preact',
		logLevel: 'silent',
		metafile: true,
	});
	const bundled = (ending: string) => {
		const file = outputFiles.find(({ path }) => path.endsWith(ending));
		if (!file) throw new Error(`The console's page has no ${ending}`);
		return file.text;
	};
	const files = new Map([
		[
			'',
			{ type: 'text/html; charset=utf-8', body: await readFile(join(PAGE, 'index.html'), 'utf8') },
		],
		['main.js', { type: 'text/javascript; charset=utf-8', body: bundled('.js') }],
		['main.css', { type: 'text/css; charset=utf-8', body: bundled('.css') }],
		['icon.svg', { type: 'image/svg+xml', body: await readFile(ICON, 'utf8') }],
	]);
	return { files, inputs: Object.keys(metafile.inputs) };
}
