import { useEffect, useRef } from 'preact/hooks';
import UPlot from 'uplot';
import type { CampaignProgress } from '../../update';
import { inOrder } from '../parts/words';

const HEIGHT = 190;

/** Ended calls over time, with one band per outcome. Hidden from screen readers: the figures are in the text above it. */
export function ProgressChart({ progress }: { progress: CampaignProgress }) {
	const place = useRef<HTMLDivElement>(null);
	const chart = useRef<UPlot | null>(null);
	const outcomes = inOrder(Object.keys(progress.outcomes));
	const kinds = outcomes.join();
	const data = stacked(progress, outcomes);

	useEffect(() => {
		const element = place.current;
		if (!element) return undefined;
		const draw = () => {
			chart.current?.destroy();
			chart.current = new UPlot(optionsFor(element, kinds.split(',')), data, element);
		};
		draw();
		const scheme = matchMedia('(prefers-color-scheme: dark)');
		scheme.addEventListener('change', draw);
		const resizing = new ResizeObserver(() =>
			chart.current?.setSize({ width: element.clientWidth, height: HEIGHT }),
		);
		resizing.observe(element);
		return () => {
			scheme.removeEventListener('change', draw);
			resizing.disconnect();
			chart.current?.destroy();
			chart.current = null;
		};
	}, [kinds]);

	useEffect(() => chart.current?.setData(data), [progress]);

	return <div class="chart" aria-hidden="true" ref={place} />;
}

/** The highest band comes first, so that lower bands are drawn over it. */
function stacked({ times, outcomes }: CampaignProgress, order: string[]): UPlot.AlignedData {
	const below = times.map(() => 0);
	const bands = order.map((outcome) => outcomes[outcome].map((count, n) => (below[n] += count)));
	return [times.map((time) => time / 1000), ...bands.reverse()];
}

function optionsFor(element: HTMLElement, order: string[]): UPlot.Options {
	const style = getComputedStyle(element);
	const axis = {
		stroke: style.getPropertyValue('--muted'),
		grid: { stroke: style.getPropertyValue('--line'), width: 1 },
		ticks: { show: false },
		font: '12px system-ui, sans-serif',
	};
	return {
		width: element.clientWidth,
		height: HEIGHT,
		legend: { show: false },
		cursor: { show: false },
		scales: { y: { range: (_, __, max) => [0, Math.max(1, max)] } },
		axes: [
			{ ...axis, size: 30, values: [[1, '{HH}:{mm}:{ss}', '', '', '', '', '', '', 1]] },
			{
				...axis,
				size: 44,
				incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000, 10_000, 50_000],
			},
		],
		series: [
			{},
			...[...order].reverse().map((outcome) => {
				const colour = colourOf(style, outcome);
				return { stroke: colour, fill: colour, width: 1, points: { show: false } };
			}),
		],
	};
}

const colourOf = (style: CSSStyleDeclaration, outcome: string) =>
	style.getPropertyValue(`--of-${outcome}`) || style.getPropertyValue('--of-other');
