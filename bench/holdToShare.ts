import { readFileSync } from 'node:fs';

import { msOf } from './processes';

const LOOK_EVERY_MS = 10;
/** Little is saved up while there is nothing to do. */
const MOST_CREDIT_MS = 20;

/**
 * `node --import tsx bench/holdToShare.ts <pid> <share>`: lets a process and all it has started have no more than a
 * share of one core, 0.05 being a twentieth, by stopping them while they have had more. It is a process of its own, so
 * that they are let go whatever becomes of the benchmark: on SIGTERM.
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

/** Read at once, without a pause in which they could go on. */
function familyOf(root: number): number[] {
	const family = [root];
	// The list grows while it is gone through: children of children are found, too.
	for (const pid of family) {
		const children = textOf(`/proc/${pid}/task/${pid}/children`);
		family.push(...children.split(' ').filter(Boolean).map(Number));
	}
	return family;
}

const spentBy = (pids: readonly number[]): number =>
	pids.reduce((sum, pid) => sum + msOf(textOf(`/proc/${pid}/stat`)), 0);

/** @returns nothing of a process that has ended meanwhile */
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
			// It has ended meanwhile.
		}
	}
}

const [root, share] = process.argv.slice(2).map(Number);
hold(root, share);
