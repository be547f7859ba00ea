import { Heap } from 'heap-js';
import { setImmediate as nextTick } from 'node:timers/promises';

interface Task {
	at: number;
	order: number;
	run: (at: number) => void;
}

/** How many due tasks run before the event loop gets a turn, so that requests are served meanwhile. */
const TASKS_PER_TURN = 2_000;
const LONGEST_TIMEOUT = 2 ** 31 - 1;

/**
 * The sandbox's time. It starts at the real time and then runs `speed` times as fast; at speed 0 it stands still and only
 * `advanceTo` moves it. All that is to happen later waits in one heap with one timer in front of it.
 *
 * A task learns the time it was due at, not the time it is: what it schedules in turn is exact, however late the machine
 * is and however far time jumped.
 */
export class Clock {
	readonly #tasks = new Heap<Task>((a, b) => a.at - b.at || a.order - b.order);
	#speed: number;
	#virtualAnchor = Date.now();
	#realAnchor = performance.now();
	#order = 0;
	#timer: NodeJS.Timeout | undefined;
	#running: Promise<void> | undefined;
	#stopped = false;

	constructor(speed: number) {
		this.#speed = speed;
	}

	get speed() {
		return this.#speed;
	}

	/** Virtual milliseconds since the epoch, whole ones. */
	now() {
		const passed = (performance.now() - this.#realAnchor) * this.#speed;
		return Math.floor(this.#virtualAnchor + passed);
	}

	/** Whether anything is left that should have happened by then. */
	isDue(time: number) {
		const next = this.#tasks.peek();
		return next !== undefined && next.at <= time;
	}

	at(time: number, run: (at: number) => void) {
		const task: Task = { at: time, order: this.#order++, run };
		this.#tasks.push(task);
		if (!this.#running && this.#tasks.peek() === task) this.#arm();
	}

	setSpeed(speed: number) {
		this.#moveTo(this.now());
		this.#speed = speed;
		this.#arm();
	}

	/** Jumps ahead. Everything due until then has run when this resolves, in order and each at its own time. */
	async advanceTo(target: number) {
		await this.#runUntil(target);
		this.#moveTo(Math.max(target, this.now()));
		this.#arm();
	}

	stop() {
		this.#stopped = true;
		clearTimeout(this.#timer);
		this.#tasks.clear();
	}

	async #runUntil(target: number) {
		while (this.#running) await this.#running;
		this.#running = this.#runDue(target);
		try {
			await this.#running;
		} finally {
			this.#running = undefined;
		}
	}

	async #runDue(target: number) {
		let ran = 0;
		for (;;) {
			const next = this.#tasks.peek();
			if (!next || next.at > target || this.#stopped) return;
			this.#tasks.pop();
			if (next.at > this.now()) this.#moveTo(next.at);
			next.run(next.at);
			ran += 1;
			if (ran % TASKS_PER_TURN === 0) await nextTick();
		}
	}

	#moveTo(time: number) {
		this.#virtualAnchor = time;
		this.#realAnchor = performance.now();
	}

	#arm() {
		clearTimeout(this.#timer);
		const next = this.#tasks.peek();
		if (!next || this.#stopped || this.#speed <= 0) return;
		const wait = Math.max(0, (next.at - this.now()) / this.#speed);
		this.#timer = setTimeout(() => void this.#tick(), Math.min(wait, LONGEST_TIMEOUT));
	}

	async #tick() {
		await this.#runUntil(this.now());
		this.#arm();
	}
}
