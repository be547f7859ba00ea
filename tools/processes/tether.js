'use strict';

/**
 * `node tether.js <grace ms> <command> [args…]`: runs a command that must not outlive the process that started it.
 *
 * The starter holds the other end of this process's stdin. When that closes, however the starter ended (Ctrl-C, crash,
 * SIGKILL), this asks the command to stop, and kills the whole process group after the grace time.
 * It's plain JavaScript, so that it starts fast and without a loader.
 */

const { spawn } = require('node:child_process');

const [graceMs, command, ...args] = process.argv.slice(2);
const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });

let orphaned = false;

/** @param {NodeJS.Signals} signal */
function askToStop(signal = 'SIGTERM') {
	child.kill(signal);
	setTimeout(() => process.kill(0, 'SIGKILL'), Number(graceMs)).unref();
}

process.on('SIGINT', () => askToStop('SIGINT'));
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => askToStop());

process.stdin.resume();
for (const event of ['end', 'error']) {
	process.stdin.on(event, () => {
		orphaned = true;
		askToStop();
	});
}

child.on('error', (error) => {
	console.error(`${command} could not be started: ${error.message}`);
	process.exit(127);
});

child.on('exit', (code) => {
	// Nobody else ends the processes that the command left behind.
	if (orphaned) process.kill(0, 'SIGKILL');
	process.exit(code ?? 1);
});
