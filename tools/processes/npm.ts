import { execFile } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import { spawnTethered } from './tetheredProcess';

const run = promisify(execFile);

/**
 * The user's npm settings without those that `npm run` adds for *this* project (its .npmrc's ignore-scripts, its folder).
 * Otherwise npm would use them in other folders too.
 */
function npmEnvironment(): NodeJS.ProcessEnv {
	const ofThisProject =
		/^(npm_config_(ignore_scripts|local_prefix)|npm_(package|lifecycle)_.*|npm_command|INIT_CWD)$/i;
	return Object.fromEntries(
		Object.entries(process.env).filter(
			([name]) => !ofThisProject.test(name) && name !== 'NODE_OPTIONS' && name !== 'NODE_ENV',
		),
	);
}

export async function npm(args: string[], cwd: string): Promise<string> {
	const options = { cwd, env: npmEnvironment(), maxBuffer: 64 * 1024 * 1024 };
	try {
		return (await run('npm', args, options)).stdout;
	} catch (error) {
		const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
		throw new Error(`npm ${args.join(' ')} failed in ${cwd}:\n${stdout}${stderr}`.trimEnd(), {
			cause: error,
		});
	}
}

/** Runs npm, writes its output to a log file in the folder, and can be aborted. */
export async function npmWithLog(
	folder: string,
	logName: string,
	args: string[],
	signal?: AbortSignal,
): Promise<void> {
	signal?.throwIfAborted();
	const logFile = path.join(folder, logName);
	const log = await open(logFile, 'a');
	try {
		const child = spawnTethered('npm', [...args, '--loglevel=notice', '--no-progress'], {
			cwd: folder,
			env: npmEnvironment(),
			output: log.fd,
		});
		const abort = () => void child.kill();
		signal?.addEventListener('abort', abort, { once: true });
		const code = await child.exited;
		signal?.removeEventListener('abort', abort);
		signal?.throwIfAborted();
		if (code !== 0) {
			const end = (await readFile(logFile, 'utf8')).trimEnd().split('\n').slice(-12).join('\n');
			throw new Error(
				`npm ${args.join(' ')} ended with code ${code} in ${folder}. The end of ${logFile}:\n${end}`,
			);
		}
	} finally {
		await log.close();
	}
}
