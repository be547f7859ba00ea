import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

import { spawnTethered } from '../../tools/processes/tetheredProcess';
import { waitFor } from '../../tools/waiting';

const FOLDER = path.resolve(__dirname, '../../tools/processes');
const LIVES_ON = 'setInterval(() => {}, 1000)';
const WILL_NOT_STOP = `process.on('SIGTERM', () => {}); ${LIVES_ON}`;

function start(script: string, graceMs?: number) {
	return spawnTethered(process.execPath, ['--eval', script], {
		cwd: FOLDER,
		env: process.env,
		output: 'ignore',
		graceMs,
	});
}

function isRunning(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
}

describe('a tethered process', () => {
	it('gives back the exit code of its command', async () => {
		expect(await start('process.exitCode = 7').exited).toBe(7);
	});

	it('says so when its command cannot be started', async () => {
		const options = { cwd: FOLDER, env: process.env, output: 'ignore' as const };
		expect(await spawnTethered('no-such-command', [], options).exited).toBe(127);
	});

	it.each([
		['stops when it is asked to', LIVES_ON],
		['is killed when it does not stop in time', WILL_NOT_STOP],
	])('%s', async (_, script) => {
		const child = start(script, 300);
		await child.stop();
		expect(child.running).toBe(false);
		expect(isRunning(child.pid)).toBe(false);
	});

	it.each([
		['a command that stops', LIVES_ON],
		['a command that will not', WILL_NOT_STOP],
	])('goes, with %s, when whoever started it is killed', async (_, script) => {
		const command = `console.log(process.pid); ${script}`;
		const starter = spawn(
			process.execPath,
			[
				'--eval',
				`require('node:child_process').spawn(
					process.execPath,
					['./tether.js', '300', process.execPath, '--eval', ${JSON.stringify(command)}],
					{ detached: true, stdio: ['pipe', 'inherit', 'inherit'] },
				)`,
			],
			{ cwd: FOLDER, stdio: ['ignore', 'pipe', 'inherit'] },
		);
		const [said] = await once(starter.stdout, 'data');
		const pid = Number(String(said));
		expect(isRunning(pid)).toBe(true);

		starter.kill('SIGKILL');
		await waitFor(async () => !isRunning(pid), { what: 'The end of the command' });
	});
});
