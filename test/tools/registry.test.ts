import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { npm } from '../../tools/processes/npm';
import { publishTo } from '../../tools/registry/publish';
import { startRegistry, type Registry } from '../../tools/registry/registry';

/** Each step starts npm, which takes seconds on a busy machine. */
jest.setTimeout(180_000);

describe('the npm registry on loopback', () => {
	let registry: Registry;
	let folder: string;
	let tarball: string;

	beforeAll(async () => {
		registry = await startRegistry();
		folder = await mkdtemp(join(tmpdir(), 'registry-'));
		await writeFile(
			join(folder, 'package.json'),
			JSON.stringify({ name: 'n8n-nodes-nothing', version: '1.1.0', main: 'index.js' }),
		);
		await writeFile(join(folder, 'index.js'), 'module.exports = 42;\n');
		tarball = join(folder, (await npm(['pack', '--silent'], folder)).trim());
	});

	afterAll(async () => {
		await registry?.stop();
		await rm(folder, { recursive: true, force: true });
	});

	const view = async (wanted: string) =>
		JSON.parse(
			await npm(['view', wanted, 'version', '--json', `--registry=${registry.url}`], folder),
		) as unknown;

	it('has nothing until something is published', async () => {
		await expect(view('n8n-nodes-nothing')).rejects.toThrow(/E404/);
	});

	it('gives npm what npm published, the newest and each version by its number', async () => {
		await publishTo(registry.url, tarball, '1.0.0');
		expect(await view('n8n-nodes-nothing')).toBe('1.0.0');
		await publishTo(registry.url, tarball);
		expect(await view('n8n-nodes-nothing')).toBe('1.1.0');
		expect(await view('n8n-nodes-nothing@1.0.0')).toBe('1.0.0');

		await npm(['install', 'n8n-nodes-nothing', '--prefix=.', `--registry=${registry.url}`], folder);
		const installed = join(folder, 'node_modules', 'n8n-nodes-nothing', 'index.js');
		expect(await readFile(installed, 'utf8')).toBe('module.exports = 42;\n');
	});

	it('takes a version once', async () => {
		await expect(publishTo(registry.url, tarball)).rejects.toThrow(/npm publish .* failed/);
	});
});
