import { readdir, readFile, writeFile } from 'node:fs/promises';

/** What Linux counts a process's time in. */
const TICKS_PER_SECOND = 100;

/** The time a process and all it has started have spent on a CPU, in milliseconds; those that have ended included. */
export async function cpuMs(root: number): Promise<number> {
	return (await statsOf(root)).reduce((sum, { ms }) => sum + ms, 0);
}

/** From now on the peak is measured anew. */
export async function forgetPeak(root: number): Promise<void> {
	for (const { pid } of await statsOf(root)) await writeFile(`/proc/${pid}/clear_refs`, '5');
}

/** The most memory a process and all it has started have had since, in MiB, each at its own peak. */
export async function peakMiB(root: number): Promise<number> {
	const stats = await statsOf(root);
	const peaks = await Promise.all(stats.map(async ({ pid }) => await peakKiB(pid)));
	return peaks.reduce((sum, peak) => sum + peak, 0) / 1024;
}

async function peakKiB(pid: number): Promise<number> {
	const status = await readFile(`/proc/${pid}/status`, 'utf8');
	return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
}

interface Stat {
	pid: number;
	parent: number;
	ms: number;
}

/** Of a process and its descendants. PostgreSQL's are in process groups of their own, so these say nothing. */
async function statsOf(root: number): Promise<Stat[]> {
	const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
	const stats = (await Promise.all(pids.map(statOf))).filter((stat) => stat !== undefined);
	const inTree = stats.filter(({ pid }) => pid === root);
	// The list grows while it is gone through: children of children are found, too.
	for (const { pid } of inTree) inTree.push(...stats.filter(({ parent }) => parent === pid));
	return inTree;
}

/** @returns undefined for a process that has ended meanwhile */
async function statOf(pid: string): Promise<Stat | undefined> {
	try {
		const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
		return { pid: Number(pid), parent: Number(fieldsOf(stat)[1]), ms: msOf(stat) };
	} catch {
		return undefined;
	}
}

/** The time on a CPU that a text of /proc/<pid>/stat gives, in milliseconds; 0 of an empty one. */
export function msOf(stat: string): number {
	// From the 12th field on: user, system, and the same of children that have ended.
	const ticks = fieldsOf(stat)
		.slice(11, 15)
		.reduce((sum, field) => sum + Number(field), 0);
	return (ticks / TICKS_PER_SECOND) * 1000;
}

/** The name in parentheses may hold anything; after it come state, parent … */
const fieldsOf = (stat: string): string[] => stat.slice(stat.lastIndexOf(')') + 2).split(' ');
