import { readdir, readFile, writeFile } from 'node:fs/promises';

/** What Linux counts a process's time in. */
const TICKS_PER_SECOND = 100;

/** The time all processes of a group have spent on a CPU, in milliseconds; those that have ended since included. */
export async function cpuMs(group: number): Promise<number> {
	const stats = await statsOf(group);
	const ticks = stats.reduce((sum, { ticks }) => sum + ticks, 0);
	return (ticks / TICKS_PER_SECOND) * 1000;
}

/** From now on the peak is measured anew. */
export async function forgetPeak(group: number): Promise<void> {
	for (const { pid } of await statsOf(group)) await writeFile(`/proc/${pid}/clear_refs`, '5');
}

/** The most memory the processes of a group have had since, in MiB, each at its own peak. */
export async function peakMiB(group: number): Promise<number> {
	const stats = await statsOf(group);
	const peaks = await Promise.all(stats.map(async ({ pid }) => await peakKiB(pid)));
	return peaks.reduce((sum, peak) => sum + peak, 0) / 1024;
}

async function peakKiB(pid: string): Promise<number> {
	const status = await readFile(`/proc/${pid}/status`, 'utf8');
	return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
}

async function statsOf(group: number): Promise<Array<{ pid: string; ticks: number }>> {
	const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
	const stats = await Promise.all(pids.map(statOf));
	return stats.flatMap((stat) => (stat?.group === group ? [stat] : []));
}

/** @returns undefined for a process that has ended meanwhile */
async function statOf(
	pid: string,
): Promise<{ pid: string; group: number; ticks: number } | undefined> {
	try {
		const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
		// The name in parentheses may hold anything; after it come state, parent, group …
		const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
		// … and from the 12th on: user, system, and the same of children that have ended.
		const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
		return { pid, group: Number(fields[2]), ticks };
	} catch {
		return undefined;
	}
}
