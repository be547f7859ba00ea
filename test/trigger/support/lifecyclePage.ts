import type { FaultKind } from '../../../sandbox';
import type { Moment, State } from './lifecycleStates';

export interface Case {
	state: State;
	moment: Moment;
	/** `down`: nobody accepts the connection. */
	fault: FaultKind | 'none' | 'down';
	/** Whether it stays or passes after one request. */
	stays: boolean;
	/** How many requests it lets through first. */
	skip: number;
}

export interface Result {
	tried: Case;
	outcome: string;
	/** Whether n8n was told that it did not succeed. */
	refused: boolean;
	/** What there is once the fault is over and the same is done again. */
	afterwards: string;
}

const MOMENTS: Record<Moment, string> = {
	publish: 'When the workflow is published',
	restart: 'When n8n starts, and the workflow is published',
	unpublish: 'When the workflow is unpublished',
};

/** What a fault looks like from outside, in the words of the page. */
const FAULTS: Record<Case['fault'], string> = {
	none: 'none',
	down: 'connection refused',
	'429': '429',
	'429-retry-after': '429 with Retry-After',
	'500': '500',
	'500-after': '500 although it was done',
	'503': '503',
	hang: 'no answer, ever',
	'hang-after': 'no answer, ever, although it was done',
	'reset-before': 'connection broken before it was done',
	'reset-after': 'connection broken after it was done',
	truncated: 'answer cut short',
	malformed: 'broken JSON',
	empty: 'empty answer',
	html: "a proxy's page",
	slow: 'slow answer',
	'401': '401',
	'403': '403',
	'empty-object': 'empty object',
	text: 'text that is not JSON',
	'html-after': "a proxy's page although it was done",
	drip: 'answer in single bytes',
	endless: 'answer without end',
	'101': '101',
	deep: 'deeply nested JSON',
	'fewer-ids': 'fewer IDs than recipients',
	'no-ids': 'no IDs',
	ignored: 'success, but nothing was done',
	'wrong-total': 'wrong length of a list',
};

const DONE: Array<Case['fault']> = [
	'500-after',
	'hang-after',
	'reset-after',
	'truncated',
	'malformed',
	'empty',
];

const COLUMNS = {
	passes: 'Samora is well, or one request goes wrong',
	away: 'Samora stays away',
	refuses: 'Samora keeps refusing the key',
	garbles: 'Samora does everything, but its answers never arrive',
} as const;

type Column = keyof typeof COLUMNS;

export function columnOf({ fault, stays }: Case): Column {
	if (!stays) return 'passes';
	if (DONE.includes(fault)) return 'garbles';
	return fault === '401' || fault === '403' ? 'refuses' : 'away';
}

/** The page, from what a run of the tests found, in the order of its lines. */
export function lifecyclePage(results: readonly Result[]): string {
	const columns = Object.keys(COLUMNS) as Column[];
	const tables = (Object.keys(MOMENTS) as Moment[]).map((moment) => {
		const here = results.filter(({ tried }) => tried.moment === moment);
		const states = [...new Set(here.map(({ tried }) => tried.state.name))];
		const rows = states.map((state) => [
			state,
			...columns.map((column) =>
				summary(
					here.filter(({ tried }) => tried.state.name === state && columnOf(tried) === column),
				),
			),
		]);
		return `## ${MOMENTS[moment]}\n\n${table([['before', ...Object.values(COLUMNS)], ...rows])}`;
	});
	const faults = columns.map((column) => [
		COLUMNS[column],
		[
			...new Set(
				results
					.filter(({ tried }) => columnOf(tried) === column && tried.fault !== 'none')
					.map(({ tried }) => FAULTS[tried.fault]),
			),
		]
			.sort()
			.join(', '),
	]);
	const stayed = results.filter(({ tried }) => tried.stays).length;
	return `${introduction(results.length, stayed)}

${tables.join('\n\n')}

## What the columns stand for

${table([['column', 'tried, one by one'], ...faults])}

Faults that pass are tried in every state. Of those that stay, all are tried in the first two states, and about half in
each of the others.

${MORE}
`;
}

