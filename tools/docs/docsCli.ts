import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

const at = (page: string) => path.resolve(__dirname, '..', '..', page);

async function write(page: string, text: string) {
	await writeFile(at(page), text);
	console.log(`Wrote ${page}`);
}

/** `npm run docs`: writes the pages that are made from the code. */
async function main() {
	// n8n-core looks for a key in its user folder when it's loaded.
	const n8nFolder = await mkdtemp(path.join(os.tmpdir(), 'n8n-core-'));
	process.env.N8N_USER_FOLDER = n8nFolder;
	try {
		const { runExamples } = await import('./examples');
		const { operationsPage } = await import('./operationsPage');
		const { mainJobs } = await import('../../test/dialects/mainJob');
		const { withDialects } = await import('./dialectsSection');
		await write('docs/operations.md', operationsPage(await runExamples()));
		const readme = await readFile(at('sandbox/README.md'), 'utf8');
		await write('sandbox/README.md', withDialects(readme, await mainJobs()));
	} finally {
		await rm(n8nFolder, { recursive: true, force: true });
	}
}

main().then(
	() => process.exit(0),
	(error: unknown) => {
		console.error(error);
		process.exit(1);
	},
);
