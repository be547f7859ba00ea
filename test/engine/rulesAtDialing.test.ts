import type { IDataObject, INode } from 'n8n-workflow';

import { startSandbox, type Sandbox } from '../../sandbox';
import {
	passOnNode,
	retryExecution,
	runNode,
	samoraNode,
	startWorkflow,
	TWO_BRANCHES,
	type NodeSettings,
	type SamoraCredential,
} from '../support/engine';

/** Rules hold when a number is dialed, each time, and not only when the run began. */

let sandbox: Sandbox;
let credential: SamoraCredential;

beforeAll(async () => {
	sandbox = await startSandbox({ port: 0, filesPort: 0, speed: 0 });
	credential = { apiKey: sandbox.apiKey, baseUrl: sandbox.url };
});

afterAll(async () => await sandbox.stop());

beforeEach(async () => await sandbox.control.reset());

const caller = (options: object = {}, settings: NodeSettings = {}): INode =>
	samoraNode(
		{
			resource: 'call',
			operation: 'trigger',
			agentId: sandbox.agents[0].id,
			toNumber: '={{ $json.phone }}',
			metadataMode: 'keyValue',
			options: options as never,
		},
		settings,
	);

const PHONE = '+14155561000';
const OTHER = '+14155561001';

const called = async () => (await sandbox.control.calls()).map(({ to_number }) => to_number);
const asked = async () =>
	(await sandbox.control.journal({ operationId: 'triggerCall' })).map(({ status }) => status);

describe('calling hours that end while Samora asks to wait', () => {
	const EVERY_DAY = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

	/** Only what the clock shows is set; everything goes on as it does. */
	const setClock = (time: string) =>
		jest.useFakeTimers({
			now: new Date(time),
			doNotFake: [
				'hrtime',
				'nextTick',
				'performance',
				'queueMicrotask',
				'setImmediate',
				'clearImmediate',
				'setInterval',
				'clearInterval',
				'setTimeout',
				'clearTimeout',
			],
		});

	afterEach(() => jest.useRealTimers());

	it.each(['refuse', 'skip'] as const)(
		'keep the call from being tried again (%s)',
		async (outside) => {
			setClock('2026-03-02T22:09:57Z');
			await sandbox.control.addFault({
				kind: '429-retry-after',
				retryAfter: 1,
				times: 1,
				operationId: 'triggerCall',
			});
			const hours = { from: '08:00', to: '22:10', timezone: 'UTC', days: EVERY_DAY, outside };
			const running = runNode(
				caller({ callingHours: { values: hours } }, { onError: 'continueRegularOutput' }),
				[{ phone: PHONE }],
				credential,
			);
			await sandbox.control.until(async () => (await asked()).length === 1);
			jest.setSystemTime(new Date('2026-03-02T22:10:05Z'));
			const { output } = await running;
			expect(await asked()).toEqual([429]);
			expect(JSON.stringify(output[0].json)).toContain('outside the calling hours');
		},
	);
});

describe('the first of two equal numbers', () => {
	const rows = [{ phone: PHONE }, { phone: OTHER }, { phone: PHONE }, { phone: PHONE }];

	it('is refused by Samora: the second is called, and the third is its repeat', async () => {
		await sandbox.control.addFault({
			kind: '500',
			status: 400,
			operationId: 'triggerCall',
			match: PHONE,
		});
		const { output } = await runNode(
			caller({}, { onError: 'continueRegularOutput' }),
			rows,
			credential,
		);
		expect((await called()).sort()).toEqual([PHONE, OTHER]);
		expect(output.map(({ json }) => 'call_id' in json)).toEqual([false, true, true, false]);
		expect(output[3].json).toMatchObject({ skipped: true, repeats_item: 2 });
	});

	it('may have been called: the second is not', async () => {
		await sandbox.control.addFault({ kind: '500-after', operationId: 'triggerCall', match: PHONE });
		const { output } = await runNode(
			caller({}, { onError: 'continueRegularOutput' }),
			rows,
			credential,
		);
		expect((await called()).sort()).toEqual([PHONE, OTHER]);
		expect(output.map(({ json }) => json.repeats_item)).toEqual([undefined, undefined, 0, 0]);
	});
});

describe('two branches that lead into one node', () => {
	const BRANCHES = ['Before', 'Left', 'Right'].map((name) => passOnNode(name));
	const ROWS: IDataObject[] = [{ phone: PHONE }, { phone: OTHER }];

	const runWith = async (samora: INode) =>
		await startWorkflow([...BRANCHES, samora], TWO_BRANCHES, ROWS, credential, 'Samora').outcome;

	const run = async (options: object, settings: NodeSettings = {}) =>
		await runWith(caller(options, settings));

	it('calls nobody for the second branch whom the first has called', async () => {
		const { output } = await run({});
		expect((await called()).sort()).toEqual([PHONE, OTHER]);
		expect(output.map(({ json }) => json.skipped)).toEqual([true, true]);
		expect(output[0].json.reason).toContain('another branch of the workflow');
	});

	it('refuses them with "refuse"', async () => {
		const { error } = await run({ repeatedNumbers: 'refuse' });
		expect(error?.message).toContain('another branch of the workflow');
		expect((await called()).sort()).toEqual([PHONE, OTHER]);
	});

	it('calls each with "call"', async () => {
		await run({ repeatedNumbers: 'call' });
		expect(await called()).toHaveLength(4);
	});

	it('does not say that somebody was called when that is not known', async () => {
		await sandbox.control.addFault({ kind: '500-after', operationId: 'triggerCall', match: PHONE });
		const { output } = await run({}, { onError: 'continueRegularOutput' });
		expect((await called()).sort()).toEqual([PHONE, OTHER]);
		const [inDoubt, placed] = output.slice(-2).map(({ json }) => json.reason);
		expect(inDoubt).toContain('may have been called already');
		expect(placed).toContain('was called already');
	});

	it('calls nobody again after the second branch failed, its rows were corrected, and the execution is retried', async () => {
		const wrong = caller();
		wrong.parameters.toNumber = '={{ $prevNode.name === "Left" ? "x" : $json.phone }}';
		const failed = await runWith(wrong);
		expect(failed.error?.message).toContain('2 of 2 rows');
		expect((await called()).sort()).toEqual([PHONE, OTHER]);
		const nodes = [...BRANCHES, caller()];
		const retried = await retryExecution(failed.run, nodes, TWO_BRANCHES, credential, 'Samora');
		expect(retried.error).toBeUndefined();
		expect((await called()).sort()).toEqual([PHONE, OTHER]);
		expect(retried.output.map(({ json }) => json.skipped)).toEqual([true, true]);
	});

	it('calls for the second branch whom the first could not', async () => {
		await sandbox.control.addFault({
			kind: '500',
			status: 400,
			operationId: 'triggerCall',
			match: PHONE,
		});
		await run({}, { onError: 'continueRegularOutput' });
		expect((await called()).sort()).toEqual([PHONE, OTHER]);
	});
});
