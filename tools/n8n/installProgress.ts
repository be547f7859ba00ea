import type { InstallProgress } from './install';
import { installFolder } from './recipes';

const LINE_EVERY_MS = 15_000;

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
