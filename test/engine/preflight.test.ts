import type { IDataObject } from 'n8n-workflow';

import { ordinary } from '../sandbox/support/apiClient';
import { parametersOf } from '../support/operations';
import { SandboxRuns, stopOf, type Parameters } from '../support/sandboxRuns';
import { settle, type World } from '../support/world';

/** n8n reads some things of an item only when it has started the items before. */

const samora = new SandboxRuns();
let world: World;

beforeEach(async () => (world = await settle(samora.sandbox)));

const rows = (count: number, last: IDataObject): IDataObject[] =>
	Array.from({ length: count }, (_, n) => ({
		phone: ordinary(n),
		...(n === count - 1 ? last : {}),
	}));

const parameters = (requestOptions: IDataObject, more: Parameters = {}) =>
	parametersOf('triggerCall', world, {
		toNumber: '={{ $json.phone }}',
		...more,
		requestOptions: requestOptions as Parameters[string],
	});

/** What n8n cannot evaluate. */
const FAILS = '$("Nobody").item.json.name';

/** Two at a time, with a pause in which the first could be sent. */
const BATCHES = { batching: { batch: { batchSize: 2, batchInterval: 100 } } };

describe.each([
	['all at once', {}],
	['in batches', BATCHES],
])('four items %s', (_, pacing) => {
	it.each(['not a proxy', 'http://proxy.example', 'proxy.example:3128', ' ', 8080])(
		'none is sent when the proxy of the last is %j',
		async (proxy) => {
			const outcome = await samora.run(
				parameters({ ...pacing, proxy: '={{ $json.proxy }}' }),
				rows(4, { proxy }),
			);
			expect(stopOf(outcome).message).not.toBe('');
			expect(await samora.sent()).toEqual([]);
		},
	);

	it('none is sent when an expression of the last cannot be evaluated', async () => {
		const outcome = await samora.run(
			parameters({ ...pacing, timeout: `={{ $json.last ? ${FAILS} : 2000 }}` }),
			rows(4, { last: true }),
		);
		expect(stopOf(outcome).message).not.toBe('');
		expect(await samora.sent()).toEqual([]);
	});

	it('the others are sent where the person chose to continue', async () => {
		const { output } = await samora.run(
			parameters({ ...pacing, proxy: '={{ $json.proxy }}' }),
			rows(4, { proxy: 'not a proxy' }),
			{ onError: 'continueRegularOutput' },
		);
		expect(output).toHaveLength(4);
		expect(await samora.sent()).toHaveLength(3);
	});
});

it('n8n gives up between two batches: what was called is not called again', async () => {
	const soon = Date.now() + 150;
	// It can be evaluated when all items are looked at, and no more when n8n comes to the last batch.
	const name = `={{ $now.toMillis() < ${soon + 200} ? "" : ${FAILS} }}`;
	const batching = { batch: { batchSize: 2, batchInterval: 400 } };
	const { error } = await samora.run(
		parameters({ batching }, { metadata: { values: [{ key: 'name', value: name }] } }),
		rows(4, {}),
		{ retryOnFail: true, maxTries: 2, waitBetweenTries: 1 },
	);
	expect(error).toBeDefined();
	const sent = await samora.sent({ operationId: 'triggerCall' });
	const numbers = sent.map(({ body }) => (body as IDataObject).to_number);
	expect(new Set(numbers).size).toBe(numbers.length);
});

it.each([
	'http://proxy.example.com:3128',
	'http://user:secret@proxy.example.com:80',
	undefined,
	'',
])('a proxy that n8n takes is no bad row (%j)', async (proxy) => {
	const { error } = await samora.run(
		parameters({ proxy: '={{ $json.proxy }}', timeout: 2000 }),
		rows(2, { proxy }),
	);
	expect(error?.message ?? '').not.toContain('Proxy must be');
});
