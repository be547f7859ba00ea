import type { FaultKind } from '../../sandbox';

/**
 * Whether matrices run in full, as they do in `.ci/run`. Otherwise each runs a sample, which the file that makes the
 * matrix describes, so that `npm test` stays quick.
 */
export const FULL_MATRIX = process.env.SAMORA_FULL_MATRIX === '1';

/** All choices in the full matrix; otherwise one of them, a different one each turn. */
export const allOrOne = <Choice>(choices: Choice[], turn: number): Choice[] =>
	FULL_MATRIX ? choices : [choices[turn % choices.length]];

/** How long a request waits for its answer: briefly only where none comes, since a busy machine is slow to give one. */
export const timeoutFor = (kind: FaultKind): number =>
	kind.startsWith('hang') || kind === 'endless' || kind === '101' ? 800 : 30_000;

/** Tries the cases side by side, each lane one after the other, in the order they stand in. */
export async function inLanes<Lane, Tried, Result>(
	lanes: readonly Lane[],
	cases: readonly Tried[],
	run: (lane: Lane, tried: Tried) => Promise<Result>,
): Promise<Array<{ tried: Tried; result: Result }>> {
	const waiting = [...cases];
	const results: Array<{ tried: Tried; result: Result }> = [];
	await Promise.all(
		lanes.map(async (lane) => {
			for (let tried = waiting.shift(); tried; tried = waiting.shift()) {
				results.push({ tried, result: await run(lane, tried) });
			}
		}),
	);
	return results;
}
