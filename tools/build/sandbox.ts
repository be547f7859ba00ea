import { build, type Plugin } from 'esbuild';
import { copyFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { OPENAPI_FILE } from '../../sandbox';
import { type BundledPage, bundlePage } from '../../sandbox/console/pageFiles';
import { pack, type Packed } from '../release/tarball';
import { bundleOptions } from './bundleOptions';
import { thirdPartyNotices } from './thirdPartyNotices';

export const SANDBOX_FOLDER = path.resolve(__dirname, '..', '..', 'sandbox');

/** Builds what `npx n8n-nodes-samora-sandbox` runs. It's one file, so that it starts fast and needs no other package. */
export async function buildSandbox(): Promise<void> {
	const dist = path.join(SANDBOX_FOLDER, 'dist');
	const page = await bundlePage();
	const { metafile } = await build({
		...bundleOptions,
		entryPoints: [path.join(SANDBOX_FOLDER, 'cli.ts')],
		outdir: dist,
		plugins: [madeAlready(page)],
		banner: { js: '#!/usr/bin/env node' },
	});
	await copyFile(OPENAPI_FILE, path.join(dist, path.basename(OPENAPI_FILE)));
	await writeFile(
		path.join(dist, 'THIRD-PARTY-NOTICES.md'),
		thirdPartyNotices([...Object.keys(metafile.inputs), ...page.inputs]),
	);
}

/** Builds and packs the sandbox's package, which is always fast enough. */
export async function packSandbox(): Promise<Packed> {
	await buildSandbox();
	return await pack(SANDBOX_FOLDER);
}

/** Replaces the module that bundles the console's page by one that has the page, and so needs no bundler. */
function madeAlready(page: BundledPage): Plugin {
	const files = JSON.stringify([...page.files]);
	return {
		name: 'page-made-already',
		setup: ({ onLoad }) =>
			onLoad({ filter: /[\\/]console[\\/]pageFiles\.ts$/ }, () => ({
				contents: `export const bundlePage = async () => ({ files: new Map(${files}) });`,
			})),
	};
}
