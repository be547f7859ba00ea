import type { IConnections, IDataObject, INode } from 'n8n-workflow';

import { ordinary } from '../sandbox/support/apiClient';
import {
	passOnNode,
	retryExecution,
	samoraNode,
	startWorkflow,
	type NodeSettings,
} from '../support/engine';
import { parametersOf } from '../support/operations';
import { SandboxRuns, type Parameters } from '../support/sandboxRuns';
import { settle, type World } from '../support/world';

/**
 * Two branches lead into the node, and the second one fails before it gets there. The retry begins with the node that
 * failed, so only what is saved with the execution tells whom the node has reached for the first branch.
 */

const samora = new SandboxRuns();
let world: World;

beforeEach(async () => (world = await settle(samora.sandbox)));

const to = (...names: string[]) => ({
	main: [names.map((node) => ({ node, type: 'main' as const, index: 0 }))],
});
const CONNECTIONS: IConnections = {
	Before: to('First', 'Second'),
	First: to('Samora'),
	Second: to('Also Second'),
	'Also Second': to('Fails'),
	Fails: to('Samora'),
};

/** n8n runs the upper branch first, and to its end. */
const passing = (name: string): INode => ({
	...passOnNode(name),
	position: [0, name === 'Second' ? 500 : 0],
});
const BEFORE = ['Before', 'First', 'Second', 'Also Second'].map(passing);
const FAILING: INode = {
	...passOnNode('Fails', 'test.otherNode'),
	parameters: { helper: 'httpRequestWithAuthentication', options: '{"url":"http://127.0.0.1:1/"}' },
};

const [ANN, BOB] = [ordinary(50), ordinary(51)];
const ROWS: IDataObject[] = [
	{ phone: ANN, name: 'Ann' },
	{ phone: BOB, name: 'Bob' },
];

const called = async () =>
	(await samora.control.calls())
		.map(({ to_number }) => to_number)
		.filter((number) => number === ANN || number === BOB)
		.sort();

/** @returns who was called by the failed execution, and by both */
async function runAndRetry(
	node: INode,
	rows = ROWS,
): Promise<{ before: string[]; after: string[] }> {
	const { credential } = samora;
	const { run } = await startWorkflow(
		[...BEFORE, FAILING, node],
		CONNECTIONS,
		rows,
		credential,
		'Samora',
	).outcome;
	expect(run.data.resultData.lastNodeExecuted).toBe('Fails');
	const before = await called();
	await samora.control.clearFaults();
	const nodes = [...BEFORE, passing('Fails'), node];
	await retryExecution(run, nodes, CONNECTIONS, credential, 'Samora');
	return { before, after: await called() };
}

const NODES = {
	trigger: (more: Parameters) => parametersOf('triggerCall', world, more),
	launch: (more: Parameters) => parametersOf('launch', world, { name: 'Renewals', ...more }),
	addRecipients: (more: Parameters) =>
		parametersOf('addCampaignRecipients', world, {
			campaignId: { __rl: true, mode: 'id', value: world.campaigns[1] },
			...more,
		}),
};
type Operation = keyof typeof NODES;

const nodeOf = (operation: Operation, more: Parameters = {}, settings: NodeSettings = {}) =>
	samoraNode(NODES[operation]({ toNumber: '={{ $json.phone }}', ...more }), settings);

/** The request after which somebody is called. */
const CALLING = {
	trigger: 'triggerCall',
	launch: 'startCampaign',
	addRecipients: 'addCampaignRecipients',
} as const;

describe.each(['trigger', 'launch', 'addRecipients'] as const)('%s', (operation) => {
	it.each([
		['as they are', {}],
		['with the fields of the input', { options: { includeInputFields: true } }],
		...(operation === 'trigger' ? [] : [['as a summary', { options: { output: 'summary' } }]]),
	] as Array<[string, Parameters]>)(
		'calls nobody again whose items came out %s',
		async (_, more) => {
			const rows = ROWS.map((row) => ({ ...row, skipped: true }));
			const { before, after } = await runAndRetry(nodeOf(operation, more), rows);
			expect(before).toEqual([ANN, BOB]);
			expect(after).toEqual(before);
		},
	);

	it.each(['continueRegularOutput', 'continueErrorOutput'] as const)(
		'calls nobody again who may have been called (%s)',
		async (onError) => {
			await samora.control.addFault({ kind: '500-after', operationId: CALLING[operation] });
			await samora.control.addFault({ kind: '503', operationId: 'getCampaign', times: null });
			const { before, after } = await runAndRetry(nodeOf(operation, {}, { onError }));
			expect(before).toEqual([ANN, BOB]);
			expect(after).toEqual(before);
		},
	);

	it('calls whoever the first branch could not, whatever their rows say of earlier calls', async () => {
		await samora.control.addFault({
			kind: '500',
			status: 400,
			operationId: CALLING[operation],
			times: null,
		});
		const rows = ROWS.map((row) => ({
			...row,
			call_id: 'earlier',
			scheduled_call_id: 'earlier',
			to_number: row.phone,
		}));
		const node = nodeOf(operation, {}, { onError: 'continueRegularOutput' });
		await runAndRetry(node, rows);
		const started = (await samora.control.campaigns()).filter(
			({ status, call_stats: stats }) => status !== 'DRAFT' && stats.total === 2,
		);
		if (operation === 'launch') expect(started).toHaveLength(1);
		else expect(await called()).toEqual([ANN, BOB]);
	});
});

it('adds to the campaign of each branch, where they differ', async () => {
	const [one, two] = world.campaigns;
	const value = `={{ $prevNode.name === "First" ? "${one}" : "${two}" }}`;
	const campaignId = { __rl: true as const, mode: 'id', value };
	await runAndRetry(nodeOf('addRecipients', { campaignId }));
	expect(await called()).toEqual([ANN, ANN, BOB, BOB]);
});
