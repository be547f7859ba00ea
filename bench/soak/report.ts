import type { SoakResult } from './soak';

interface Circumstances {
	date: string;
	n8n: string;
	node: string;
	package: string;
	command: string;
}

interface Line {
	what: string;
	figure: number;
	/** Who it's up to. */
	whose: 'Ours' | 'n8n' | '';
}

/** Everything that must be 0: it would be up to the package. */
export function faultsOfOurs(result: SoakResult): Line[] {
	return linesOf(result).filter(({ whose, figure }) => whose === 'Ours' && figure > 0);
}

export function linesOf({ sent, events, runs, ...result }: SoakResult): Line[] {
	// An execution that n8n stored without its data may be that of an event that has none.
	const unshown = Math.min(events.unmet - events.metByStartPage, events.empty);
	const { endedByThemselves } = result;
	return [
		line('Events sent', sent),
		line('Deliveries of them', events.deliveries),
		line('Events acknowledged', events.acknowledged),
		line('Events executed', events.executed),
		line(
			'Events broken off: their execution is there, and failed',
			events.brokenOff + unshown,
			'n8n',
		),
		line(
			'Events that n8n acknowledged while it was starting up, and lost',
			events.metByStartPage,
			'n8n',
		),
		line('Events lost otherwise', events.unmet - events.metByStartPage - unshown, 'Ours'),
		line(
			'Executions beyond the first, of an event that n8n stored and did not get to acknowledge',
			events.doubledUnanswered,
			'n8n',
		),
		line('Other executions beyond the first', events.doubled - events.doubledUnanswered, 'Ours'),
		line('Runs that call people, acknowledged', runs.runs),
		line('Those that succeeded', runs.succeeded),
		line('Those that failed, with their execution', runs.failed),
		line('Those without an execution that is known to be theirs', runs.unmet, 'n8n'),
		line('Calls asked for', runs.asked),
		line('People called', runs.called),
		line('Calls placed twice', runs.calledTwice, 'Ours'),
		line('Campaigns started', runs.campaigns),
		line('Campaigns started twice', runs.startedTwice, 'Ours'),
		line('Calls of campaigns placed twice', runs.dialedTwice, 'Ours'),
		line('Failed runs that were retried', result.retried),
		line('Those that then succeeded', result.retriedWell),
		line('Calls placed twice after that', result.afterRetry.calledTwice, 'Ours'),
		line('Campaigns started twice after that', result.afterRetry.startedTwice, 'Ours'),
		line('Calls of campaigns placed twice after that', result.afterRetry.dialedTwice, 'Ours'),
		line(
			'Most webhooks at Samora at a time, beyond the one',
			Math.max(0, result.mostWebhooks - 1),
			'Ours',
		),
		line('Webhooks left at Samora after unpublishing', result.webhooksLeft, 'Ours'),
		line(
			'Processes of n8n that ended by themselves',
			Object.values(endedByThemselves).reduce((sum, count) => sum + count, 0),
			'n8n',
		),
	];
}

const line = (what: string, figure: number, whose: Line['whose'] = ''): Line => ({
	what,
	figure,
	whose,
});

/** As Markdown. */
export function reportOf(result: SoakResult, about: Circumstances, plot: string): string {
	const lines = linesOf(result).map(
		({ what, figure, whose }) => `| ${what} | ${figure.toLocaleString('en')} | ${whose} |`,
	);
	const steps = result.steps.map(
		({ what, fromSeconds, toSeconds }) =>
			`| ${clock(fromSeconds)} | ${what} | ${clock(toSeconds)} |`,
	);
	return `Measured on ${about.date} with \`${about.command}\`: n8n ${about.n8n} on Node.js ${about.node}, package ${about.package}, PostgreSQL, Redis, a main process, two webhook processes and two workers, all on one machine.

| What | Figure | Up to |
| --- | ---: | --- |
${lines.join('\n')}

| From | What was done | All back |
| ---: | --- | ---: |
${steps.join('\n')}

![The memory of each process of n8n over time](${plot})
`;
}

const clock = (seconds: number) =>
	`${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
