import { spawn } from 'node:child_process';
import path from 'node:path';

const TETHER = path.join(__dirname, 'tether.js');

export interface TetheredProcess {
	/** Leader of the process group that everything started by the command belongs to. */
	readonly pid: number;
	/** Resolves with the exit code once the command and all it started are gone; never rejects. */
	readonly exited: Promise<number>;
	readonly running: boolean;
	/** Asks the command to stop; what is still there after the grace time is killed. */
	stop(): Promise<void>;
	/** Ends the whole process group at once, as a crash would. */
	kill(): Promise<void>;
}

export interface TetheredOptions {
	cwd: string;
	env: NodeJS.ProcessEnv;
	/** File descriptor that takes stdout and stderr. */
	output: number | 'ignore';
	/** How long the command may take to stop when it is asked to. */
	graceMs?: number;
}

/** Starts a command in a process group of its own that ends with this process, whatever way this one ends. */
export function spawnTethered(
	command: string,
	args: string[],
	{ cwd, env, output, graceMs = 15_000 }: TetheredOptions,
): TetheredProcess {
	const tether = spawn(process.execPath, [TETHER, String(graceMs), command, ...args], {
		cwd,
		env,
		detached: true,
		stdio: ['pipe', output, output],
	});
	const { pid } = tether;
	let running = true;

	function signalGroup(signal: NodeJS.Signals) {
		if (pid === undefined) return;
		try {
			process.kill(-pid, signal);
		} catch {
			// The group is gone already, which is all that is wanted.
		}
	}

	const exited = new Promise<number>((resolve) => {
		const settle = (code: number) => {
			running = false;
			signalGroup('SIGKILL');
			resolve(code);
		};
		tether.once('error', () => settle(127));
		tether.once('exit', (code) => settle(code ?? 1));
	});
	// A tether that died first leaves a broken pipe; there is nothing to write to it anyway.
	tether.stdin?.on('error', () => undefined);

	return {
		pid: pid ?? -1,
		exited,
		get running() {
			return running;
		},
		async stop() {
			if (running) tether.kill('SIGTERM');
			await exited;
		},
		async kill() {
			if (running) signalGroup('SIGKILL');
			await exited;
		},
	};
}
