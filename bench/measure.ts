import { max, median, min } from 'simple-statistics';

/** One quantity of one contender over all runs. */
export interface Measured {
	median: number;
	min: number;
	max: number;
	runs: number;
}

const summed = (values: number[]): Measured => ({
	median: median(values),
	min: min(values),
	max: max(values),
	runs: values.length,
});

/** The result of one run: quantities by name, such as `ms` or `requests`. */
export type Figures = Record<string, number>;

export interface Contender {
	name: string;
	run: () => Promise<Figures>;
	/** The maximum number of rounds, for contenders that take long. */
	atMost?: number;
}

export type Results = Record<string, Record<string, Measured>>;

/**
 * Runs the contenders in turn, round by round, so that anything that disturbs the machine affects all of them.
 * A warm-up round comes first and isn't counted.
 */
export async function interleaved(
	contenders: Contender[],
	{ rounds, warmUp = true, say }: { rounds: number; warmUp?: boolean; say: (line: string) => void },
): Promise<Results> {
	const figures = new Map<string, Figures[]>(contenders.map(({ name }) => [name, []]));
	for (let round = warmUp ? 0 : 1; round <= rounds; round++) {
		// The first contender gets the colder machine, so the order alternates.
		const order = round % 2 === 0 ? contenders : [...contenders].reverse();
		for (const { name, run, atMost = rounds } of order) {
			if (round > atMost) continue;
			const measured = await run();
			if (round > 0) figures.get(name)?.push(measured);
			say(`    ${round === 0 ? 'warm-up' : `round ${round}`}: ${name} ${shown(measured)}`);
		}
	}
	return Object.fromEntries([...figures].map(([name, runs]) => [name, byQuantity(runs)]));
}

function byQuantity(runs: Figures[]): Record<string, Measured> {
	const quantities = Object.keys(runs[0] ?? {});
	return Object.fromEntries(
		quantities.map((quantity) => [quantity, summed(runs.map((run) => run[quantity]))]),
	);
}

const shown = (figures: Figures): string =>
	Object.entries(figures)
		.map(([name, value]) => `${name} ${rounded(value)}`)
		.join(', ');

/** Rounds to three significant digits. */
export const rounded = (value: number): string =>
	value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
