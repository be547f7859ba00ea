import { Lane, STATES, type Moment, type State } from './lifecycleStates';
import { columnOf, lifecyclePage, type Case, type Result } from './lifecyclePage';

import { ClientRequest } from 'node:http';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { FAULT_KINDS, type FaultKind } from '../../sandbox';
import { freePort } from '../../tools/n8n/ports';

/**
 * Every state of a trigger, every fault, at each moment when n8n talks to Samora; of faults that stay, some for each state.
 * The witness is the sandbox's list of webhooks. What comes of it is a page for people, `docs/trigger-lifecycle.md`; to
 * write it anew:
 * `SAMORA_WRITE_DOCS=true npx jest test/trigger/lifecycle.test.ts`
 */
const PAGE = path.join(__dirname, '../../docs/trigger-lifecycle.md');

/** How many cases run side by side: they mostly wait. */
const LANES = 24;

/** Pauses between repetitions pass this many times as fast, and so do the time-outs of what Samora never answers. */
const HURRY = { pauses: 25, timeouts: 10 };

/** Longer than any pause, shorter than a time-out. */
const LONGEST_PAUSE_MS = 5000;

/** Their like is among the others. */
const LEFT_OUT: FaultKind[] = [
	'429-retry-after',
	'truncated',
	'html',
	'html-after',
	'text',
	'empty-object',
	'deep',
	'drip',
	'endless',
	'101',
	// These change answers that a trigger does not ask for.
	'fewer-ids',
	'no-ids',
	'ignored',
	'wrong-total',
];
const KINDS = FAULT_KINDS.filter((kind) => !LEFT_OUT.includes(kind));

/**
 * What stays takes many requests in vain, and n8n knows no more of one such fault than of its like: after the first two
 * states each has every other fault, and none waits in vain.
 */
const staysToBeTried = (kind: Case['fault'], row: number, column: number) =>
	kind !== 'slow' && (row < 2 || (!kind.startsWith('hang') && (row + column) % 2 === 0));

const casesOf = (state: State, row: number): Case[] =>
	state.moments.flatMap((moment) => [
		{ state, moment, fault: 'none', stays: false, skip: 0 },
		// It meets the first, second or third request.
		...KINDS.map((fault, column): Case => {
			return { state, moment, fault, stays: false, skip: (row + column) % 3 };
		}),
		...[...KINDS, 'down' as const]
			.filter((fault, column) => staysToBeTried(fault, row, column))
			.map((fault): Case => ({ state, moment, fault, stays: true, skip: 0 })),
	]);

const TABLE = STATES.map((state, row) => ({ name: state.name, cases: casesOf(state, row) }));

/** What came of each case. */
const found = new Map<Case, Result>();

const resultsOf = (cases: Case[]): Result[] => cases.flatMap((tried) => found.get(tried) ?? []);

const realPause = global.setTimeout;
const realTimeout = ClientRequest.prototype.setTimeout;
/** The sandboxes, by host and port, that never answer just now. */
const hanging = new Set<string>();

let caseNumber = 0;
let lanes: Lane[];
let nobodyThere: string;

beforeAll(async () => {
	lanes = await Promise.all(Array.from({ length: LANES }, () => Lane.open()));
	nobodyThere = `http://127.0.0.1:${await freePort()}`;
	const pause = (run: () => void, ms = 0) =>
		realPause(run, ms < LONGEST_PAUSE_MS ? ms / HURRY.pauses : ms);
	global.setTimeout = Object.assign(pause, realPause);
	ClientRequest.prototype.setTimeout = function (ms, ...rest) {
		const hurried = hanging.has(String(this.getHeader('host')));
		return realTimeout.call(this, hurried ? ms / HURRY.timeouts : ms, ...rest);
	};
	// The cases of all states together, those that take long first, or the lanes would wait for the last of them.
	const all = TABLE.flatMap(({ cases }) => cases);
	const waiting = [...all.filter(({ stays }) => stays), ...all.filter(({ stays }) => !stays)];
	await Promise.all(
		lanes.map(async (lane) => {
			for (let tried = waiting.shift(); tried; tried = waiting.shift()) {
				caseNumber += 1;
				found.set(tried, { tried, ...(await tryOut(lane, tried, `w${caseNumber}`)) });
			}
		}),
	);
}, 600_000);

