import { setTimeout as pause } from 'node:timers/promises';

import type { QueueModeN8n } from '../../tools/n8n/run/queueMode';
import type { RestartableN8n } from '../../tools/n8n/run/restartable';
import { waitFor } from '../../tools/waiting';
import type { Point } from '../report';
import { descendantsMiB } from '../processes';

/** How soon a process that ended by itself is started again, as Docker or systemd would. */
const RESTART_MS = 2_000;

const BACK_WITHIN_MS = 5 * 60_000;

interface Member {
	name: string;
	process: RestartableN8n;
	/** How long it stays down the next time that it ends. Undefined: it isn't meant to end. */
	downMs?: number;
}

/** The processes of n8n. Each is started again when it ends, whether it was killed or ended by itself. */
export class Fleet {
	private readonly members: Member[];

	/** Memory over time, in minutes and MiB. */
	readonly memory: Point[] = [];

	/** By name: how often each ended without having been killed. */
	readonly endedByThemselves = new Map<string, number>();

	private readonly keeping: Promise<unknown>;

	/** @param signal ends the watching, before the processes are stopped */
	constructor(
		n8n: QueueModeN8n,
		private readonly signal: AbortSignal,
		private readonly say: (line: string) => void,
	) {
		this.members = [
			{ name: 'main', process: n8n.main },
			...n8n.webhookProcesses.map((process, n) => ({ name: `webhook ${n + 1}`, process })),
			...n8n.workers.map((process, n) => ({ name: `worker ${n + 1}`, process })),
		];
		this.keeping = Promise.all(this.members.map(async (member) => await this.keepUp(member)));
	}

	/** Kills one and waits until it's back. */
	async kill(name: string, downMs: number, afterKill: () => Promise<void>): Promise<void> {
		const member = this.members.find((each) => each.name === name);
		if (!member) throw new Error(`n8n has no process called ${name}`);
		const { pid } = member.process;
		member.downMs = downMs;
		await member.process.kill();
		await afterKill();
		await waitFor(async () => member.process.pid !== pid && member.process.running, {
			what: `The return of n8n's process ${name}`,
			timeoutMs: BACK_WITHIN_MS,
			signal: this.signal,
		});
	}

	async noteMemory(minute: number): Promise<void> {
		for (const { name, process } of this.members) {
			const y = process.running ? Math.round(await descendantsMiB(process.pid)) : 0;
			this.memory.push({ contender: name, x: minute, y });
		}
	}

	/** Resolves when no process is being started any more. The signal must have been given. */
	async settled(): Promise<void> {
		await this.keeping;
	}

	private async keepUp(member: Member): Promise<void> {
		const aborted = new Promise<void>((resolve) =>
			this.signal.addEventListener('abort', () => resolve(), { once: true }),
		);
		while (!this.signal.aborted) {
			await Promise.race([member.process.exited, aborted]);
			if (this.signal.aborted) return;
			if (member.downMs === undefined) {
				const { name } = member;
				this.endedByThemselves.set(name, (this.endedByThemselves.get(name) ?? 0) + 1);
				this.say(`${name} ended by itself`);
			}
			const { downMs = RESTART_MS } = member;
			member.downMs = undefined;
			try {
				await pause(downMs, undefined, { signal: this.signal });
				await member.process.startAgain();
			} catch (fault) {
				if (this.signal.aborted) return;
				// Try again, e.g. when the database is back.
				this.say(`${member.name} did not start: ${String(fault)}`);
				member.downMs = RESTART_MS;
			}
		}
	}
}
