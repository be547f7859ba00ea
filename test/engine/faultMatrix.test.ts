import { setTimeout as sleep } from 'node:timers/promises';

import type { OnError } from 'n8n-workflow';

import { FAULT_KINDS, startSandbox, type FaultKind, type Sandbox } from '../../sandbox';
import {
	runNode,
	samoraNode,
	type NodeSettings,
	type Outcome,
	type SamoraCredential,
} from '../support/engine';
import { allOrOne, inLanes, timeoutFor } from '../support/matrix';
import type { Parameters } from '../support/sandboxRuns';

/**
 * Every fault the sandbox can make, at every place that could matter, under every setting a person can choose.
 * The sandbox knows whom it really called and what it answered.
 *
 * The sample has every fault, passing and staying, under every On Error setting, since what a fault means depends on
 * these together. The place of the fault changes from case to case: it matters less, and each fault still meets each.
 */

interface Case {
	/** Tells its numbers from those of all others: what a slow machine takes late is not counted elsewhere. */
	id: number;
	kind: FaultKind;
	count: number;
	/** The item whose request is spoilt. */
	at: number;
	/** Whether the fault stays or passes after the first time. */
	stays: boolean;
	onError: OnError;
	retries: boolean;
}

const ON_ERROR: OnError[] = ['stopWorkflow', 'continueRegularOutput', 'continueErrorOutput'];

/** These change the answer to adding recipients, or to other requests than are made here. */
const OF_RECIPIENTS: FaultKind[] = ['fewer-ids', 'no-ids'];
const ELSEWHERE: FaultKind[] = ['ignored', 'wrong-total'];
const KINDS = FAULT_KINDS.filter((kind) => ![...OF_RECIPIENTS, ...ELSEWHERE].includes(kind));

const faultsOf = (kinds: readonly FaultKind[]) =>
	kinds.flatMap((kind) =>
		[false, true].flatMap((stays) =>
			ON_ERROR.flatMap((onError) =>
				[false, true].map((retries) => ({ kind, stays, onError, retries })),
			),
		),
	);

/** The first, a middle and the last of so many items. */
const PLACES = [1, 3, 8].flatMap((count) =>
	[...new Set([0, Math.floor(count / 2), count - 1])].map((at) => ({ count, at })),
);

/** How many cases run side by side: they mostly wait. */
const LANES = 24;
/** Much longer than any case takes: what has not ended by then never does. */
const HANGS_MS = 30_000;

interface Verdict {
	/** Whether the node never came to an end. */
	hung: boolean;
	accepted: number;
	doubled: string[];
	lost: string[];
	/** Items that came out neither as done, nor as failed, nor as part of a node that stopped. */
	silent: string[];
}

let lanes: Sandbox[];

beforeAll(async () => {
	lanes = await Promise.all(
		Array.from({ length: LANES }, async () => await startSandbox({ port: 0, filesPort: 0 })),
	);
});

afterAll(async () => {
	await Promise.all(lanes.map(async (sandbox) => await sandbox.stop()));
});

const numberOf = ({ id }: Case, item: number): string => `+1415${2_000_000 + id * 10 + item}`;

it('calls nobody twice and loses no call, whatever fails wherever', async () => {
	const cases = numbered(
		0,
		faultsOf(KINDS).flatMap((settings, turn) =>
			allOrOne(PLACES, turn).map((place) => ({ ...settings, ...place })),
		),
	);
	const verdicts = await judged(cases, tryCalls);
	report('fault matrix of calls', 'calls', verdicts);
	expect(verdicts).toHaveLength(cases.length);
	expect(sum(verdicts)).toBeGreaterThan(cases.length);
	expect(defects(verdicts)).toEqual(NO_DEFECTS);
}, 600_000);

interface Judged {
	tried: Case;
	verdict: Verdict;
}

/** @param from the first id; no two matrices share one, since the sandboxes are the same */
const numbered = <Tried extends object>(from: number, cases: Tried[]) =>
	cases.map((tried, n) => ({ ...tried, id: from + n }));

async function judged<Tried extends Case>(
	cases: Tried[],
	tryCase: (sandbox: Sandbox, tried: Tried) => Promise<Verdict>,
): Promise<Judged[]> {
	const results = await inLanes(
		lanes,
		cases,
		async (sandbox, tried: Tried) =>
			await Promise.race([tryCase(sandbox, tried), hungAfter(HANGS_MS)]),
	);
	return results.map(({ tried, result }) => ({ tried, verdict: result }));
}

