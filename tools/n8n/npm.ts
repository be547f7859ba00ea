import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * The user's npm settings without those that `npm run` adds for *this* project (its .npmrc's ignore-scripts, its folder).
 * Otherwise npm would use them in other folders too.
 */
export function npmEnvironment(): NodeJS.ProcessEnv {
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
