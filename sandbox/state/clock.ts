import { Heap } from 'heap-js';
import { setImmediate as nextTick } from 'node:timers/promises';

interface Task {
	at: number;
	order: number;
	run: (at: number) => void;
}

/** How many due tasks run before the event loop gets a turn to serve requests. */
const TASKS_PER_TURN = 2_000;
const LONGEST_TIMEOUT = 2 ** 31 - 1;

/**
 * The sandbox's clock. It starts at the real time and runs `speed` times as fast. At speed 0, only `advanceTo` moves it. All
 * future tasks wait in one heap with a single timer.
 *
 * A task gets the time it was due at, not the current time. So what it schedules is exact, however late the machine is and
 * however far the clock jumped.
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

	/** Whole virtual milliseconds since the epoch. */
	now() {
		const passed = (performance.now() - this.#realAnchor) * this.#speed;
		return Math.floor(this.#virtualAnchor + passed);
	}

	/** Whether any task due by then hasn't run. */
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

	/** Moves the clock forward. When this resolves, every task due by then has run, in order and at its own time. */
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
