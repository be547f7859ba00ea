import { ensureN8n } from './install';
import { installProgressOn } from './installProgress';
import { DEFAULT_N8N_VERSION } from './recipes';

/** `tsx tools/n8n/install/installCli.ts [version…]` fills the cache in advance. */
async function main(versions: string[]) {
	for (const version of versions.length > 0 ? versions : [DEFAULT_N8N_VERSION]) {
		const { folder } = await ensureN8n(version, { onProgress: installProgressOn(process.stdout) });
		console.log(`n8n ${version} is in ${folder}`);
	}
}

main(process.argv.slice(2)).catch((error: unknown) => {
	console.error(error instanceof Error ? error.message : error);
	process.exitCode = 1;
});
