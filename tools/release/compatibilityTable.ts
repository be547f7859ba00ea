/** The result for one n8n under one Node.js version. */
export interface Trial {
	n8n: string;
	/** Exact version. */
	node: string;
	passed: number;
	failed: number;
	/** ISO date. */
	on: string;
	/** Version of this package. */
	package: string;
}

/** The newest trial of each pair. Pairs that weren't tried this time keep their earlier trial. */
export function withTrials(earlier: Trial[], trials: Trial[]): Trial[] {
	const same = (one: Trial, other: Trial) =>
		one.n8n === other.n8n && one.node.split('.')[0] === other.node.split('.')[0];
	return [
		...earlier.filter((trial) => !trials.some((newer) => same(trial, newer))),
		...trials,
	].sort((one, other) => byNumber(one.n8n, other.n8n) || byNumber(one.node, other.node));
}

function byNumber(one: string, other: string): number {
	return one.localeCompare(other, 'en', { numeric: true });
}

/** @param settings the environment variables that n8n needs for a trial, as `NAME=value` */
export function compatibilityTable(trials: Trial[], settings: (trial: Trial) => string[]): string {
	const rows = trials.map((trial) => {
		const { n8n, node, passed, failed, on } = trial;
		const result =
			failed === 0 && passed > 0 ? 'Works' : `Fails ${failed} of ${passed + failed} tests`;
		const needs = settings(trial).map((setting) => `\`${setting}\``);
		return [n8n, node, result, needs.join(', ') || 'None', on];
	});
	const head = ['n8n', 'Node.js', 'Result', 'Required setting', 'Tested on'];
	return [head, head.map(() => '---'), ...rows]
		.map((cells) => `| ${cells.join(' | ')} |`)
		.join('\n');
}
