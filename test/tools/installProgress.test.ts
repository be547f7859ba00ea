import { installProgressOn, type InstallProgress } from '../../tools/n8n/install/installProgress';

function shown(isTTY: boolean, reports: Array<Omit<InstallProgress, 'version'>>): string {
	let text = '';
	const write = (piece: string | Uint8Array) => {
		text += String(piece);
		return true;
	};
	const onProgress = installProgressOn({ isTTY, write });
	for (const report of reports) onProgress({ version: '2.0.0', ...report });
	return text;
}

const downloading = (elapsedMs: number, bytes?: number) => ({
	activity: 'downloading',
	elapsedMs,
	bytes,
	expectedBytes: 3e9,
});

describe('the progress of an install', () => {
	it('is a line every 15 s where there is no terminal, and says first what is to come', () => {
		const everySecond = Array.from({ length: 91 }, (_, second) =>
			downloading(second * 1000, second * 0.02e9),
		);
		const lines = shown(false, everySecond).trimEnd().split('\n');
		expect(lines[0]).toContain('n8n 2.0.0 is not on this machine yet');
		expect(lines.slice(2)).toEqual([
			'  n8n 2.0.0: downloading (0 s)',
			'  n8n 2.0.0: downloading (15 s, 0.3 of about 3.0 GB on disk)',
			'  n8n 2.0.0: downloading (30 s, 0.6 of about 3.0 GB on disk)',
			'  n8n 2.0.0: downloading (45 s, 0.9 of about 3.0 GB on disk)',
			'  n8n 2.0.0: downloading (1 min 0 s, 1.2 of about 3.0 GB on disk)',
			'  n8n 2.0.0: downloading (1 min 15 s, 1.5 of about 3.0 GB on disk)',
			'  n8n 2.0.0: downloading (1 min 30 s, 1.8 of about 3.0 GB on disk)',
		]);
	});

	it('keeps one line up to date on a terminal and leaves it when done', () => {
		const text = shown(true, [
			{ activity: 'looking', elapsedMs: 0 },
			{ activity: 'ready', elapsedMs: 900, done: true },
		]);
		expect(text).toBe('\r\u001b[K  n8n 2.0.0: looking (0 s)\r\u001b[K  n8n 2.0.0: ready (1 s)\n');
	});
});
