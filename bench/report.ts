import type { Results } from './measure';

/** A claim about two contenders: how one compares with the other in a quantity. */
export interface Comparison {
	of: string;
	against: string;
	quantity: string;
	/** As it is written behind the ratio. */
	reads: string;
	/** `of` divided by `against`, or the other way round when more of it is worse and "times faster" is meant. */
	inverted?: boolean;
	aim?: { atMost?: number; atLeast?: number };
}

/** A limit that is not a ratio. */
export interface Bound {
	of: string;
	quantity: string;
	unit: string;
	atMost: number;
}

/** One work, what was measured of it, and what to say about that. */
export interface WorkReport {
	title: string;
	/** What was done, in a sentence or two. */
	what: string;
	results: Results;
	units: Record<string, string>;
	comparisons: Comparison[];
	bounds?: Bound[];
	/** The quantity that is plotted. */
	plotted: string;
	/** For a work that grows: drawn as lines instead of bars. */
	growth?: { x: string; y: string; logarithmic: boolean; points: Point[] };
	/** What was found on the way, and what is n8n's own cost. */
	notes?: string[];
}

/** A point of a growing work. */
export interface Point {
	contender: string;
	x: number;
	y: number;
}

export function ratioOf(results: Results, comparison: Comparison): number {
	const { of, against, quantity, inverted = false } = comparison;
	const one = results[of][quantity].median;
	const other = results[against][quantity].median;
	return inverted ? other / one : one / other;
}

export function holds(value: number, { atMost = Infinity, atLeast = -Infinity } = {}): boolean {
	return value <= atMost && value >= atLeast;
}
