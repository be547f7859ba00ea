import { build } from 'esbuild';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface PageFile {
	type: string;
	body: Buffer;
}

const PAGE = join(__dirname, 'page');
const ICON = join(__dirname, '../../icons/samora.svg');

/** The page's files by name. Bundled when the console is first opened, so that there's no build step. */
export async function bundlePage(): Promise<Map<string, PageFile>> {
	const { outputFiles } = await build({
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
	});
	const bundled = (ending: string) => {
		const file = outputFiles.find(({ path }) => path.endsWith(ending));
		if (!file) throw new Error(`The console's page has no ${ending}`);
		return Buffer.from(file.contents);
	};
	return new Map([
		['', { type: 'text/html; charset=utf-8', body: await readFile(join(PAGE, 'index.html')) }],
		['main.js', { type: 'text/javascript; charset=utf-8', body: bundled('.js') }],
		['main.css', { type: 'text/css; charset=utf-8', body: bundled('.css') }],
		['icon.svg', { type: 'image/svg+xml', body: await readFile(ICON) }],
	]);
}