async function hungAfter(ms: number): Promise<Verdict> {
	await sleep(ms, undefined, { ref: false });
	return { hung: true, accepted: 0, doubled: [], lost: [], silent: [] };
}

const NO_DEFECTS = { hung: [], doubled: [], lost: [], silent: [] };

const sum = (verdicts: Judged[]): number =>
	verdicts.reduce((total, { verdict }) => total + verdict.accepted, 0);

function defects(verdicts: Judged[]) {
	const found = (what: 'doubled' | 'lost' | 'silent') =>
		verdicts
			.filter(({ verdict }) => verdict[what].length > 0)
			.map(({ tried, verdict }) => ({ ...tried, found: verdict[what] }));
	const hung = verdicts.filter(({ verdict }) => verdict.hung).map(({ tried }) => tried);
	return { hung, doubled: found('doubled'), lost: found('lost'), silent: found('silent') };
}

function report(name: string, things: string, verdicts: Judged[]): void {
	const { doubled, lost } = defects(verdicts);
	process.stdout.write(
		`${name}: ${verdicts.length} cases of ${new Set(verdicts.map(({ tried }) => tried.kind)).size} faults, ${sum(verdicts)} ${things} accepted, ${doubled.length} doubled, ${lost.length} lost\n`,
	);
}

async function spoil(
	sandbox: Sandbox,
	{ kind, stays }: Case,
	where: { operationId: string; match?: string; skip?: number },
): Promise<void> {
	await sandbox.control.addFault({
		kind,
		...where,
		times: stays ? null : 1,
		// Waiting is tried elsewhere.
		...(kind.startsWith('429') ? { retryAfter: 0 } : {}),
		...(kind === 'slow' ? { ms: 20 } : {}),
		...(kind === 'drip' ? { ms: 1 } : {}),
	});
}

const settingsOf = ({ onError, retries }: Case): NodeSettings => ({
	onError,
	...(retries ? { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 } : {}),
});

const credentialFor = (sandbox: Sandbox): SamoraCredential => ({
	apiKey: sandbox.apiKey,
	baseUrl: sandbox.url,
});

async function tryCalls(sandbox: Sandbox, tried: Case): Promise<Verdict> {
	await sandbox.control.reset();
	await spoil(sandbox, tried, { operationId: 'triggerCall', match: numberOf(tried, tried.at) });
	return await judgeCalls(sandbox, tried, { operation: 'trigger', metadataMode: 'keyValue' });
}

/** Calls the numbers of the case, one by each item. */
async function judgeCalls(sandbox: Sandbox, tried: Case, more: Parameters): Promise<Verdict> {
	const outcome = await runNode(
		samoraNode(
			{
				resource: 'call',
				agentId: sandbox.agents[0].id,
				toNumber: '={{ $json.phone }}',
				// n8n waits for what hangs as long as the person says here.
				requestOptions: { timeout: timeoutFor(tried.kind) },
				...more,
			},
			settingsOf(tried),
		),
		Array.from({ length: tried.count }, (_, item) => ({ phone: numberOf(tried, item) })),
		credentialFor(sandbox),
	);
	return await judge(sandbox, tried, outcome, tried.count, (said, number) =>
		said.includes(`It is not known whether ${number} is being called`),
	);
}

/** @param inDoubt whether a person is told that this number may have been taken */
async function judge(
	sandbox: Sandbox,
	tried: Case,
	outcome: Outcome,
	count: number,
	inDoubt: (said: string, number: string) => boolean,
): Promise<Verdict> {
	const numbers = Array.from({ length: count }, (_, item) => numberOf(tried, item));
	const calls = (await sandbox.control.calls()).filter(({ to_number }) =>
		numbers.includes(to_number),
	);
	const times = new Map<string, number>();
	for (const { to_number } of calls) times.set(to_number, (times.get(to_number) ?? 0) + 1);

	const kept = JSON.stringify([
		outcome.output,
		outcome.errorOutput,
		outcome.run.data.executionData?.contextData,
	]);
	const said = `${outcome.error?.message ?? ''} ${kept}`;
	const lost = calls.filter(({ id, to_number }) => !kept.includes(id) && !inDoubt(said, to_number));
	const items = new Set(
		[...outcome.output, ...outcome.errorOutput].map(({ pairedItem }) =>
			typeof pairedItem === 'object' && !Array.isArray(pairedItem) ? pairedItem.item : undefined,
		),
	);
	const silent = outcome.error ? [] : numbers.filter((_, item) => !items.has(item));
	return {
		hung: false,
		accepted: calls.length,
		doubled: [...times].filter(([, n]) => n > 1).map(([number]) => number),
		lost: lost.map(({ to_number }) => to_number),
		silent,
	};
}

