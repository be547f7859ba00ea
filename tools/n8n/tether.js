'use strict';

/**
 * `node tether.js <grace ms> <command> [args…]`: runs a command that must not outlive whoever started it.
 *
 * The starter holds the other end of this process's stdin. Once that closes, however the starter ended
 * (Ctrl-C, crash, SIGKILL), the command is asked to stop and after the grace time the whole process group goes.
 * Plain JavaScript, since it must start fast and without a loader.
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
	// Nobody is left to clear up what the command itself started and left behind.
	if (orphaned) process.kill(0, 'SIGKILL');
	process.exit(code ?? 1);
});
