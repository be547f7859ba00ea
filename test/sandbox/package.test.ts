import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { SANDBOX_AGENTS, SANDBOX_API_KEY, until } from '../../sandbox';
import manifest from '../../sandbox/package.json';
import { packSandbox } from '../../tools/build/sandbox';
import { npm } from '../../tools/processes/npm';
import { ApiClient, ordinary } from './support/apiClient';

const ROOT = join(__dirname, '../..');
const TETHER = join(ROOT, 'tools/processes/tether.js');

/** Everything happens in an empty folder and without a registry, so nothing of this repository can help. */
describe('the package of the sandbox', () => {
	let folder: string;
	let child: ChildProcess | undefined;

	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), 'n8n-nodes-samora-sandbox-'));
		const { tarball, remove } = await packSandbox();
		await npm(['install', tarball, '--offline', '--no-audit', '--no-fund'], folder);
		await remove();
	}, 60_000);

	afterAll(async () => {
		child?.stdin?.end();
		await rm(folder, { recursive: true, force: true });
	});

	const installed = (file: string) =>
		readFile(join(folder, 'node_modules', manifest.name, file), 'utf8');

	it('has the license of the repository, and is no package that n8n loads', async () => {
		expect(await installed('LICENSE')).toBe(await readFile(join(ROOT, 'LICENSE'), 'utf8'));
		expect(manifest.keywords).not.toContain('n8n-community-node-package');
		expect(manifest).not.toHaveProperty('n8n');
	});

	it('runs with npx: takes options, a call and a browser, and ends at Ctrl-C', async () => {
		const options = ['--port', '0', '--speed', '100', '--dialect', 'openapi'];
		const process_ = spawn(
			process.execPath,
			[TETHER, '5000', 'npx', '--offline', manifest.name, ...options],
			{ cwd: folder, detached: true },
		);
		child = process_;
		let output = '';
		const exited = once(process_, 'exit');
		process_.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
		process_.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));

		await Promise.race([until(() => output.includes('Ctrl-C'), { timeoutMs: 20_000 }), exited]);
		expect(output).toContain('Press Ctrl-C to stop the sandbox');
		expect(output).toContain(SANDBOX_API_KEY);
		const url = /Base URL +(\S+)/.exec(output)?.[1] ?? '';
		const [agent] = SANDBOX_AGENTS;
		expect(output).toContain(`Agent ID   ${agent.id}`);

		await new ApiClient({ url }).request('POST', '/v1/call/trigger', {
			agent_id: agent.id,
			to_number: ordinary(1),
		});
		await until(() => output.includes('has ended: CALL_FINISHED'));

		const page = /Console +(\S+)/.exec(output)?.[1] ?? '';
		expect(page).toBe(`${url}/_sandbox/console`);
		for (const [file, type, content] of [
			['', 'text/html', '<title>Samora sandbox</title>'],
			['/main.js', 'text/javascript', '/_sandbox/'],
			['/main.css', 'text/css', '{'],
			['/icon.svg', 'image/svg+xml', '<svg'],
		]) {
			const response = await fetch(page + file);
			expect(response.headers.get('content-type')).toContain(type);
			expect(await response.text()).toContain(content);
		}

		// As a terminal does: to npx and to everything that it started.
		process.kill(-(process_.pid ?? NaN), 'SIGINT');
		await exited;
		expect(output).toContain('Stopping the sandbox');
		await expect(fetch(url)).rejects.toThrow();
	});
});
