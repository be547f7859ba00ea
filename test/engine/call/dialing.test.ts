import fc from 'fast-check';
import type { IDataObject, INode } from 'n8n-workflow';

import { startSandbox, type JournalEntry, type Sandbox } from '../../../sandbox';
import {
	passOnNode,
	retryExecution,
	runNode,
	samoraNode,
	startNode,
	startWorkflow,
	type NodeSettings,
	type SamoraCredential,
} from '../../support/engine';

let sandbox: Sandbox;
let credential: SamoraCredential;

beforeAll(async () => {
	sandbox = await startSandbox({ port: 0, filesPort: 0 });
	credential = { apiKey: sandbox.apiKey, baseUrl: sandbox.url };
});

afterAll(async () => await sandbox.stop());

beforeEach(async () => await sandbox.control.reset());

const numbers = (count: number): Array<{ phone: string }> =>
	Array.from({ length: count }, (_, i) => ({ phone: `+1415556${String(1000 + i)}` }));

function caller(settings: NodeSettings = {}, options: object = {}): INode {
	return samoraNode(
		{
			resource: 'call',
			operation: 'trigger',
			agentId: sandbox.agents[0].id,
			toNumber: '={{ $json.phone }}',
			metadataMode: 'keyValue',
			options: { ...options },
			requestOptions: { timeout: 10_000 },
		},
		settings,
	);
}

const EVERY_DAY = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

/** What people's sheets really say. */
const SEEN = [
	'(415) 555-2671',
	'098765 43210',
	'06 698 12345',
	'0044 20 7946 0018',
	'tel:+1-415-555-2671',
	'+1\u00a0415\u202f555\u20092671',
	14155552671,
	'4.15555E+09',
	'+1 415 555 2671 ext. 5',
];

const RETRY: NodeSettings = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };

async function dialled(): Promise<JournalEntry[]> {
	return await sandbox.control.journal({ operationId: 'triggerCall' });
}

/** How often each number was really called. */
async function callsByNumber(): Promise<Record<string, number>> {
	const counts: Record<string, number> = {};
	for (const { to_number } of await sandbox.control.calls()) {
		counts[to_number] = (counts[to_number] ?? 0) + 1;
	}
	return counts;
}

describe('a node that runs again on Retry On Fail', () => {
	it('does not call the same people again', async () => {
		await sandbox.control.addFault({ kind: '500-after', match: '1002' });
		const { error } = await runNode(caller(RETRY), numbers(5), credential);
		expect(Object.values(await callsByNumber())).not.toContain(2);
		expect(error?.message).toContain('It is not known whether +14155561002 is being called');
		expect(error?.message).toContain('[item 2]');
		expect(error?.message).toContain('4 calls were placed (items 0–1 and 3–4)');
		const placed = (await sandbox.control.calls()).filter(
			({ to_number }) => to_number !== '+14155561002',
		);
		for (const { id, to_number } of placed) {
			expect(error?.description).toContain(`${id} (item ${to_number.slice(-1)})`);
		}
	});

	it('gives the answers of the first try too, once the others have gone through', async () => {
		await sandbox.control.addFault({ kind: '401', match: '1002' });
		const { error, output } = await runNode(caller(RETRY), numbers(5), credential);
		expect(error).toBeUndefined();
		expect(output.map(({ json }) => json.to_number)).toEqual(numbers(5).map(({ phone }) => phone));
		expect(await callsByNumber()).toEqual(
			Object.fromEntries(numbers(5).map(({ phone }) => [phone, 1])),
		);
		const placed = new Set((await sandbox.control.calls()).map(({ id }) => id));
		expect(output.every(({ json }) => placed.has(String(json.call_id)))).toBe(true);
	});

	it('keeps a call although its item has become invalid since', async () => {
		await sandbox.control.addFault({ kind: '401', match: '1001' });
		const items = numbers(2).map((json) => ({ json: json as IDataObject }));
		const { outcome } = startNode(caller({ ...RETRY, waitBetweenTries: 300 }), items, credential);
		await sandbox.control.until(async () => (await dialled()).length === 2, { timeoutMs: 5000 });
		items[0].json.phone = 'none';
		const { output, error } = await outcome;
		expect(error).toBeUndefined();
		expect(output.map(({ json }) => json.to_number)).toEqual(['+14155561000', '+14155561001']);
		expect(await dialled()).toHaveLength(3);
	});

	it('calls again after an unknown result only when Redial Unknown is on', async () => {
		await sandbox.control.addFault({ kind: 'reset-after', match: '1000' });
		const { output } = await runNode(
			caller(RETRY, { redialUnknown: true }),
			numbers(1),
			credential,
		);
		expect(output).toHaveLength(1);
		expect(await callsByNumber()).toEqual({ '+14155561000': 2 });
	});

	it.each([408, 425, 451, 499, 503, 599])(
		'calls once who was called and then answered with %i, and says what calls again',
		async (status) => {
			await sandbox.control.addFault({
				kind: '500-after',
				status,
				times: null,
				operationId: 'triggerCall',
			});
			const { error } = await runNode(caller(RETRY), numbers(1), credential);
			expect(error?.message).toContain('It is not known whether');
			expect(error?.description).toContain('No retry of this execution calls it again');
			expect(error?.description).toContain('running the step again does');
			expect(await callsByNumber()).toEqual({ '+14155561000': 1 });
		},
	);

	it('retries with On Error only what was certainly not done', async () => {
		await sandbox.control.addFault({ kind: 'reset-after', match: '1000' });
		const { output } = await runNode(
			caller({ ...RETRY, onError: 'continueRegularOutput' }),
			numbers(3),
			credential,
		);
		expect(await callsByNumber()).toEqual({
			'+14155561000': 1,
			'+14155561001': 1,
			'+14155561002': 1,
		});
		expect(output[0].json.error).toContain('It is not known whether +14155561000');
		expect(output[1].json.call_id).toBeDefined();
	});
});

