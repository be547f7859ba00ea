import type { OnError } from 'n8n-workflow';

import { FAULT_KINDS, startSandbox, type FaultKind, type Sandbox } from '../../sandbox';
import { runNode, samoraNode, type Outcome } from '../support/engine';

/**
 * Every fault the sandbox can make, at every place that could matter, under every setting a person can choose.
 * The witness is the sandbox: whom it really called, and what it answered.
 */

interface Case {
	kind: FaultKind;
	count: number;
	/** The item whose request is spoilt. */
	at: number;
	/** Whether the fault stays or passes after the first time. */
	stays: boolean;
	onError: OnError;
	retries: boolean;
}

const COUNTS = [1, 3, 8];

const CASES: Case[] = FAULT_KINDS.flatMap((kind) =>
	COUNTS.flatMap((count) =>
		[...new Set([0, Math.floor(count / 2), count - 1])].flatMap((at) =>
			[false, true].flatMap((stays) =>
				(
					['stopWorkflow', 'continueRegularOutput', 'continueErrorOutput'] satisfies OnError[]
				).flatMap((onError) =>
					[false, true].map((retries) => ({ kind, count, at, stays, onError, retries })),
				),
			),
		),
	),
);

/** How many cases run side by side: they mostly wait. */
const LANES = 24;

interface Verdict {
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

const numberOf = (item: number): string => `+1415556${1000 + item}`;

it('calls nobody twice and loses no call, whatever fails wherever', async () => {
	const waiting = CASES.map((tried) => tried);
	const verdicts: Array<{ tried: Case; verdict: Verdict }> = [];
	await Promise.all(
		lanes.map(async (sandbox) => {
			for (let tried = waiting.shift(); tried; tried = waiting.shift()) {
				verdicts.push({ tried, verdict: await tryCase(sandbox, tried) });
			}
		}),
	);

	const bad = (found: (verdict: Verdict) => string[]) =>
		verdicts
			.filter(({ verdict }) => found(verdict).length > 0)
			.map(({ tried, verdict }) => ({ ...tried, found: found(verdict) }));
	const accepted = verdicts.reduce((sum, { verdict }) => sum + verdict.accepted, 0);
	const doubled = bad((verdict) => verdict.doubled);
	const lost = bad((verdict) => verdict.lost);
	const silent = bad((verdict) => verdict.silent);
	process.stdout.write(
		`fault matrix: ${verdicts.length} cases of ${FAULT_KINDS.length} faults, ${accepted} calls accepted, ${doubled.length} doubled, ${lost.length} lost\n`,
	);
	expect(verdicts).toHaveLength(CASES.length);
	expect(accepted).toBeGreaterThan(CASES.length);
	expect({ doubled, lost, silent }).toEqual({ doubled: [], lost: [], silent: [] });
}, 280_000);

async function tryCase(sandbox: Sandbox, tried: Case): Promise<Verdict> {
	const { kind, count, at, stays, onError, retries } = tried;
	await sandbox.control.reset();
	await sandbox.control.addFault({
		kind,
		operationId: 'triggerCall',
		match: numberOf(at),
		times: stays ? null : 1,
		// Waiting is tried elsewhere.
		...(kind.startsWith('429') ? { retryAfter: 0 } : {}),
		...(kind === 'slow' ? { ms: 20 } : {}),
	});
	const outcome = await runNode(
		samoraNode(
			{
				resource: 'call',
				operation: 'trigger',
				agentId: sandbox.agents[0].id,
				toNumber: '={{ $json.phone }}',
				metadataMode: 'keyValue',
				// n8n waits for what hangs as long as the person says here.
				requestOptions: { timeout: 400 },
			},
			{ onError, ...(retries ? { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 } : {}) },
		),
		Array.from({ length: count }, (_, item) => ({ phone: numberOf(item) })),
		{ apiKey: sandbox.apiKey, baseUrl: sandbox.url },
	);
	return await judge(sandbox, outcome, count);
}

async function judge(sandbox: Sandbox, outcome: Outcome, count: number): Promise<Verdict> {
	const calls = await sandbox.control.calls();
	const times = new Map<string, number>();
	for (const { to_number } of calls) times.set(to_number, (times.get(to_number) ?? 0) + 1);

	const kept = JSON.stringify([
		outcome.output,
		outcome.errorOutput,
		outcome.run.data.executionData?.contextData,
	]);
	const said = `${outcome.error?.message ?? ''} ${kept}`;
	const lost = calls.filter(
		({ id, to_number }) =>
			!kept.includes(id) && !said.includes(`It is not known whether ${to_number} is being called`),
	);
	const items = new Set(
		[...outcome.output, ...outcome.errorOutput].map(({ pairedItem }) =>
			typeof pairedItem === 'object' && !Array.isArray(pairedItem) ? pairedItem.item : undefined,
		),
	);
	const silent = outcome.error
		? []
		: Array.from({ length: count }, (_, item) => item).filter((item) => !items.has(item));
	return {
		accepted: calls.length,
		doubled: [...times].filter(([, n]) => n > 1).map(([number]) => number),
		lost: lost.map(({ to_number }) => to_number),
		silent: silent.map(numberOf),
	};
}
