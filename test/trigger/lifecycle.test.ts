import { Lane, STATES, type Moment, type State } from './support/lifecycleStates';
import { cellOf, columnOf, lifecyclePage, type Case, type Result } from './support/lifecyclePage';

import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { FAULT_KINDS, type FaultKind } from '../../sandbox';
import { freePort } from '../../tools/processes/ports';
import { FULL_MATRIX, inLanes } from '../support/matrix';

/**
 * Every state of a trigger, every fault, at each moment when n8n talks to Samora; of faults that stay, some for each
 * state. The sandbox's list of webhooks shows what came of it. The full table becomes a page for people,
 * `docs/trigger-lifecycle.md`; to write it anew:
 * `SAMORA_FULL_MATRIX=1 SAMORA_WRITE_DOCS=true npx jest test/trigger/lifecycle.test.ts`
 *
 * The sample has every state at each moment without a fault, and with every fourth of the faults, so that each fault
 * meets some states at each moment. An answer that never comes is only in the full table when it stays away: such a
 * case waits for a minute.
 */
const PAGE = path.join(__dirname, '../../docs/trigger-lifecycle.md');

/** How many cases run side by side: they mostly wait. */
const LANES = FULL_MATRIX ? 64 : 32;

/** What counts as no answer where a fault makes Samora hang. */
const HANGING_MS = 2000;

/** Others like them are tried. */
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

const isHanging = (fault: Case['fault']) => fault.startsWith('hang');

/**
 * A fault that stays takes many requests in vain, and n8n cannot tell it from others like it: the first two states have
 * them all, the others every other one and none that hangs.
 */
const staysToBeTried = (fault: Case['fault'], row: number, column: number) =>
	fault !== 'slow' && (row < 2 || (!isHanging(fault) && (row + column) % 2 === 0));

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

const isInSample = ({ fault, stays }: Case, n: number) =>
	fault === 'none' || (n % 4 === 0 && !(stays && isHanging(fault)));

const CASES = STATES.flatMap(casesOf).filter((tried, n) => FULL_MATRIX || isInSample(tried, n));

let lanes: Lane[];
let nobodyThere: string;
let results: Result[];

beforeAll(async () => {
	lanes = await Promise.all(Array.from({ length: LANES }, () => Lane.open()));
	nobodyThere = `http://127.0.0.1:${await freePort()}`;
	// Those that take long come first, or the lanes would wait for the last of them.
	const longest = ({ fault, stays }: Case) => (stays ? (isHanging(fault) ? 2 : 1) : 0);
	const cases = CASES.map((tried, n) => ({ tried, workflowId: `w${n}` }));
	cases.sort((one, other) => longest(other.tried) - longest(one.tried));
	const found = await inLanes(lanes, cases, tryOut);
	const byCase = new Map(found.map(({ tried: { tried }, result }) => [tried, result]));
	results = CASES.flatMap((tried) => {
		const result = byCase.get(tried);
		return result ? { tried, ...result } : [];
	});
}, 600_000);

afterAll(async () => {
	await Promise.all(lanes.map((lane) => lane.close()));
});

it.each(STATES)(
	'leads to the one right webhook for each trigger, or to none, and never to two: $name',
	(state) => {
		const its = results.filter(({ tried }) => tried.state === state);
		expect(its).toHaveLength(CASES.filter((tried) => tried.state === state).length);
		expect(its.filter(isWrong).map(described)).toEqual([]);
	},
);

it('docs/trigger-lifecycle.md says what comes of each case', async () => {
	process.stdout.write(
		`lifecycle of the trigger: ${results.length} cases, ${results.filter(isWrong).length} of them wrong\n`,
	);
	if (FULL_MATRIX) {
		const page = lifecyclePage(results);
		if (process.env.SAMORA_WRITE_DOCS) await writeFile(PAGE, page);
		expect(await readFile(PAGE, 'utf8')).toBe(page);
		return;
	}
	const page = await readFile(PAGE, 'utf8');
	expect(results.filter((result) => !cellOf(page, result).includes(result.outcome))).toEqual([]);
});

async function tryOut(
	lane: Lane,
	{ tried, workflowId }: { tried: Case; workflowId: string },
): Promise<Omit<Result, 'tried'>> {
	const { state, moment, fault, stays, skip } = tried;
	const { host, sandbox } = lane;
	await lane.begin(workflowId, state);
	const before = await lane.ours();
	if (fault === 'down') host.credential.baseUrl = nobodyThere;
	else if (fault !== 'none') {
		if (isHanging(fault)) host.longestWaitMs = HANGING_MS;
		await sandbox.control.addFault({
			kind: fault,
			times: stays ? null : 1,
			skip,
			retryAfter: 0,
			ms: 20,
		});
	}
	// What stays is no different the third time.
	const attempts = stays ? { publish: 2, unpublish: 2 } : { publish: 5, unpublish: 3 };
	const refused = await lane.act(moment, attempts);
	const outcome = await outcomeOf(lane, before);

	await sandbox.control.clearFaults();
	host.longestWaitMs = Infinity;
	host.credential.baseUrl = sandbox.url;
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