describe('a node that runs again in a loop', () => {
	it('calls the same number again', async () => {
		const nodes = [passOnNode('Start'), passOnNode('Twice', 'test.twice'), caller()];
		const connections = {
			Start: { main: [[{ node: 'Twice', type: 'main' as const, index: 0 }]] },
			Twice: { main: [[{ node: 'Samora', type: 'main' as const, index: 0 }], []] },
			Samora: { main: [[{ node: 'Twice', type: 'main' as const, index: 0 }]] },
		};
		const node = { ...caller(), parameters: { ...caller().parameters, toNumber: '+14155561000' } };
		const { outcome } = startWorkflow(
			[nodes[0], nodes[1], node],
			connections,
			[{}],
			credential,
			'Samora',
		);
		const { run } = await outcome;
		expect(run.data.resultData.runData.Samora).toHaveLength(2);
		expect(await callsByNumber()).toEqual({ '+14155561000': 2 });
	});
});

describe('a failed execution that is retried from the list', () => {
	const connections = {
		Before: { main: [[{ node: 'Samora', type: 'main' as const, index: 0 }]] },
	};

	it('does not call the same people again', async () => {
		await sandbox.control.addFault({ kind: '401', match: '1002' });
		const first = await runNode(caller(), numbers(5), credential);
		expect(first.error?.message).toContain('Samora rejected the API key');
		const before = await callsByNumber();
		expect(Object.keys(before).length).toBeGreaterThan(0);

		const second = await retryExecution(
			first.run,
			[passOnNode('Before'), caller()],
			connections,
			credential,
			'Samora',
		);
		expect(second.error).toBeUndefined();
		expect(second.output).toHaveLength(5);
		expect(await callsByNumber()).toEqual(
			Object.fromEntries(numbers(5).map(({ phone }) => [phone, 1])),
		);
	});

	it('reads again what it only read', async () => {
		const getCall = (callId: string) => samoraNode({ resource: 'call', operation: 'get', callId });
		const placed = await runNode(caller(), numbers(1), credential);
		const callId = String(placed.output[0].json.call_id);
		await sandbox.control.addFault({ kind: '401', operationId: 'getCall', skip: 1 });
		const nodes = [passOnNode('Before'), getCall(callId)];
		const first = await startWorkflow(nodes, connections, [{}, {}], credential, 'Samora').outcome;
		expect(first.error?.message).toContain('Samora rejected the API key');
		await sandbox.control.advance(60);
		const second = await retryExecution(first.run, nodes, connections, credential, 'Samora');
		expect(second.output.map(({ json }) => json.status)).toEqual([
			'CALL_FINISHED',
			'CALL_FINISHED',
		]);
	});

	it('calls the number that a person has corrected meanwhile', async () => {
		await sandbox.control.addFault({ kind: 'reset-after', match: '1000' });
		const first = await runNode(caller(), numbers(1), credential);
		expect(first.error?.message).toContain('It is not known whether +14155561000');
		const corrected = caller();
		corrected.parameters.toNumber = '+14155569999';
		const second = await retryExecution(
			first.run,
			[passOnNode('Before'), corrected],
			connections,
			credential,
			'Samora',
		);
		expect(second.output).toHaveLength(1);
		expect(await callsByNumber()).toEqual({ '+14155561000': 1, '+14155569999': 1 });
	});
});