it('adds no recipient twice and loses no scheduled call, whatever fails wherever', async () => {
	const cases = numbered(
		2000,
		faultsOf([...KINDS, ...OF_RECIPIENTS]).flatMap((settings, turn) =>
			allOrOne([0, 1, 2], turn).map((at) => ({ ...settings, at, count: 3 })),
		),
	);
	const verdicts = await judged(cases, tryRecipients);
	report('fault matrix of recipients', 'recipients', verdicts);
	expect(verdicts).toHaveLength(cases.length);
	expect(sum(verdicts)).toBeGreaterThan(cases.length);
	expect(defects(verdicts)).toEqual(NO_DEFECTS);
}, 600_000);

/** Six rows for three campaigns: three requests, of which one is spoilt. */
async function tryRecipients(sandbox: Sandbox, tried: Case): Promise<Verdict> {
	await sandbox.control.reset();
	const campaigns = await Promise.all(
		['one', 'two', 'three'].map(async (name) => await createCampaign(sandbox, name)),
	);
	await spoil(sandbox, tried, { operationId: 'addCampaignRecipients', match: campaigns[tried.at] });
	const rows = [0, 1, 2, 0, 1, 2].map((campaign, item) => ({
		campaign: campaigns[campaign],
		phone: numberOf(tried, item),
	}));
	const outcome = await runNode(
		samoraNode(
			{
				resource: 'campaign',
				operation: 'addRecipients',
				agentId: sandbox.agents[0].id,
				campaignId: { __rl: true, mode: 'id', value: '={{ $json.campaign }}' },
				toNumber: '={{ $json.phone }}',
				variablesMode: 'none',
				requestOptions: { timeout: timeoutFor(tried.kind) },
			},
			settingsOf(tried),
		),
		rows,
		credentialFor(sandbox),
	);
	// Samora may answer without IDs: whoever was added then comes out without one.
	const isAdded = (number: string) =>
		outcome.output.some(
			({ json }) => json.to_number === number && json.scheduled_call_id === null && !json.error,
		) || JSON.stringify(outcome.run.data.executionData?.contextData).includes(number);
	return await judge(
		sandbox,
		tried,
		outcome,
		rows.length,
		(said, number) =>
			said.includes('It is not known whether 2 recipients were added') ||
			/Samora added \d of 2 recipients and does not say which/.test(said) ||
			isAdded(number),
	);
}

async function createCampaign(sandbox: Sandbox, name: string): Promise<string> {
	const { output } = await runNode(
		samoraNode({
			resource: 'campaign',
			operation: 'create',
			agentId: sandbox.agents[0].id,
			name,
		}),
		[{}],
		credentialFor(sandbox),
	);
	return String(output[0].json.campaign_id);
}

/** The request that places a call, or one that asks how it stands; for the first or the last of three items. */
const WATCHED_PLACES = (['triggerCall', 'getCall'] as const).flatMap((where) =>
	[0, 2].map((at) => ({ where, at })),
);

it('calls nobody twice and loses no call that is waited for, whatever fails wherever', async () => {
	const cases = numbered(
		3000,
		faultsOf(KINDS).flatMap((settings, turn) =>
			allOrOne(WATCHED_PLACES, turn + (settings.stays ? 1 : 0)).map((place) => ({
				...settings,
				...place,
				count: 3,
			})),
		),
	);
	const verdicts = await judged(cases, tryWaiting);
	report('fault matrix of calls that are waited for', 'calls', verdicts);
	expect(verdicts).toHaveLength(cases.length);
	expect(sum(verdicts)).toBeGreaterThan(cases.length);
	expect(defects(verdicts)).toEqual(NO_DEFECTS);
}, 600_000);

type WaitingCase = Case & { where: 'triggerCall' | 'getCall' };

/** A call of nine virtual seconds takes a tenth of a second. */
const SPEED = 90;

async function tryWaiting(sandbox: Sandbox, tried: WaitingCase): Promise<Verdict> {
	await sandbox.control.reset();
	await sandbox.control.setSpeed(SPEED);
	const { where, at } = tried;
	const which = where === 'triggerCall' ? { match: numberOf(tried, at) } : { skip: at };
	await spoil(sandbox, tried, { operationId: where, ...which });
	return await judgeCalls(sandbox, tried, {
		operation: 'triggerAndWait',
		wait: { pollInterval: 0.1, timeout: 0.02 },
	});
}
