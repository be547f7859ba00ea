import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { installFolder } from './recipes';

const run = promisify(execFile);

const PROGRESS_EVERY_MS = 1_000;
const SIZE_EVERY_MS = 10_000;
const LINE_EVERY_MS = 15_000;

export interface InstallProgress {
	version: string;
	/** The current step, in words. */
	activity: string;
	elapsedMs: number;
	bytes?: number;
	expectedBytes?: number;
	/** Set in the last report of a successful install. */
	done?: boolean;
}

export interface Reporting {
	activity(what: string, expectedBytes?: number): void;
	done(): void;
	stop(): void;
}

/** Calls `onProgress` every second until it is stopped. */
export function startReporting(
	version: string,
	folder: string,
	onProgress?: (progress: InstallProgress) => void,
): Reporting {
	const startedAt = Date.now();
	const current: InstallProgress = { version, activity: '', elapsedMs: 0 };
	let measuredAt = 0;

	const report = () => {
		current.elapsedMs = Date.now() - startedAt;
		onProgress?.({ ...current });
	};
	const measure = async () => {
		measuredAt = Date.now();
		const bytes = await sizeOf(folder);
		if (current.expectedBytes) current.bytes = bytes;
	};
	const timer = setInterval(() => {
		if (current.expectedBytes && Date.now() - measuredAt > SIZE_EVERY_MS) void measure();
		report();
	}, PROGRESS_EVERY_MS);

	return {
		activity(what, expectedBytes) {
			current.activity = what;
			current.expectedBytes = expectedBytes;
			current.bytes = undefined;
			report();
		},
		done() {
			current.done = true;
			this.activity('ready');
		},
		stop: () => clearInterval(timer),
	};
}

async function sizeOf(folder: string): Promise<number | undefined> {
	try {
		const { stdout } = await run('du', ['-sk', folder]);
		return Number.parseInt(stdout, 10) * 1024;
	} catch {
		// npm moves folders while du reads them. The next attempt will succeed.
		return undefined;
	}
}

type Output = Pick<NodeJS.WriteStream, 'isTTY' | 'write'>;

/** Shows the progress of an install. A terminal gets one line that's updated, other outputs a line every now and then. */
export function installProgressOn(stream: Output): (progress: InstallProgress) => void {
	let lastActivity: string | undefined;
	let lastLineAt = -Infinity;
	let announced = false;

	return (progress) => {
		const { activity, elapsedMs, expectedBytes, done } = progress;
		const startOfLine = stream.isTTY ? '\r\u001b[K' : '';
		if (expectedBytes && !announced) {
			announced = true;
			stream.write(`${startOfLine}${announcement(progress)}\n`);
		}
		if (stream.isTTY) {
			stream.write(`${startOfLine}${describe(progress)}${done ? '\n' : ''}`);
		} else if (activity !== lastActivity || elapsedMs - lastLineAt >= LINE_EVERY_MS) {
			stream.write(`${describe(progress)}\n`);
			lastLineAt = elapsedMs;
		}
		lastActivity = activity;
	};
}

function announcement({ version, expectedBytes = 0 }: InstallProgress): string {
	return `  n8n ${version} is not on this machine yet. It goes into ${installFolder(version)}:
  about ${gigabytes(expectedBytes)} GB and five minutes, this once. An interrupted install is taken up again.`;
}

function describe({ version, activity, elapsedMs, bytes, expectedBytes }: InstallProgress): string {
	// npm spends the first minutes resolving versions, so the size means nothing yet.
	const size =
		bytes && expectedBytes && bytes > 0.05e9
			? `, ${gigabytes(bytes)} of about ${gigabytes(expectedBytes)} GB on disk`
			: '';
	return `  n8n ${version}: ${activity} (${duration(elapsedMs)}${size})`;
}

function gigabytes(bytes: number): string {
	return (bytes / 1e9).toFixed(1);
}

function duration(ms: number): string {
	const seconds = Math.round(ms / 1000);
	const minutes = Math.floor(seconds / 60);
	return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}