describe('Max Concurrency', () => {
	it.each([1, 3])('sends at most %i requests at a time, in the order of the items', async (max) => {
		await sandbox.control.addFault({ kind: 'slow', times: null, ms: 20 });
		await runNode(caller({}, { maxConcurrency: max }), numbers(9), credential);
		const entries = await dialled();
		expect(Math.max(...entries.map(({ concurrent }) => concurrent))).toBe(max);
		expect(entries.map(({ body }) => (body as { to_number: string }).to_number)).toEqual(
			numbers(9).map(({ phone }) => phone),
		);
	});

	it('starts no new call after one that makes the node stop', async () => {
		await sandbox.control.addFault({ kind: '403', match: '1001' });
		const { error } = await runNode(caller({}, { maxConcurrency: 1 }), numbers(9), credential);
		expect(await dialled()).toHaveLength(2);
		expect(error?.message).toContain('1 call was placed (item 0)');
	});
});

describe('Execute Once', () => {
	it('makes the node look at the first item only, and stop on it', async () => {
		await sandbox.control.addFault({ kind: '401' });
		const rows = [...numbers(2), { phone: 'none' }];
		const { error } = await runNode({ ...caller(), executeOnce: true }, rows, credential);
		expect(error?.message).toContain('Samora rejected the API key');
		const second = await runNode({ ...caller(), executeOnce: true }, rows, credential);
		expect(second.output).toHaveLength(1);
		expect(await callsByNumber()).toEqual({ '+14155561000': 1 });
	});
});

describe('a node whose execution a person stops', () => {
	it('sends nothing more, and does not wait for the pause it is in', async () => {
		await sandbox.control.addFault({ kind: '429-retry-after', retryAfter: 50, times: null });
		const started = Date.now();
		const { stop, outcome } = startNode(caller(), numbers(9), credential);
		await sandbox.control.until(async () => (await dialled()).length === 5, { timeoutMs: 5000 });
		stop();
		await outcome;
		expect(Date.now() - started).toBeLessThan(10_000);
		expect(await dialled()).toHaveLength(5);
		expect(await sandbox.control.calls()).toEqual([]);
	});
});