afterAll(async () => {
	global.setTimeout = realPause;
	ClientRequest.prototype.setTimeout = realTimeout;
	await Promise.all(lanes.map((lane) => lane.close()));
});

it.each(TABLE)(
	'leads to the one right webhook for each trigger, or to none, and never to two: $name',
	({ cases }) => {
		const results = resultsOf(cases);
		expect(results).toHaveLength(cases.length);
		expect(results.filter(isWrong).map(described)).toEqual([]);
	},
);

it('is what the page says', async () => {
	const results = TABLE.flatMap(({ cases }) => resultsOf(cases));
	process.stdout.write(
		`lifecycle of the trigger: ${results.length} cases, ${results.filter(isWrong).length} of them wrong\n`,
	);
	const page = lifecyclePage(results);
	if (process.env.SAMORA_WRITE_DOCS) await writeFile(PAGE, page);
	expect(await readFile(PAGE, 'utf8')).toBe(page);
});

async function tryOut(lane: Lane, { state, moment, fault, stays, skip }: Case, workflowId: string) {
	const { control, url } = lane.sandbox;
	await lane.begin(workflowId, state);
	const before = await lane.ours();
	const { host } = new URL(url);
	if (fault === 'down') lane.host.credential.baseUrl = nobodyThere;
	else if (fault !== 'none') {
		if (fault.startsWith('hang')) hanging.add(host);
		await control.addFault({ kind: fault, times: stays ? null : 1, skip, retryAfter: 0, ms: 20 });
	}
	// What stays is no different the third time.
	const attempts = stays ? { publish: 2, unpublish: 2 } : { publish: 5, unpublish: 3 };
	const refused = await lane.act(moment, attempts);
	const outcome = await outcomeOf(lane, before);

	await control.clearFaults();
	hanging.delete(host);
	lane.host.credential.baseUrl = url;
	await lane.act(moment, { publish: 5, unpublish: 3 });
	const afterwards = await outcomeOf(lane, []);
	return { outcome, refused: refused.length > 0, afterwards };
}

/** In the words of the page. */
async function outcomeOf(lane: Lane, before: unknown[]): Promise<string> {
	const all = await lane.webhooks();
	for (const other of lane.others) expect(all).toContainEqual(other);
	const ours = await lane.ours();
	if (ours.length === 0) return 'none';
	const right = lane.nodes.filter((node) => ours.some((webhook) => lane.isRight(webhook, node)));
	if (right.length === lane.nodes.length && ours.length === right.length) {
		return 'one, as configured';
	}
	if (JSON.stringify(ours) === JSON.stringify(before)) return 'the old one kept';
	if (ours.length < lane.nodes.length) return 'one of the two left';
	return `${ours.length}, ${right.length} of them as configured`;
}

const TARGET: Record<Moment, string> = {
	publish: 'one, as configured',
	restart: 'one, as configured',
	unpublish: 'none',
};

/** What may be left while a fault stays: nothing new, and nothing without n8n having been told. */
const WHILE_IT_STAYS = ['none', 'one, as configured', 'the old one kept', 'one of the two left'];

function isWrong({ tried, outcome, refused, afterwards }: Result): boolean {
	const { moment, fault, stays } = tried;
	if (afterwards !== TARGET[moment]) return true;
	if (outcome === TARGET[moment]) return false;
	// At its start n8n asks once, and a refused key is not tried a second time.
	const asksOnce = moment === 'restart' && (fault === '401' || fault === '403');
	if (!(stays || asksOnce) || !WHILE_IT_STAYS.includes(outcome)) return true;
	return moment !== 'restart' && !refused;
}

function described({ tried, ...result }: Result): object {
	return { ...tried, state: tried.state.name, column: columnOf(tried), ...result };
}
