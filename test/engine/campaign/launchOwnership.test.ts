import type { IDataObject, INode } from 'n8n-workflow';

import { startSandbox, type Campaign, type Sandbox } from '../../../sandbox';
import { AGENT, ApiClient, ordinary } from '../../sandbox/support/apiClient';
import {
	CONNECTIONS,
	passOnNode,
	retryExecution,
	runNode,
	samoraNode,
	type NodeSettings,
	type Outcome,
	type SamoraCredential,
} from '../../support/engine';
import { startOtherServer, type OtherServer } from '../../support/otherServer';
import type { Parameters } from '../../support/sandboxRuns';

/** A launch starts what it has made itself, with the people who are in it now. */

let sandbox: Sandbox;
let credential: SamoraCredential;

beforeAll(async () => {
	sandbox = await startSandbox({ port: 0, filesPort: 0, speed: 0 });
	credential = { apiKey: sandbox.apiKey, baseUrl: sandbox.url };
});

afterAll(async () => await sandbox.stop());

beforeEach(async () => await sandbox.control.reset());

const rows = (...numbers: string[]): IDataObject[] => numbers.map((phone) => ({ phone }));
const THREE = rows(ordinary(0), ordinary(1), ordinary(2));
const AGAIN: NodeSettings = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };

const launcher = (more: Parameters = {}, settings: NodeSettings = {}): INode =>
	samoraNode(
		{
			resource: 'campaign',
			operation: 'launch',
			agentId: AGENT,
			name: 'Renewals',
			toNumber: '={{ $json.phone }}',
			variablesMode: 'none',
			...more,
		},
		settings,
	);

const retry = async (failed: Outcome, node: INode) =>
	await retryExecution(
		failed.run,
		[passOnNode('Before'), node],
		CONNECTIONS,
		credential,
		node.name,
	);

const campaigns = async (isStarted: boolean): Promise<Campaign[]> =>
	(await sandbox.control.campaigns()).filter(({ status }) => (status !== 'DRAFT') === isStarted);

const calledBy = async (started: Campaign[]): Promise<string[]> =>
	(
		await Promise.all(
			started.map(async ({ id }) => await sandbox.control.calls({ campaign_id: id })),
		)
	)
		.flat()
		.map(({ to_number }) => to_number)
		.sort();

it('two launches at once are two campaigns, each with its own people once', async () => {
	const others = rows(ordinary(3), ordinary(4));
	const outcomes = await Promise.all([
		runNode(launcher(), THREE, credential),
		runNode(launcher(), others, credential),
	]);
	expect(outcomes.map(({ error }) => error)).toEqual([undefined, undefined]);
	const started = await campaigns(true);
	expect(started.map(({ call_stats: stats }) => stats.total).sort()).toEqual([2, 3]);
	expect(await calledBy(started)).toEqual([0, 1, 2, 3, 4].map(ordinary));
});

it.each(['reset-after', '500-after', 'malformed'] as const)(
	'a draft of the same name that somebody else makes is neither filled nor started (%s)',
	async (kind) => {
		const other = await new ApiClient(sandbox).campaign({ name: 'Renewals' });
		await other.add(ordinary(9));
		await sandbox.control.addFault({ kind, operationId: 'createCampaign' });
		await runNode(launcher({}, AGAIN), THREE, credential);
		const started = await campaigns(true);
		expect(started).toHaveLength(1);
		expect(started[0].id).not.toBe(other.id);
		expect(await calledBy(started)).toEqual([0, 1, 2].map(ordinary));
	},
);

it('whoever had a wrong number when the start was refused is not called after it was corrected', async () => {
	await sandbox.control.addFault({ kind: '500', status: 409, operationId: 'startCampaign' });
	const failed = await runNode(launcher(), THREE, credential);
	expect(failed.error?.message).toContain('it was not started');
	const corrected = launcher({
		toNumber: `={{ $json.phone === "${ordinary(1)}" ? "${ordinary(7)}" : $json.phone }}`,
	});
	const { error } = await retry(failed, corrected);
	expect(error).toBeUndefined();
	const started = await campaigns(true);
	expect(started).toHaveLength(1);
	expect(await calledBy(started)).toEqual([0, 2, 7].map(ordinary));
	expect(await campaigns(false)).toHaveLength(1);
});

it('a campaign that may have been started says so when numbers were corrected, and no second one is made', async () => {
	await sandbox.control.addFault({ kind: '500-after', operationId: 'startCampaign' });
	// Samora doesn't tell what became of it either.
	await sandbox.control.addFault({ kind: '500', operationId: 'getCampaign', times: 8 });
	const failed = await runNode(launcher(), THREE, credential);
	expect(failed.error?.message).toContain('it is not known whether it was started');
	const corrected = launcher({
		toNumber: `={{ $json.phone === "${ordinary(1)}" ? "${ordinary(7)}" : $json.phone }}`,
	});
	const { error } = await retry(failed, corrected);
	expect(error?.message).toContain('may be calling recipients whose numbers have changed since');
	expect(await campaigns(true)).toHaveLength(1);
	expect(await campaigns(false)).toEqual([]);
}, 60_000);