describe('numbers that people write', () => {
	it('are called in E.164, which the output shows', async () => {
		const { output, error } = await runNode(
			caller({}, { defaultCountry: 'US' }),
			[{ phone: '(415) 555-2671' }, { phone: 'tel:+44 20 7946 0018' }],
			credential,
		);
		expect(error).toBeUndefined();
		expect(output.map(({ json }) => json.to_number)).toEqual(['+14155552671', '+442079460018']);
		expect(await callsByNumber()).toEqual({ '+14155552671': 1, '+442079460018': 1 });
	});

	it('are refused without a country, and then nobody is called', async () => {
		const { error } = await runNode(
			caller(),
			[{ phone: '+14155552671' }, { phone: '(415) 555-2671' }, { phone: '' }],
			credential,
		);
		expect(error?.message).toMatch(/^2 of 3 rows can't be used, so nobody was called: /);
		expect(error?.message).toContain('1 row has no country code (row 1): choose a Default Country');
		expect(error?.message).toContain('1 row has no number (row 2)');
		expect(await dialled()).toEqual([]);
	});

	it('gives the reason that many bad rows share once, with the rows', async () => {
		const rows = [...numbers(1), ...Array.from({ length: 14 }, () => ({ phone: 'none' }))];
		const { error } = await runNode(caller(), rows, credential);
		expect(error?.message).toMatch(/^14 of 15 rows .*: 14 rows have no number \(rows 1–14\)/);
	});
});

describe('an expression that cannot be evaluated', () => {
	it('keeps everything from being sent, also where its parameter is not needed', async () => {
		const node = caller();
		Object.assign(node.parameters, {
			metadataMode: '={{ "keyValue" }}',
			metadataJson: '={{ $json.bad ? $("Nowhere").item.json.x : "{}" }}',
		});
		const rows = [...numbers(2), { phone: '+14155561009', bad: true }];
		const { error } = await runNode(node, rows, credential);
		expect(error?.message).toContain("Referenced node doesn't exist");
		expect(await dialled()).toEqual([]);
	});
});

describe('the same number twice in one run', () => {
	const rows = [...numbers(2), ...numbers(1)];

	it('is called once by default, and the repeat says so', async () => {
		const { output } = await runNode(caller(), rows, credential);
		expect(await callsByNumber()).toEqual({ '+14155561000': 1, '+14155561001': 1 });
		expect(output[2]).toMatchObject({
			json: {
				skipped: true,
				to_number: '+14155561000',
				reason: '+14155561000 is the number of item 0 too',
			},
			pairedItem: { item: 2 },
		});
	});

	it('is recognized when it is written differently', async () => {
		await runNode(
			caller({}, { defaultCountry: 'US' }),
			[{ phone: '+14155561000' }, { phone: '(415) 556-1000' }],
			credential,
		);
		expect(await callsByNumber()).toEqual({ '+14155561000': 1 });
	});

	it('is called each time with Call', async () => {
		await runNode(caller({}, { repeatedNumbers: 'call' }), rows, credential);
		expect(await callsByNumber()).toEqual({ '+14155561000': 2, '+14155561001': 1 });
	});

	it('is refused with Refuse', async () => {
		const { error } = await runNode(caller({}, { repeatedNumbers: 'refuse' }), rows, credential);
		expect(error?.message).toBe(
			'+14155561000 is the number of item 0 too, and Repeated Numbers is set to refuse that [item 2]',
		);
		expect(await dialled()).toEqual([]);
	});
});

describe('calling hours', () => {
	/** A day that is not today in the time zone, so it is always outside. */
	const closed = (outside: string) => ({
		callingHours: {
			values: {
				from: '00:00',
				to: '24:00',
				days: [
					['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'][
						(new Date().getUTCDay() + 3) % 7
					],
				],
				timezone: 'UTC',
				outside,
			},
		},
	});

	it('refuse an item outside the hours and say when it may be called', async () => {
		const { error } = await runNode(caller({}, closed('refuse')), numbers(1), credential);
		expect(error?.message).toMatch(
			/outside the calling hours .*; the next call can be placed .* at 00:00/,
		);
		expect(error?.description).toContain('Run the node again within these hours');
		expect(await dialled()).toEqual([]);
	});

	it('skip such an item when the person chose that', async () => {
		const { output } = await runNode(caller({}, closed('skip')), numbers(2), credential);
		expect(output).toHaveLength(2);
		expect(output[1].json).toMatchObject({ skipped: true, to_number: '+14155561001' });
		expect(Date.parse(String(output[1].json.may_call_from))).toBeGreaterThan(Date.now());
		expect(await dialled()).toEqual([]);
	});

	it('let calls through inside the hours', async () => {
		const open = { callingHours: { values: { from: '00:00', to: '24:00', days: EVERY_DAY } } };
		await runNode(caller({}, open), numbers(1), credential);
		expect(await callsByNumber()).toEqual({ '+14155561000': 1 });
	});
});

describe('a sheet with any values', () => {
	const cell = fc.oneof(
		fc.constantFrom(...SEEN),
		fc.string({ unit: 'binary', maxLength: 30 }),
		fc.integer(),
		fc.double(),
		fc.constant(null),
		fc.boolean(),
		fc.object({ maxDepth: 1 }),
	);
	const metadata = fc.oneof(
		fc.json(),
		fc.string({ unit: 'binary', maxLength: 40 }),
		fc.constantFrom('{"a":', '[]', 'null', '{"__proto__": {"a": 1}}', ''),
	);

	it('makes no request that breaks the API description, and each refusal names item and parameter', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(fc.record({ phone: cell, metadata }), { minLength: 1, maxLength: 6 }),
				fc.constantFrom('', 'US', 'IN', 'IT'),
				fc.constantFrom('stopWorkflow' as const, 'continueRegularOutput' as const),
				async (rows, defaultCountry, onError) => {
					await sandbox.control.reset();
					const node = caller({ onError }, { defaultCountry });
					Object.assign(node.parameters, {
						metadataMode: 'json',
						metadataJson: '={{ $json.metadata }}',
					});
					const { output, error } = await runNode(node, rows as IDataObject[], credential);
					for (const { violation } of await dialled()) expect(violation).toBeNull();
					const said = [
						...(error ? [error.message] : []),
						...output.flatMap(({ json }) => (json.error === undefined ? [] : [String(json.error)])),
					];
					for (const sentence of said) {
						expect(sentence).toMatch(/\[item \d+\]|\(rows? \d/);
						expect(sentence).toMatch(/To Number|number|country code|Metadata/);
					}
					if (!error) expect(output).toHaveLength(rows.length);
				},
			),
			{ numRuns: 150 },
		);
	}, 120_000);
});
