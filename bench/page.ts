import { rounded, type Measured } from './measure';
import { holds, ratioOf, type WorkReport } from './report';
import type { Circumstances } from './results';

export interface Section {
	report: WorkReport;
	circumstances: Circumstances;
	/** The file of its plot, relative to the page. */
	plot: string;
}

/** The table that the command prints, with one row per comparison. */
function claims(reports: readonly WorkReport[]): string[][] {
	return reports.flatMap((report) => [
		...report.comparisons.map((comparison) => {
			const ratio = ratioOf(report.results, comparison);
			return [
				report.title,
				comparison.of,
				`${rounded(ratio)} × ${comparison.reads}`,
				aimWords(comparison.aim, ' ×'),
				comparison.aim ? verdict(holds(ratio, comparison.aim)) : '',
			];
		}),
		...(report.bounds ?? []).map(({ of, quantity, unit, atMost }) => {
			const { median } = report.results[of][quantity];
			return [
				report.title,
				of,
				`${rounded(median)} ${unit}`,
				`≤ ${atMost} ${unit}`,
				verdict(median <= atMost),
			];
		}),
	]);
}

const verdict = (met: boolean) => (met ? 'met' : 'not met');

const aimWords = (aim: { atMost?: number; atLeast?: number } | undefined, unit: string): string => {
	if (aim?.atMost !== undefined) return `≤ ${rounded(aim.atMost)}${unit}`;
	return aim?.atLeast === undefined ? '' : `≥ ${rounded(aim.atLeast)}${unit}`;
};

const HEAD = ['Task', 'Node', 'Measured', 'Target', ''];

/** For a terminal. */
export function printedTable(reports: readonly WorkReport[]): string {
	const rows = [HEAD, ...claims(reports)];
	const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column].length)));
	return rows
		.map((row) =>
			row
				.map((cell, column) => cell.padEnd(widths[column]))
				.join('  ')
				.trimEnd(),
		)
		.join('\n');
}

/** The page under docs/. */
export const page = (sections: readonly Section[]): string =>
	[
		'# Benchmarks',
		'',
		'How fast this package is and what it costs, compared with n8n’s own HTTP Request and Webhook nodes plus expressions and',
		'loops. `npm run bench -- --page` writes this page. `--only` measures some of it, and leaves the other figures as they are.',
		'All contenders run side by side, in turn, in one real n8n against the [sandbox](../sandbox/README.md). Figures are medians,',
		'with the minimum and maximum in parentheses. Compare the ratios rather than the milliseconds, which depend on the machine.',
		'',
		markdownTable([
			[...HEAD, 'When and with what'],
			...sections.flatMap(({ report, circumstances }) =>
				claims([report]).map((row) => [
					...row,
					`${circumstances.date}, n8n ${circumstances.n8n}, ${roundsOf(report)} rounds`,
				]),
			),
		]),
		...sections.flatMap(section),
		'',
	].join('\n');

const roundsOf = ({ results }: WorkReport): number =>
	Math.max(...Object.values(results).map(runsOf));

const runsOf = (measured: Record<string, Measured>): number =>
	Math.max(...Object.values(measured).map(({ runs }) => runs));

function section({ report, circumstances, plot }: Section): string[] {
	const { title, what, results, units, notes = [] } = report;
	const quantities = Object.keys(units).filter((quantity) =>
		Object.values(results).some((contender) => contender[quantity]),
	);
	const { date, n8n, node, package: version, machine } = circumstances;
	return [
		'',
		`## ${title}`,
		'',
		what,
		'',
		markdownTable([
			['', ...quantities.map((quantity) => units[quantity]), 'rounds'],
			...Object.entries(results).map(([contender, measured]) => [
				contender,
				...quantities.map((quantity) => spread(measured[quantity])),
				String(runsOf(measured)),
			]),
		]),
		'',
		`${date}, n8n ${n8n} under Node.js ${node}, package ${version}, ${machine}.`,
		'',
		`![${title}](${plot})`,
		...notes.flatMap((note) => ['', note]),
	];
}

const spread = (measured: Measured | undefined): string =>
	measured
		? `${rounded(measured.median)} (${rounded(measured.min)}–${rounded(measured.max)})`
		: '–';

function markdownTable([head, ...rows]: string[][]): string {
	return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}
