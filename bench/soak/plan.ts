export const FAULTS = [
	'kill a worker',
	'kill a webhook process',
	'kill the main process',
	'restart Redis',
	'restart PostgreSQL',
	'Samora away',
] as const;

export type FaultKind = (typeof FAULTS)[number];

export interface Step {
	kind: FaultKind;
	/** Since the beginning of the soak. */
	atMs: number;
	/** How long it's gone before it's started again. */
	downMs: number;
	/** Which of several processes, counted from 0. */
	which: number;
}

/** Without faults, at the beginning and at the end. */
const CALM_MS = 45_000;

/** Enough for a process to start again before the next fault, usually. */
const STEP_MS = 70_000;

/** The shortest and the longest time, in seconds. n8n gives up a Redis that's away for more than 10 s. */
const DOWN_SECONDS: Record<FaultKind, [number, number]> = {
	'kill a worker': [1, 20],
	'kill a webhook process': [1, 20],
	'kill the main process': [1, 20],
	'restart Redis': [1, 8],
	'restart PostgreSQL': [2, 15],
	'Samora away': [60, 150],
};

/** What is done when. The same seed gives the same plan. Every fault occurs, and each once before any occurs again. */
export function planOf(seed: number, minutes: number): Step[] {
	const random = randomFrom(seed);
	const room = minutes * 60_000 - 2 * CALM_MS;
	const count = Math.max(FAULTS.length, Math.floor(room / STEP_MS));
	const every = room / count;
	const kinds: FaultKind[] = [];
	while (kinds.length < count) kinds.push(...shuffled(FAULTS, random));
	return kinds.slice(0, count).map((kind, index) => {
		const [shortest, longest] = DOWN_SECONDS[kind];
		return {
			kind,
			atMs: Math.round(CALM_MS + every * (index + random() / 3)),
			downMs: Math.round(1000 * (shortest + random() * (longest - shortest))),
			which: Math.floor(random() * 2),
		};
	});
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
	const left = [...items];
	const order: T[] = [];
	while (left.length > 0) order.push(...left.splice(Math.floor(random() * left.length), 1));
	return order;
}

/** Numbers from 0 to 1 that depend on nothing but the seed (mulberry32). */
export function randomFrom(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}
