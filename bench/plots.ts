import type { Axis, Mark, Scale, Spec } from 'vega';

import type { Point, WorkReport } from './report';

const OURS = '#3b6fd4';
const THEIRS = '#b9c0cc';

/** Draws a work as an SVG. */
export async function plotOf(report: WorkReport): Promise<string> {
	const { growth } = report;
	return growth ? await linePlot(growth.points, growth) : await bars(report);
}

/** Draws one bar per contender, with the spread of its runs. */
async function bars({ results, units, plotted }: WorkReport): Promise<string> {
	const values = Object.entries(results).flatMap(([contender, quantities]) =>
		quantities[plotted]
			? [{ contender, color: contender.includes('amora') ? OURS : THEIRS, ...quantities[plotted] }]
			: [],
	);
	// If the smallest bar would be invisible, use a logarithmic scale that starts at a power of ten.
	const medians = values.map(({ median }) => median);
	const smallest = Math.min(...medians);
	const logarithmic = Math.max(...medians) > 50 * smallest;
	const from = logarithmic ? 10 ** Math.floor(Math.log10(smallest)) : 0;
	const x: Scale = {
		name: 'x',
		type: logarithmic ? 'log' : 'linear',
		domain: { data: 'table', fields: ['max'] },
		domainMin: from,
		range: 'width',
		nice: true,
	};
	const medianBars: Mark = {
		type: 'rect',
		from: { data: 'table' },
		encode: {
			enter: {
				x: { scale: 'x', value: from },
				x2: { scale: 'x', field: 'median' },
				y: { scale: 'y', field: 'contender' },
				height: { scale: 'y', band: 1 },
				fill: { field: 'color' },
			},
		},
	};
	const spreads: Mark = {
		type: 'rule',
		from: { data: 'table' },
		encode: {
			enter: {
				x: { scale: 'x', field: 'min' },
				x2: { scale: 'x', field: 'max' },
				y: { scale: 'y', field: 'contender', band: 0.5 },
				stroke: { value: '#222' },
			},
		},
	};
	return await svg({
		height: 30 * values.length,
		data: [{ name: 'table', values }],
		scales: [
			x,
			{
				name: 'y',
				type: 'band',
				domain: { data: 'table', field: 'contender' },
				range: 'height',
				padding: 0.25,
			},
		],
		axes: [
			{ ...axis('x', 'bottom', `${units[plotted]}${logarithmic ? ', logarithmic' : ''}`) },
			{ scale: 'y', orient: 'left', domain: false, ticks: false, labelLimit: 320, labelPadding: 8 },
		],
		marks: [medianBars, spreads],
	});
}

interface LineOptions {
	x: string;
	y: string;
	logarithmic: boolean;
	/** Whether each point has a dot. Default: true. */
	dots?: boolean;
	/** Where on the x axis something happened. */
	events?: number[];
}

/** Draws one line per contender over a growing size. */
export async function linePlot(
	points: readonly Point[],
	{ x, y, logarithmic, dots = true, events = [] }: LineOptions,
): Promise<string> {
	const scale = (name: 'x' | 'y', range: 'width' | 'height'): Scale => ({
		name,
		domain: { data: 'table', field: name },
		range,
		...(logarithmic ? { type: 'log' } : { type: 'linear', zero: true, nice: true }),
	});
	const placed = { x: { scale: 'x', field: 'x' }, y: { scale: 'y', field: 'y' } } as const;
	const colored = { scale: 'color', field: 'contender' } as const;
	return await svg({
		height: 220,
		data: [
			{ name: 'table', values: [...points] },
			{ name: 'events', values: events.map((at) => ({ at })) },
		],
		scales: [
			scale('x', 'width'),
			scale('y', 'height'),
			{
				name: 'color',
				type: 'ordinal',
				domain: { data: 'table', field: 'contender' },
				range: [OURS, '#8a93a3', '#d48b3b', '#4f9d69', '#b0526f'],
			},
		],
		axes: [axis('x', 'bottom', x), axis('y', 'left', y)],
		legends: [{ stroke: 'color', orient: 'top', labelLimit: 480 }],
		marks: [
			{
				type: 'rule',
				from: { data: 'events' },
				encode: {
					enter: {
						x: { scale: 'x', field: 'at' },
						y: { value: 0 },
						y2: { signal: 'height' },
						stroke: { value: '#999' },
						strokeDash: { value: [2, 3] },
					},
				},
			},
			{
				type: 'group',
				from: { facet: { name: 'line', data: 'table', groupby: 'contender' } },
				marks: [
					{
						type: 'line',
						from: { data: 'line' },
						encode: { enter: { ...placed, stroke: colored, strokeWidth: { value: 2 } } },
					},
					{
						type: 'symbol',
						from: { data: 'line' },
						encode: { enter: { ...placed, fill: colored, size: { value: dots ? 40 : 0 } } },
					},
				],
			},
		],
	});
}

const axis = (scale: 'x' | 'y', orient: 'bottom' | 'left', title: string): Axis => ({
	scale,
	orient,
	title,
	grid: true,
	tickCount: 6,
	labelOverlap: true,
	titlePadding: 8,
});

async function svg(spec: Spec): Promise<string> {
	const { parse, View } = await import('vega');
	const view = new View(parse({ width: 420, padding: 8, background: 'white', ...spec }), {
		renderer: 'none',
	});
	return await view.toSVG();
}
