import type { INodeExecutionData, OnError } from 'n8n-workflow';

import { startSandbox, type CampaignStatus, type Sandbox } from '../../sandbox';
import { AGENT, ApiClient } from '../sandbox/support/apiClient';
import {
	CONNECTIONS,
	passOnNode,
	retryExecution,
	samoraNode,
	startNode,
	type Outcome,
	type SamoraCredential,
} from '../support/engine';
import { Injection, type Moment } from '../support/injection';
import { allOrOne, FULL_MATRIX } from '../support/matrix';
import type { Parameters } from '../support/sandboxRuns';

/**
 * Every call of anything that n8n gives the node throws, one at a time: of its contexts, their helpers, and the store
 * of credentials. Then a person retries the execution. The witness is the sandbox: whom it really called.
 */

const OPERATIONS = ['trigger', 'triggerAndWait', 'addRecipients', 'launch'] as const;
type OperationName = (typeof OPERATIONS)[number];

const ON_ERROR: OnError[] = ['stopWorkflow', 'continueRegularOutput', 'continueErrorOutput'];

/**
 * One item alone, one beside another, and one more than are sent at a time. Two show each way through the code but the
 * last one.
 */
const SIZES = FULL_MATRIX ? [1, 2, 6] : [2];

/** A call of nine virtual seconds takes a tenth of a second. */
const SPEED = 90;

/** Longer than any of these takes, on a machine that is busy with much else. */
const BOUND_MS = 60_000;

/** How many cases run side by side: they mostly wait. */
const LANES = 12;

interface Case {
	id: number;
	operation: OperationName;
	count: number;
	onError: OnError;
	/** Which call throws; 0 for none. */
	at: number;
	moment: Moment;
}

interface Verdict {
	accepted: number;
	doubled: string[];
	lost: string[];
	/** Items that came out of a node that went on neither as done nor as left out. */
	silent: number[];
	/** Calls that our own message does not tell of, neither the first nor that of the retry. */
	unnamed: string[];
	hung: boolean;
}

const NOTHING: Omit<Verdict, 'accepted'> = {
	doubled: [],
	lost: [],
	silent: [],
	unnamed: [],
	hung: false,
};

let lanes: Sandbox[];

beforeAll(async () => {
	lanes = await Promise.all(
		Array.from({ length: LANES }, async () => await startSandbox({ port: 0, filesPort: 0 })),
	);
});

afterAll(async () => {
	await Promise.all(lanes.map(async (sandbox) => await sandbox.stop()));
});

it.each(OPERATIONS)(
	'%s calls nobody twice, loses no call and ends, whichever call throws',
	async (operation) => {
		const settings = SIZES.flatMap((count) =>
			ON_ERROR.map((onError) => ({ operation, count, onError })),
		);
		const places = await inLanes(settings, async (sandbox, tried, id) => {
			const played = await play(sandbox, { ...tried, id, at: 0, moment: 'before' });
			expect((await judge(played)).accepted).toBe(tried.count);
			return { tried, places: played.injection.calls };
		});
		const cases = places.flatMap(({ tried, places: count }) =>
			Array.from({ length: count }, (_, call) => call + 1).flatMap((at) =>
				allOrOne<Moment>(['before', 'after'], at).map((moment) => ({ ...tried, at, moment })),
			),
		);
		const verdicts = await inLanes(cases, async (sandbox, tried, id) => {
			const played = await play(sandbox, { ...tried, id });
			return { tried: { ...tried, where: played.injection.thrown }, verdict: await judge(played) };
		});
		const sum = (of: (verdict: Verdict) => number) =>
			verdicts.reduce((total, { verdict }) => total + of(verdict), 0);
		process.stdout.write(
			`injected into ${operation}: ${cases.length} runs of ${SIZES.join(', ')} items, each throwing at another of ${Math.max(...places.map((one) => one.places))} calls at most, ${sum(({ accepted }) => accepted)} accepted, ${sum(({ doubled }) => doubled.length)} doubled, ${sum(({ lost }) => lost.length)} lost, ${sum(({ hung }) => Number(hung))} without an end\n`,
		);
		const defects = verdicts.filter(
			({ verdict: { doubled, lost, silent, unnamed, hung } }) =>
				hung || [doubled, lost, silent, unnamed].some((found) => found.length > 0),
		);
		expect(defects.map((one) => JSON.stringify(one)).slice(0, 40)).toEqual([]);
		expect(sum(({ accepted }) => accepted)).toBeGreaterThan(cases.length / 2);
	},
	3_600_000,
);

async function inLanes<Tried, Result>(
	cases: Tried[],
	play: (sandbox: Sandbox, tried: Tried, id: number) => Promise<Result>,
): Promise<Result[]> {
	const waiting = cases.map((tried, id) => ({ tried, id }));
	const results: Result[] = [];
	await Promise.all(
		lanes.map(async (sandbox) => {
			for (let next = waiting.shift(); next; next = waiting.shift()) {
				results.push(await play(sandbox, next.tried, next.id));
			}
		}),
	);
	return results;
}

interface Played {
	sandbox: Sandbox;
	tried: Case;
	numbers: string[];
	injection: Injection;
	/** The execution, and its retry where it failed; undefined for what did not end. */
	outcomes: Array<Outcome | undefined>;
	/** How many were called before the retry. */
	calledAtFirst: number;
}

