import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import type { FaultKind } from '../../../sandbox';
import {
	passOnNode,
	retryExecution,
	samoraNode,
	startNode,
	type NodeSettings,
} from '../../support/engine';
import { paired, SandboxRuns, stopOf, type Parameters } from '../../support/sandboxRuns';

/** A call of nine virtual seconds is over in less than half a real one. */
const samora = new SandboxRuns({ speed: 30 });

const waitFor = (wait: IDataObject = {}, options: IDataObject = {}): Parameters => ({
	resource: 'call',
	operation: 'triggerAndWait',
	agentId: samora.sandbox.agents[0].id,
	toNumber: '={{ $json.phone }}',
	wait: { pollInterval: 0.1, ...wait } as Parameters[string],
	options: options as Parameters[string],
});

const magic = (...endings: string[]) => endings.map((ending) => ({ phone: `+141555501${ending}` }));
const ONGOING = '09';
const looks = async () => await samora.control.journal({ operationId: 'getCall' });
const placed = async () => await samora.control.calls();

describe('a call that is waited for', () => {
	it('comes out with its details and outcome once it has ended', async () => {
		const rows = magic('00', '01', '02', '03', '04', '13');
		const { output, error } = await samora.run(waitFor(), rows);
		expect(error).toBeUndefined();
		const calls = await placed();
		expect(
			paired(output).map(({ json, pairedItem }) => ({ outcome: json.outcome, pairedItem })),
		).toEqual(
			['finished', 'unanswered', 'rejected', 'voicemail', 'failed', 'ended'].map(
				(outcome, item) => ({ outcome, pairedItem: { item } }),
			),
		);
		expect(output.map(({ json }) => [json.call_id, json.to_number, json.status])).toEqual(
			rows.map(({ phone }) => {
				const call = calls.find(({ to_number }) => to_number === phone);
				return [call?.id, phone, call?.status];
			}),
		);
		expect(output[0].json).toMatchObject({
			agent_id: samora.sandbox.agents[0].id,
			ended_at: expect.any(String),
			recording_url: expect.stringContaining(samora.sandbox.filesUrl),
		});
	});

	it('comes out with its files when they come a little after the end', async () => {
		const { output } = await samora.run(waitFor(), magic('08'));
		expect(output[0].json).toMatchObject({
			outcome: 'finished',
			recording_url: expect.any(String),
			transcript_url: expect.any(String),
		});
	});

	it('does not hold up the next call', async () => {
		const { output } = await samora.run(waitFor({}, { maxConcurrency: 1 }), magic('05', '00'));
		expect(output.map(({ json }) => json.outcome)).toEqual(['finished', 'finished']);
		const [long, short] = await placed();
		expect(Date.parse(short.created_at)).toBeLessThan(Date.parse(String(long.ended_at)));
	});

	it('is only waited for when it was placed', async () => {
		const { output } = await samora.run(waitFor(), magic('00', '00'));
		expect(output[1].json).toMatchObject({ skipped: true, repeats_item: 0 });
		expect(await placed()).toHaveLength(1);
	});
});

describe('a request for the state of a call that fails', () => {
	it.each<FaultKind>([
		'500',
		'429',
		'429-retry-after',
		'reset-after',
		'malformed',
		'empty',
		'html',
	])('does not end the wait: %s', async (kind) => {
		await samora.control.addFault({ kind, operationId: 'getCall', times: 2 });
		const { output, error } = await samora.run(waitFor(), magic('00'));
		expect(error).toBeUndefined();
		expect(output[0].json.outcome).toBe('finished');
		expect(await placed()).toHaveLength(1);
		expect((await looks()).filter(({ fault }) => fault)).toHaveLength(2);
	});

	it('slows down all such requests for as long as Samora asks', async () => {
		await samora.control.addFault({
			kind: '429-retry-after',
			retryAfter: 2,
			operationId: 'getCall',
		});
		await samora.run(waitFor(), magic('00', '01', '02'));
		const [first, ...others] = await looks();
		const after = others.map(({ at }) => Date.parse(at) - Date.parse(first.at));
		// A look that is on its way already cannot be called back.
		expect(after.filter((passed) => passed > 500 && passed < 1900)).toEqual([]);
		expect(after.filter((passed) => passed >= 1900).length).toBeGreaterThan(0);
	});

	it.each<[FaultKind, string]>([
		['401', 'Samora rejected the API key'],
		['403', 'Forbidden'],
	])(
		'ends the wait when Samora keeps refusing, and the message names the call: %s',
		async (kind, words) => {
			await samora.control.addFault({ kind, operationId: 'getCall', times: null });
			const outcome = await samora.run(waitFor(), magic(ONGOING));
			const { message, description } = stopOf(outcome);
			const [{ id }] = await placed();
			expect(message).toContain('The call to +14155550109 was placed');
			expect(message).toContain(`Call ID ${id}`);
			expect(message).toContain(words);
			expect(description).toContain('calls nobody again');
			expect(outcome.error?.httpCode).toBe(kind);
			expect(await looks()).toHaveLength(3);
		},
	);

	it('ends the wait when Samora does not know the call', async () => {
		await samora.control.addFault({
			kind: '403',
			status: 404,
			operationId: 'getCall',
			times: null,
		});
		const { output } = await samora.run(waitFor(), magic(ONGOING), {
			onError: 'continueRegularOutput',
		});
		const [{ id }] = await placed();
		expect(output[0].json).toMatchObject({
			error: expect.stringContaining(`Call ID ${id}`),
			details: { call_id: id, to_number: '+14155550109', outcome: 'unknown' },
		});
	});
});

