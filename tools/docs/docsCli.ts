import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

/** `npm run docs`: writes the pages that are generated from the code. */
async function main() {
	// n8n-core looks for a key in its user folder when it's loaded.
	const n8nFolder = await mkdtemp(path.join(os.tmpdir(), 'n8n-core-'));
	process.env.N8N_USER_FOLDER = n8nFolder;
	try {
		const { runExamples } = await import('./examples');
		const { operationsPage } = await import('./operationsPage');
		const file = path.resolve(__dirname, '..', '..', 'docs', 'operations.md');
		await writeFile(file, operationsPage(await runExamples()));
		console.log(`Wrote ${file}`);
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
