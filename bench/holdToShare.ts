import { readFileSync } from 'node:fs';

import { msOf } from './processes';

const LOOK_EVERY_MS = 10;
/** How much unused time a process may save up while it's idle. */
const MOST_CREDIT_MS = 20;

/**
 * `node --import tsx bench/holdToShare.ts <pid> <share>`: limits a process and its descendants to a share of one core
 * (0.05 is a twentieth), by stopping them whenever they have used more. This runs as a separate process, so that SIGTERM
 * always releases them, whatever happens to the benchmark.
 */
function hold(root: number, share: number): void {
	let stopped: number[] = [];
	const letGo = () => {
		signal(stopped, 'SIGCONT');
		stopped = [];
	};
	let creditMs = 0;
	let lookedAt = performance.now();
	let had = spentBy(familyOf(root));
	const looks = setInterval(() => {
		const now = performance.now();
		const family = familyOf(root);
		const spent = spentBy(family);
		creditMs = Math.min(creditMs + share * (now - lookedAt), MOST_CREDIT_MS) - (spent - had);
		[lookedAt, had] = [now, spent];
		if (creditMs >= 0) letGo();
		else if (stopped.length === 0) signal((stopped = family), 'SIGSTOP');
	}, LOOK_EVERY_MS);
	process.once('SIGTERM', () => {
		clearInterval(looks);
		letGo();
	});
}

/** Reads synchronously, so that the processes can't change in between. */
function familyOf(root: number): number[] {
	const family = [root];
	// The list grows during the loop, so this finds grandchildren too.
	for (const pid of family) {
		const children = textOf(`/proc/${pid}/task/${pid}/children`);
		family.push(...children.split(' ').filter(Boolean).map(Number));
	}
	return family;
}

const spentBy = (pids: readonly number[]): number =>
	pids.reduce((sum, pid) => sum + msOf(textOf(`/proc/${pid}/stat`)), 0);

/** @returns an empty text if the process has ended */
function textOf(file: string): string {
	try {
		return readFileSync(file, 'utf8');
	} catch {
		return '';
	}
}

function signal(pids: readonly number[], what: NodeJS.Signals): void {
	for (const pid of pids) {
		try {
			process.kill(pid, what);
		} catch {
			// The process has ended.
		}
	}
}

const [root, share] = process.argv.slice(2).map(Number);
hold(root, share);
