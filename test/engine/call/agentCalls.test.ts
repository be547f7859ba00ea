import type { FaultOptions } from '../../../sandbox';
import type { NodeSettings } from '../../support/engine';
import { SandboxRuns, type Parameters } from '../../support/sandboxRuns';
import { toolsInTurn } from '../../support/toolsInTurn';

/** An AI agent runs its tools one after the other, each time anew. */

const runs = new SandboxRuns();
const NUMBER = '+14155550100';
const UNKNOWN = /It is not known whether \+14155550100 is being called/;

/** Calls by an agent in this order; gives what the last one told the model. */
async function callsInTurn(tools: Parameters[], settings?: NodeSettings & { type?: string }) {
	const agentId = runs.sandbox.agents[0].id;
	const call = { resource: 'call', operation: 'trigger', agentId, toNumber: NUMBER };
	const { output } = await toolsInTurn(
		runs,
		tools.map((parameters) => ({ ...call, ...parameters })),
		settings,
	);
	return output.map(({ json }) => json);
}

const called = async () => (await runs.control.calls()).map(({ to_number }) => to_number);

const spoil = async (fault: Omit<FaultOptions, 'operationId'>) =>
	await runs.control.addFault({ operationId: 'triggerCall', ...fault });

it('calls a number once in an execution, and tells the model which call was placed', async () => {
	const [said] = await callsInTurn([{}, {}]);
	const [call, ...others] = await runs.control.calls();
	expect(others).toEqual([]);
	expect(said).toEqual({
		to_number: NUMBER,
		skipped: true,
		reason: `${NUMBER} was called already in this execution`,
		call_id: call.id,
	});
});

it('calls other numbers', async () => {
	await callsInTurn([
		{},
		{ toNumber: '+14155550101' },
		{ toNumber: '(415) 555-0100', options: { defaultCountry: 'US' } },
	]);
	expect(await called()).toEqual([NUMBER, '+14155550101']);
});

it('calls a number again, or refuses it, when Repeated Numbers says so', async () => {
	await callsInTurn([{}, { options: { repeatedNumbers: 'call' } }]);
	expect(await called()).toEqual([NUMBER, NUMBER]);

	const [said] = await callsInTurn([{}, { options: { repeatedNumbers: 'refuse' } }], {
		onError: 'continueRegularOutput',
	});
	expect(said.error).toBe(
		`${NUMBER} was called already in this execution, and Repeated Numbers is set to refuse that [item 0]`,
	);
	expect(await called()).toHaveLength(3);
});

it('does not call a number again when it is unknown whether it is being called', async () => {
	await spoil({ kind: 'reset-after' });
	const [said] = await callsInTurn([{}, {}, {}], { onError: 'continueRegularOutput' });
	expect(said.error).toMatch(UNKNOWN);
	expect(await called()).toEqual([NUMBER]);
});

it('calls such a number again when Redial Unknown is on', async () => {
	await spoil({ kind: '500-after', times: 4 });
	await callsInTurn([{}, { options: { redialUnknown: true } }], {
		onError: 'continueRegularOutput',
	});
	expect((await called()).length).toBeGreaterThan(1);
});

it('calls a number again when it was certainly not called', async () => {
	await spoil({ kind: '401' });
	const [said] = await callsInTurn([{}, {}], { onError: 'continueRegularOutput' });
	expect(said).toMatchObject({ status: 'accepted', to_number: NUMBER });
	expect(await called()).toEqual([NUMBER]);
});

it('calls again in a workflow without an agent, where a node that runs again is new work', async () => {
	await callsInTurn([{}, {}], { type: 'n8n-nodes-samora.samora' });
	expect(await called()).toEqual([NUMBER, NUMBER]);
});
