import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { MAGIC_NUMBERS, SANDBOX_AGENTS, SANDBOX_API_KEY, until } from '../../sandbox';
import { ApiClient, ordinary } from './support/apiClient';

const ROOT = join(__dirname, '../..');
const TETHER = join(ROOT, 'tools/processes/tether.js');
let child: ChildProcess | undefined;

// The end of its standard input tells the tether to stop the command.
afterEach(() => child?.stdin?.end());

/** Runs the command, which ends with the tests if they are interrupted; `output` grows while it runs. */
function run(...args: string[]) {
	const process_ = spawn(
		process.execPath,
		[TETHER, '300', process.execPath, '--import', 'tsx', join(ROOT, 'sandbox/cli.ts'), ...args],
		{ cwd: ROOT, detached: true },
	);
	child = process_;
	const seen = { output: '', exited: once(process_, 'exit') };
	process_.stdout.on('data', (chunk: Buffer) => (seen.output += chunk.toString()));
	process_.stderr.on('data', (chunk: Buffer) => (seen.output += chunk.toString()));
	return seen;
}

describe('npm run sandbox', () => {
	it('says where it is and how to use it, tells what happens, and ends at Ctrl-C', async () => {
		const seen = run('--port', '0', '--speed', '100', '--dialect', 'openapi');
		await until(() => seen.output.includes('Ctrl-C'), { timeoutMs: 20_000 });
		const url = /Base URL +(\S+)/.exec(seen.output)?.[1] ?? '';
		for (const said of [
			`${url}/_sandbox/console`,
			SANDBOX_API_KEY,
			SANDBOX_AGENTS[0].id,
			...MAGIC_NUMBERS.map((n) => n.meaning),
		]) {
			expect(seen.output).toContain(said);
		}

		await new ApiClient({ url }).request('POST', '/v1/call/trigger', {
			agent_id: SANDBOX_AGENTS[0].id,
			to_number: ordinary(1),
		});
		await until(() => seen.output.includes('has ended: CALL_FINISHED'));
		expect(seen.output).toContain('POST /v1/call/trigger → 200');
		expect(seen.output).toContain(`call ${ordinary(1)} rings`);

		child?.kill('SIGINT');
		expect(await seen.exited).toEqual([0, null]);
	});

	it.each([
		[['--port', 'http'], '--port must be a number'],
		[['--dialect', 'xml'], '--dialect must be one of documented, openapi'],
		[['--colour'], '--colour'],
	])('refuses %j', async (args, message) => {
		const seen = run(...args);
		expect(await seen.exited).toEqual([1, null]);
		expect(seen.output).toContain(message);
	});
});
