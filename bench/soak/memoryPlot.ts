import { linePlot } from '../plots';
import type { SoakResult } from './soak';

/** Few enough for a small picture. */
const POINTS_PER_LINE = 90;

export async function memoryPlot({
	memory,
	steps,
}: Pick<SoakResult, 'memory' | 'steps'>): Promise<string> {
	const lines = new Set(memory.map(({ contender }) => contender)).size;
	const every = Math.ceil(memory.length / lines / POINTS_PER_LINE);
	return await linePlot(
		memory
			.filter((_, index) => Math.floor(index / lines) % every === 0)
			.map((point) => ({ ...point, x: Number(point.x.toFixed(2)) })),
		{
			x: 'minutes',
			y: 'memory (RSS) of each process of n8n, MiB',
			logarithmic: false,
			dots: false,
			events: steps.map(({ fromSeconds }) => Number((fromSeconds / 60).toFixed(2))),
		},
	);
}