async function play(sandbox: Sandbox, tried: Case): Promise<Played> {
	const { id, operation, count, onError, at, moment } = tried;
	await sandbox.control.reset();
	await sandbox.control.setSpeed(operation === 'triggerAndWait' ? SPEED : 0);
	const numbers = Array.from({ length: count }, (_, item) => `+1415${2_000_000 + id * 10 + item}`);
	const node = samoraNode(await parametersFor(sandbox, operation), { onError });
	const credential: SamoraCredential = { apiKey: sandbox.apiKey, baseUrl: sandbox.url };
	const injection = new Injection(at, moment);
	// Nobody else's runs are remembered for it.
	const workflowId = `${operation} ${id}`;
	const first = await bounded(
		startNode(
			node,
			numbers.map((phone) => ({ phone })),
			credential,
			{ injection, workflowId },
		).outcome,
	);
	const outcomes = [first];
	const calledAtFirst = (await calledBy(sandbox, operation)).length;
	if (first?.error && onError === 'stopWorkflow') {
		const nodes = [passOnNode('Before'), node];
		outcomes.push(
			await bounded(
				retryExecution(first.run, nodes, CONNECTIONS, credential, node.name, { workflowId }),
			),
		);
	}
	return { sandbox, tried, numbers, injection, outcomes, calledAtFirst };
}

async function parametersFor(sandbox: Sandbox, operation: OperationName): Promise<Parameters> {
	const shared = { agentId: AGENT, toNumber: '={{ $json.phone }}', operation };
	switch (operation) {
		case 'trigger':
			return { ...shared, resource: 'call', metadataMode: 'keyValue' };
		case 'triggerAndWait':
			return { ...shared, resource: 'call', wait: { pollInterval: 0.1, timeout: 0.1 } };
		case 'addRecipients': {
			const { id } = await new ApiClient(sandbox).campaign();
			const campaignId = { __rl: true, mode: 'id', value: id };
			return { ...shared, resource: 'campaign', campaignId, variablesMode: 'none' };
		}
		case 'launch':
			return { ...shared, resource: 'campaign', name: 'Renewals', variablesMode: 'none' };
	}
}

async function bounded(outcome: Promise<Outcome>): Promise<Outcome | undefined> {
	let timer: NodeJS.Timeout | undefined;
	const over = new Promise<undefined>((resolve) => {
		timer = setTimeout(() => resolve(undefined), BOUND_MS);
	});
	return await Promise.race([outcome, over]).finally(() => clearTimeout(timer));
}

/** Whom the sandbox has called or will: a draft that was not started calls nobody. */
async function calledBy(sandbox: Sandbox, operation: OperationName) {
	if (operation !== 'launch') return await sandbox.control.calls();
	const isStarted = ({ status }: { status: CampaignStatus }) => status !== 'DRAFT';
	const campaigns = (await sandbox.control.campaigns()).filter(isStarted);
	const calls = campaigns.map(async ({ id }) => await sandbox.control.calls({ campaign_id: id }));
	return (await Promise.all(calls)).flat();
}

async function judge({
	sandbox,
	tried,
	numbers,
	outcomes,
	calledAtFirst,
}: Played): Promise<Verdict> {
	const calls = await calledBy(sandbox, tried.operation);
	const times = (number: string) => calls.filter(({ to_number }) => to_number === number).length;
	if (outcomes.includes(undefined)) return { ...NOTHING, accepted: calls.length, hung: true };
	const ended = outcomes as Outcome[];
	const told = JSON.stringify(ended.map(tellingOf));
	const isTold = ({ id, to_number }: { id: string; to_number: string }) =>
		told.includes(id) || isInDoubt(told, to_number) || isAdded(ended, to_number);
	const last = ended[ended.length - 1];
	return {
		accepted: calls.length,
		doubled: numbers.filter((number) => times(number) > 1),
		lost: calls.filter((call) => !isTold(call)).map(({ to_number }) => to_number),
		silent: last.error ? [] : silentIn(last, numbers),
		unnamed: unnamedIn(ended[0], tried, calledAtFirst),
		hung: false,
	};
}

const tellingOf = ({ output, errorOutput, error }: Outcome) => [
	error?.message,
	error?.description,
	[...output, ...errorOutput].map(({ json }) => json),
];

const isInDoubt = (told: string, number: string): boolean =>
	told.includes(`It is not known whether ${number} is being called`) ||
	/It is not known whether \d+ recipients? w/.test(told);

/** Recipients that the campaign was asked about have no ID of their own in the output. */
const isAdded = (outcomes: Outcome[], number: string): boolean =>
	outcomes.some(({ output }) =>
		output.some(({ json }) => json.to_number === number && 'scheduled_call_id' in json),
	);

function silentIn({ output, errorOutput }: Outcome, numbers: string[]): number[] {
	const itemOf = ({ pairedItem }: INodeExecutionData) =>
		typeof pairedItem === 'object' && !Array.isArray(pairedItem) ? pairedItem.item : undefined;
	const all = [...output, ...errorOutput];
	// What n8n makes of an item whose turn did not even begin, and of a node that has failed before its first item.
	const isOfN8n = ({ json, error }: INodeExecutionData) =>
		String(error?.message ?? json.error).startsWith('Injected');
	if (all.some(isOfN8n)) return [];
	const items = new Set(all.map(itemOf));
	return numbers.flatMap((_, item) => (items.has(item) ? [] : [item]));
}

/** Where the message is ours and not the one that was thrown, it tells that something was done. */
function unnamedIn({ error }: Outcome, { operation }: Case, called: number): string[] {
	if (!error || called === 0 || error.message.startsWith('Injected')) return [];
	const said = `${error.message} ${error.description ?? ''}`;
	const words: Record<OperationName, RegExp> = {
		trigger: /was placed|were placed|not known|cannot be sent|not sent|accepted this item/,
		triggerAndWait: /was placed|were placed|not known|cannot be sent|not sent|accepted this item/,
		addRecipients: /in the campaign|not known|not sent|interrupted/,
		launch: /Campaign|campaign/,
	};
	return words[operation].test(said) ? [] : [said];
}
