import type { IDataObject } from 'n8n-workflow';

import { FAULT_KINDS, startSandbox, type FaultKind, type Sandbox } from '../../../sandbox';
import { ordinary } from '../../sandbox/support/apiClient';
import type { NodeSettings } from '../../support/engine';
import { allOrOne, inLanes, timeoutFor } from '../../support/matrix';
import { parametersOf } from '../../support/operations';
import { runWatched } from '../../support/sandboxRuns';
import { settle } from '../../support/world';

/**
 * Every fault the sandbox can make, at each request of a launch, under each setting.
 *
 * The sample has every fault at each request; the settings take turns.
 */

interface Case {
	kind: FaultKind;
	operationId: string;
	/** How many of its requests go through first. */
	skip: number;
	settings: NodeSettings;
}

const REQUESTS = [
	{ operationId: 'createCampaign', skip: 0 },
	{ operationId: 'addCampaignRecipients', skip: 0 },
	{ operationId: 'addCampaignRecipients', skip: 1 },
	{ operationId: 'startCampaign', skip: 0 },
];

const RETRIES: NodeSettings = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };
const SETTINGS: NodeSettings[] = [{}, RETRIES, { onError: 'continueRegularOutput' }];

/** Whether anything hangs for good is seen in the fault matrix. */
const KINDS = FAULT_KINDS.filter((kind) => kind !== 'endless' && kind !== '101');

const CASES: Case[] = KINDS.flatMap((kind, row) =>
	REQUESTS.flatMap((request, column) =>
		allOrOne(SETTINGS, row + column).map((settings) => ({ kind, ...request, settings })),
	),
);

/** How many cases run side by side: they mostly wait. */
const LANES = 8;

/** Too large for one request. */
const ITEMS: IDataObject[] = Array.from({ length: 530 }, (_, n) => ({
	phone: ordinary(n),
	note: 'x'.repeat(4000),
}));

interface Verdict {
	started: number;
	/** People called twice. */
	doubled: number;
	/** Campaigns started without all their recipients. */
	half: number;
	/** Campaigns that nothing the person reads names. */
	silent: number;
}

let lanes: Sandbox[];

beforeAll(async () => {
	lanes = await Promise.all(
		Array.from({ length: LANES }, async () => await startSandbox({ speed: 0, checkAnswers: true })),
	);
});

afterAll(async () => {
	await Promise.all(lanes.map(async (sandbox) => await sandbox.stop()));
});

it('calls nobody twice and starts no half campaign, whatever fails wherever', async () => {
	const verdicts = await inLanes(lanes, CASES, tryLaunch);
	const sum = (what: keyof Verdict) =>
		verdicts.reduce((total, { result }) => total + result[what], 0);
	process.stdout.write(
		`fault matrix of launches: ${verdicts.length} runs, ${sum('started')} campaigns started, ${sum('doubled')} people called twice, ${sum('half')} started without all their recipients, ${sum('silent')} not told of\n`,
	);
	expect(verdicts).toHaveLength(CASES.length);
	expect(sum('started')).toBeGreaterThan(CASES.length / 2);
	const wrong = verdicts.filter(
		({ result: { started, doubled, half, silent } }) => started > 1 || doubled + half + silent > 0,
	);
	expect(wrong).toEqual([]);
}, 600_000);

async function tryLaunch(
	sandbox: Sandbox,
	{ kind, operationId, skip, settings }: Case,
): Promise<Verdict> {
	const { control } = sandbox;
	await control.reset();
	const world = await settle(sandbox);
	// What was there before is older than what the node creates.
	await control.advance(60);
	await control.addFault({
		kind,
		operationId,
		skip,
		times: settings === RETRIES ? 1 : null,
		...(kind.startsWith('429') ? { retryAfter: 0 } : {}),
		...(kind === 'slow' ? { ms: 20 } : {}),
		...(kind === 'drip' ? { ms: 1 } : {}),
	});
	const { output, error } = await runWatched(
		parametersOf('launch', world, {
			name: 'Renewals',
			toNumber: '={{ $json.phone }}',
			variablesMode: 'selectedFields',
			variableFields: 'note',
			requestOptions: { timeout: timeoutFor(kind) },
		}),
		ITEMS,
		settings,
		{ apiKey: sandbox.apiKey, baseUrl: sandbox.url },
	);
	const campaigns = (await control.campaigns()).filter(({ id }) => !world.campaigns.includes(id));
	const started = campaigns.filter(({ status }) => status !== 'DRAFT');
	const calls = await Promise.all(
		started.map(async ({ id }) => await control.calls({ campaign_id: id })),
	);
	const called = calls.flat().map(({ to_number }) => to_number);
	const told = JSON.stringify([error?.message, error?.description, output[0]?.json]);
	return {
		started: started.length,
		doubled: called.length - new Set(called).size,
		half: started.filter(({ call_stats: stats }) => stats.total !== ITEMS.length).length,
		// Every campaign is named, or it is said that nobody knows whether it is there.
		silent: campaigns.filter(
			// The empty draft of a first try whose answer was lost is told of in that try.
			({ id, call_stats: stats }) =>
				!told.includes(id) &&
				!told.includes('It is not known whether the campaign') &&
				!(settings.retryOnFail && operationId === 'createCampaign' && stats.total === 0),
		).length,
	};
}