describe('a start that may have happened, when the execution is retried', () => {
	const ALWAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
	const hours = (from: string, to: string, outside: string) => ({
		options: { callingHours: { values: { from, to, timezone: 'UTC', days: ALWAYS, outside } } },
	});
	/** Hours that the present moment is out of, at any time of day. */
	const closed = (outside: string) =>
		new Date().getUTCHours() < 12
			? hours('13:00', '14:00', outside)
			: hours('10:00', '11:00', outside);

	/** @param isUnread whether Samora doesn't tell the campaign's status either */
	async function launchInDoubt(isUnread: boolean): Promise<Outcome> {
		await sandbox.control.addFault({ kind: '500-after', operationId: 'startCampaign' });
		await sandbox.control.addFault({ kind: '503', operationId: 'getCampaign', times: null });
		const failed = await runNode(launcher(hours('00:00', '24:00', 'refuse')), THREE, credential);
		expect(failed.error?.message).toContain('it is not known whether it was started');
		if (!isUnread) await sandbox.control.clearFaults();
		return failed;
	}

	const starts = async () =>
		(await sandbox.control.journal({ operationId: 'startCampaign' })).length;

	it('does not start a campaign that somebody has paused, also while its status cannot be read', async () => {
		const failed = await launchInDoubt(true);
		const [{ id }] = await campaigns(true);
		await sandbox.control.setCampaignStatus(id, 'PAUSED');
		const { error } = await retry(failed, launcher());
		expect(error?.message).toContain(
			"The node asked Samora before to start it, and can't read its status now",
		);
		expect(await starts()).toBe(1);
		await sandbox.control.clearFaults();
		expect((await retry(failed, launcher())).output).toHaveLength(3);
		expect(await starts()).toBe(1);
		expect(await campaigns(true)).toMatchObject([{ id, status: 'PAUSED' }]);
	});

	it('does not start a campaign that somebody has canceled', async () => {
		const failed = await launchInDoubt(false);
		const [{ id }] = await campaigns(true);
		await sandbox.control.setCampaignStatus(id, 'CANCELLED');
		const { error } = await retry(failed, launcher());
		expect(error?.message).toContain('its status is CANCELLED now');
		expect(await starts()).toBe(1);
	});

	it.each(['refuse', 'skip'])(
		'says of nobody outside the hours that a campaign is a draft which is calling (%s)',
		async (outside) => {
			const failed = await launchInDoubt(true);
			const unread = await retry(failed, launcher(closed(outside)));
			expect(JSON.stringify([unread.error, unread.output])).not.toContain('calls nobody');
			expect(unread.error?.message).toContain("can't read its status now");
			await sandbox.control.clearFaults();
			const { error, output } = await retry(failed, launcher(closed(outside)));
			expect(error).toBeUndefined();
			expect(output.map(({ json }) => json.skipped)).toEqual([undefined, undefined, undefined]);
			expect(await starts()).toBe(1);
		},
	);
});

describe('an answer that says less than was asked', () => {
	let server: OtherServer;
	let ids: string[];
	let status: string;
	let started: number;

	beforeEach(async () => {
		started = 0;
		server = await startOtherServer(({ method, path }, res) => {
			if (path.endsWith('/start')) started += 1;
			const campaign = { id: AGENT, status, call_stats: { total: 3 } };
			const data = path.endsWith('/scheduled-calls')
				? { scheduled_call_ids: ids }
				: method === 'POST' && !path.endsWith('/start')
					? { campaign_id: AGENT }
					: campaign;
			res.writeHead(200, { 'content-type': 'application/json' });
			res.end(JSON.stringify({ message: 'OK', data }));
		});
	});

	afterEach(async () => await server.stop());

	const launch = async () =>
		await runNode(launcher(), THREE, { ...credential, baseUrl: server.url });

	it.each([[['one', 'two']], [[]]])(
		'fewer scheduled calls than recipients: it is not started (%j)',
		async (some) => {
			ids = some;
			status = 'IN_PROGRESS';
			const { error } = await launch();
			expect(error?.message).toContain(`Samora added ${some.length} of 3 recipients`);
			expect(started).toBe(0);
		},
	);

	it.each(['DRAFT', 'draft'])('a start that leaves a %s has not started', async (left) => {
		ids = ['one', 'two', 'three'];
		status = left;
		const { error } = await launch();
		expect(error?.message).toContain('still DRAFT');
		expect(error?.message).toContain('it was not started');
		expect(started).toBe(1);
	});

	it('Campaign: Start says so too', async () => {
		status = 'DRAFT';
		const node = samoraNode({
			resource: 'campaign',
			operation: 'start',
			agentId: AGENT,
			campaignId: { __rl: true, mode: 'id', value: AGENT },
		});
		const { error } = await runNode(node, [{}], { ...credential, baseUrl: server.url });
		expect(error?.message).toContain('still DRAFT');
	});
});
