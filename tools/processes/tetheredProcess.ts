import { spawn } from 'node:child_process';
import path from 'node:path';

const TETHER = path.join(__dirname, 'tether.js');

export interface TetheredProcess {
	/** The leader of the process group with everything that the command started. */
	readonly pid: number;
	/** Resolves with the exit code once the command and everything it started have ended. Never rejects. */
	readonly exited: Promise<number>;
	readonly running: boolean;
	/** Asks the command to stop, and kills what's left after the grace time. */
	stop(): Promise<void>;
	/** Kills the whole process group, as in a crash. */
	kill(): Promise<void>;
}

export interface TetheredOptions {
	cwd: string;
	env: NodeJS.ProcessEnv;
	/** The file descriptor for stdout and stderr. */
	output: number | 'ignore';
	/** How long the command may take to stop. */
	graceMs?: number;
}

/** Starts a command in its own process group, which ends when this process ends, even if this one is killed. */
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
			// The group has already ended.
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
	// If the tether ended first, the pipe is broken. There's nothing to write to it anyway.
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
