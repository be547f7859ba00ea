import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { npm } from '../processes/npm';
import { isRecord, parseJson } from '../json';
import { unpacked } from '../release/tarball';

/** Publishes a packed package with `npm publish`, under another version if one is given. */
export async function publishTo(
	registry: string,
	tarball: string,
	version?: string,
): Promise<void> {
	const { folder, remove } = await unpacked(tarball);
	try {
		if (version !== undefined) {
			const file = path.join(folder, 'package.json');
			const manifest = parseJson(await readFile(file, 'utf8'));
			if (!isRecord(manifest)) throw new Error(`${tarball} has no package.json`);
			await writeFile(file, JSON.stringify({ ...manifest, version }));
		}
		const token = `--${registry.replace(/^https?:/, '')}/:_authToken=anyone`;
		await npm(['publish', folder, `--registry=${registry}`, token, '--ignore-scripts'], folder);
	} finally {
		await remove();
	}
}