/** What the page says about a case, with the exceptions. */
export function cellOf(page: string, { tried }: Result): string {
	const [, section = ''] = page.split(`## ${MOMENTS[tried.moment]}\n`);
	const row = section.split('\n').find((line) => line.startsWith(`| ${tried.state.name} `)) ?? '';
	const [, , ...cells] = row.split('|');
	return cells[Object.keys(COLUMNS).indexOf(columnOf(tried))] ?? '';
}

/** What mostly comes of it, and with which faults something else. */
function summary(results: readonly Result[]): string {
	const count = (outcome: string) => results.filter((each) => each.outcome === outcome).length;
	const [usual, ...others] = [...new Set(results.map(({ outcome }) => outcome))].sort(
		(one, other) => count(other) - count(one),
	);
	const exceptions = others.map((outcome) => {
		const exceptional = results.filter((each) => each.outcome === outcome);
		const faults = [...new Set(exceptional.map(({ tried }) => FAULTS[tried.fault]))];
		return `${outcome}: ${faults.sort().join(', ')}`;
	});
	return exceptions.length === 0 ? usual : `${usual} (${exceptions.join('; ')})`;
}

/** As Prettier lays it out. */
function table([head, ...rows]: string[][]): string {
	const widths = head.map((_, at) => Math.max(...[head, ...rows].map((row) => row[at].length)));
	const line = (cells: string[]) =>
		`| ${cells.map((cell, at) => cell.padEnd(widths[at])).join(' | ')} |`;
	return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

const introduction = (cases: number, stayed: number): string => `# What the trigger leaves at Samora

A published **Samora Trigger** has one webhook at Samora. This page says what is there after something did not go as
planned. The tests write it: they try every line against the sandbox (${cases} cases) and look at its list of webhooks. Edit
\`test/trigger/support/lifecyclePage.ts\`, not this page.

- **one, as configured**: exactly one webhook for each trigger of the workflow, with the agent, address, events and options
  of the node, active, and with a secret and token that n8n recognizes.
- **the old one kept**: what was there before, unchanged.
- **none**: nothing.

A trigger never has two webhooks, and never touches the webhooks of others: there is one of somebody else in every case.
Whatever is left while a fault stays (${stayed} cases), the next publication or start after it leads to **one, as
configured**, and the next unpublishing to **none**.`;

const MORE = `## When n8n asks the trigger

The tables are true whenever n8n lets the trigger look at Samora. n8n decides when that is:

${table([
	['', 'n8n 2 (2.41.1)', 'n8n 1 (code of 1.123.81)'],
	['you publish an unpublished workflow', 'yes, up to 5 tries within a minute', 'yes, 1 try'],
	[
		'you publish again with a change to the trigger',
		'yes: removes the old webhook, then registers',
		'yes: the same',
	],
	[
		'you publish again without a change to the trigger',
		'**no**: unpublish and publish, or restart n8n',
		'yes: removes, then registers',
	],
	['n8n starts', 'yes', 'yes'],
	['n8n starts after it was killed while publishing', 'yes, after two minutes', 'yes'],
	['you unpublish', 'yes, up to 3 tries', 'yes, 1 try'],
])}

When a publication does not succeed, n8n says so, with Samora's words and what to do. A try takes up to eight seconds when
Samora does not answer, and less when it asks to wait: n8n tries again by itself. When n8n starts and cannot ask Samora, the
trigger assumes that its webhook is unchanged, and n8n's log says so: a webhook that works is not given up because Samora
does not answer for a minute.

## What can stay behind

- **Samora is away while you unpublish.** n8n gives up after its tries and no longer listens. The webhook stays at Samora,
  and its events get a 404. Publish and unpublish the workflow again once Samora is back. If you have deleted the workflow
  meanwhile, delete the webhook by hand.
- **The credential is switched to another Samora organization.** The old webhook stays in the old one. Unpublish before you
  switch.
- **n8n's database is restored from before the workflow was published**, or is gone. Nothing in n8n knows that there was a
  trigger, so nothing asks. Publish the workflow (it finds the webhook), or delete the webhook by hand.
- **n8n is killed during a test listen.** The next test listen removes the webhook, or, ten minutes later, the next
  publication or start.

By hand: the **Samora** node lists webhooks with **Webhook: Get Many** and deletes one with **Webhook: Delete**. The names of
the triggers' webhooks are \`n8n: \` and the workflow's name.`;