describe('a wait that reaches its timeout', () => {
	const SHORT = { timeout: 0.02 };

	it('stops the node, which names the call', async () => {
		const { message, description } = stopOf(await samora.run(waitFor(SHORT), magic(ONGOING)));
		const [{ id }] = await placed();
		expect(message).toBe(
			`The call to +14155550109 didn't end within 0.02 minutes (Call ID ${id}) and is ONGOING [item 0]`,
		);
		expect(description).toContain('On Timeout');
	});

	it('puts the call’s ID into the item with On Error', async () => {
		const { output } = await samora.run(waitFor(SHORT), magic('00', ONGOING), {
			onError: 'continueRegularOutput',
		});
		const ongoing = (await placed()).find(({ to_number }) => to_number.endsWith(ONGOING));
		expect(output.map(({ json }) => json.outcome)).toEqual(['finished', undefined]);
		expect(output[1].json.details).toMatchObject({ call_id: ongoing?.id, outcome: 'timeout' });
	});

	it('lets the item go on with what is known when the person chose that', async () => {
		const { output, error } = await samora.run(
			waitFor({ ...SHORT, onTimeout: 'continue' }),
			magic(ONGOING),
		);
		const [{ id }] = await placed();
		expect(error).toBeUndefined();
		expect(output[0].json).toMatchObject({
			call_id: id,
			to_number: '+14155550109',
			outcome: 'timeout',
			status: 'ONGOING',
		});
	});

	it('says why nothing is known when no request was answered', async () => {
		await samora.control.addFault({ kind: '500', operationId: 'getCall', times: null });
		const { message } = stopOf(await samora.run(waitFor(SHORT), magic('00')));
		const [{ id }] = await placed();
		expect(message).toContain(id);
		expect(message).toContain('Samora is unavailable right now');
	});

	it('does not wait for a request that hangs', async () => {
		await samora.control.addFault({ kind: 'hang', operationId: 'getCall', times: null });
		const started = Date.now();
		const { message } = stopOf(await samora.run(waitFor(SHORT), magic('00')));
		expect(message).toContain("didn't end within");
		expect(Date.now() - started).toBeLessThan(14_000);
	});
});

describe('a call that was placed', () => {
	const RETRY: NodeSettings = { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 };

	it('is waited for on Retry On Fail, and not placed again', async () => {
		const { output, error } = await samora.run(waitFor({ timeout: 0.02 }), magic('05'), {
			...RETRY,
			maxTries: 5,
		});
		expect(error).toBeUndefined();
		const calls = await placed();
		expect(calls).toHaveLength(1);
		expect(output[0].json).toMatchObject({ call_id: calls[0].id, outcome: 'finished' });
	});

	it('is not waited for any longer once another item makes the node stop', async () => {
		await samora.control.addFault({ kind: '401', operationId: 'triggerCall', match: '5550101' });
		const { message } = stopOf(await samora.run(waitFor(), magic(ONGOING, '01')));
		expect(message).toContain('Samora rejected the API key');
		expect(message).toContain('1 call was placed (item 0)');
	});

	it('is waited for when the execution is retried, and not placed again', async () => {
		await samora.control.addFault({ kind: '401', operationId: 'triggerCall', match: '5550101' });
		const first = await samora.run(waitFor(), magic('00', '01'));
		expect(first.error).toBeDefined();
		const nodes = [passOnNode('Before'), samoraNode(waitFor())];
		const connections = {
			Before: { main: [[{ node: 'Samora', type: 'main' as const, index: 0 }]] },
		};
		const { output, error } = await retryExecution(
			first.run,
			nodes,
			connections,
			samora.credential,
			'Samora',
		);
		expect(error).toBeUndefined();
		const calls = await placed();
		expect(calls.map(({ to_number }) => to_number)).toEqual(['+14155550100', '+14155550101']);
		expect(output.map(({ json }) => [json.call_id, json.outcome])).toEqual([
			[calls[0].id, 'finished'],
			[calls[1].id, 'unanswered'],
		]);
	});
});

describe('a wait whose execution a person stops', () => {
	it('ends at once, and the calls that were placed come out', async () => {
		const items = magic(ONGOING, '11').map((json): INodeExecutionData => ({ json }));
		const { stop, outcome } = startNode(
			samoraNode(waitFor({ pollInterval: 5 })),
			items,
			samora.credential,
		);
		await samora.control.until(async () => (await placed()).length === 2, { timeoutMs: 20_000 });
		// Until n8n has the answers, they are requests that are under way.
		await samora.control.until(async () => {
			const entries = await samora.control.journal({ operationId: 'triggerCall' });
			return entries.every(({ took }) => took !== null);
		});
		const stopped = Date.now();
		stop();
		const { run } = await outcome;
		expect(Date.now() - stopped).toBeLessThan(3000);
		expect(run.status).toBe('canceled');
		const kept = JSON.stringify(run.data);
		for (const { id } of await placed()) expect(kept).toContain(id);
		expect(await looks()).toEqual([]);
	});
});

it.each([
	[{ pollInterval: 0 }, 'Poll Interval must be a number from 0.1 to 3600 seconds'],
	[{ timeout: 'long' }, 'Timeout must be a number from 0.01 to 1440 minutes'],
	[{ onTimeout: 'ignore' }, 'On Timeout must be Stop or Continue'],
])('calls nobody when a setting of the wait is invalid: %j', async (wait, words) => {
	const { message } = stopOf(await samora.run(waitFor(wait), magic('00', '01')));
	expect(message).toContain(words);
	expect(await placed()).toEqual([]);
});
