import type { Results } from './measure';

/** Compares two contenders in one quantity. */
export interface Comparison {
	of: string;
	against: string;
	quantity: string;
	/** The text after the ratio. */
	reads: string;
	/** `of` divided by `against`. Inverted if smaller is better and the text says how much faster it is. */
	inverted?: boolean;
	aim?: { atMost?: number; atLeast?: number };
}

/** An absolute limit. */
export interface Bound {
	of: string;
	quantity: string;
	unit: string;
	atMost: number;
}

/** One work with its figures and notes. */
export interface WorkReport {
	title: string;
	/** Describes the work in a sentence or two. */
	what: string;
	results: Results;
	units: Record<string, string>;
	comparisons: Comparison[];
	bounds?: Bound[];
	/** The quantity that is plotted. */
	plotted: string;
	/** If the size of the work grows, it's drawn as lines instead of bars. */
	growth?: { x: string; y: string; logarithmic: boolean; points: Point[] };
	/** Explanations, such as which costs come from n8n. */
	notes?: string[];
}

/** A point on one of those lines. */
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
