import { readdir, readFile, writeFile } from 'node:fs/promises';

/** The unit in which Linux counts CPU time. */
const TICKS_PER_SECOND = 100;

const PAGE_BYTES = 4096;

/** The CPU time of a process and its descendants in milliseconds, including those that have ended. */
export async function cpuMs(root: number): Promise<number> {
	return (await statsOf(root)).reduce((sum, { ms }) => sum + ms, 0);
}

/** Resets the peak memory. */
export async function forgetPeak(root: number): Promise<void> {
	for (const { pid } of await statsOf(root)) await writeFile(`/proc/${pid}/clear_refs`, '5');
}

/** The sum of the peak memory of a process and its descendants since `forgetPeak`, in MiB. */
export async function peakMiB(root: number): Promise<number> {
	const stats = await statsOf(root);
	const peaks = await Promise.all(stats.map(async ({ pid }) => await peakKiB(pid)));
	return peaks.reduce((sum, peak) => sum + peak, 0) / 1024;
}

/** The sum of the memory (RSS) of a process's descendants, in MiB. Of a tethered process, that's without its tether. */
export async function descendantsMiB(root: number): Promise<number> {
	const descendants = (await statsOf(root)).filter(({ pid }) => pid !== root);
	return descendants.reduce((sum, { pages }) => sum + pages * PAGE_BYTES, 0) / 1024 ** 2;
}

async function peakKiB(pid: number): Promise<number> {
	const status = await readFile(`/proc/${pid}/status`, 'utf8');
	return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
}

interface Stat {
	pid: number;
	parent: number;
	ms: number;
	/** Of memory (RSS). */
	pages: number;
}

/** The process and its descendants. Process groups don't help here, because PostgreSQL's processes have their own. */
async function statsOf(root: number): Promise<Stat[]> {
	const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
	const stats = (await Promise.all(pids.map(statOf))).filter((stat) => stat !== undefined);
	const inTree = stats.filter(({ pid }) => pid === root);
	// The list grows during the loop, so this finds grandchildren too.
	for (const { pid } of inTree) inTree.push(...stats.filter(({ parent }) => parent === pid));
	return inTree;
}

/** @returns undefined if the process has ended */
async function statOf(pid: string): Promise<Stat | undefined> {
	try {
		const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
		const fields = fieldsOf(stat);
		return {
			pid: Number(pid),
			parent: Number(fields[1]),
			ms: msOf(stat),
			pages: Number(fields[21]),
		};
	} catch {
		return undefined;
	}
}

/** The CPU time in a /proc/<pid>/stat text, in milliseconds. 0 for an empty text. */
export function msOf(stat: string): number {
	// From the 12th field on: user, system, and both again for children that have ended.
	const ticks = fieldsOf(stat)
		.slice(11, 15)
		.reduce((sum, field) => sum + Number(field), 0);
	return (ticks / TICKS_PER_SECOND) * 1000;
}

/** The name in parentheses can contain any character. After it come state, parent … */
const fieldsOf = (stat: string): string[] => stat.slice(stat.lastIndexOf(')') + 2).split(' ');
