import { chain, node } from '../../tools/n8n/client/chain';
import type { NewWorkflow } from '../../tools/n8n/client/client';
import { ordinary } from '../sandbox/support/apiClient';
import {
	FIRST_INSTALL_MS,
	installedN8n,
	VERSIONS,
	type InstalledN8n,
} from './support/installedN8n';
import { START } from './support/workflows';

const ROWS = 12_001;
const LAUNCH = 'Launch';
const CALLS = 'Calls';

/** Every tenth person is not reached as easily as the others: not picked up, rejected, voicemail, no connection. */
const phoneOf = (n: number): string => {
	const tenth = Math.floor(n / 10);
	return n % 10 === 0
		? `+1${200 + Math.floor(tenth / 5)}55501${String(tenth % 5).padStart(2, '0')}`
		: ordinary(n);
};

const sheet = Array.from({ length: ROWS }, (_, n) => ({ phone: phoneOf(n), name: `Person ${n}` }));

describe.each(VERSIONS)('a campaign of a sheet in n8n %s', (version) => {
	let here: InstalledN8n;

	beforeAll(async () => {
		here = await installedN8n(version);
	}, FIRST_INSTALL_MS);

	afterAll(async () => await here?.stop());

	const campaignNode = (name: string, operation: string, parameters: object) =>
		node(
			name,
			'n8n-nodes-samora.samora',
			{ resource: 'campaign', operation, agentId: here.agentId, ...parameters },
			here.credential,
		);

	const launchWorkflow = (): NewWorkflow =>
		chain('Sheet', [
			node(START, 'n8n-nodes-base.manualTrigger'),
			node('Sheet', 'n8n-nodes-base.set', {
				mode: 'raw',
				jsonOutput: JSON.stringify({ row: sheet }),
				options: {},
			}),
			node('Rows', 'n8n-nodes-base.splitOut', { fieldToSplitOut: 'row', options: {} }),
			campaignNode(LAUNCH, 'launch', {
				name: 'The whole sheet',
				toNumber: '={{ $json.phone }}',
				variablesMode: 'selectedFields',
				variableFields: 'name',
				options: {},
			}),
		]);

	const callsWorkflow = (campaignId: string): NewWorkflow =>
		chain('Outcomes', [
			node(START, 'n8n-nodes-base.manualTrigger'),
			campaignNode(CALLS, 'getCalls', {
				campaignId: { __rl: true, mode: 'id', value: campaignId },
				returnAll: true,
			}),
		]);

	const run = async (workflow: NewWorkflow) => {
		const saved = await here.client.createWorkflow(workflow);
		return await here.client.finished(await here.client.run(saved, START), 240_000);
	};

	it('calls each of 12,001 people once, and their outcomes can be had', async () => {
		const { control } = here.sandbox;
		await control.setSettings({ campaignConcurrency: 500 });
		const began = Date.now();
		const launched = await run(launchWorkflow());
		const took = Date.now() - began;
		expect(launched.errorMessage).toBeUndefined();
		expect(launched.status).toBe('success');
		const rows = launched.output(LAUNCH);
		expect(rows.map(({ to_number }) => to_number)).toEqual(sheet.map(({ phone }) => phone));
		expect(new Set(rows.map(({ scheduled_call_id: id }) => id)).size).toBe(ROWS);

		const campaigns = await control.campaigns();
		expect(campaigns.map(({ id }) => id)).toEqual([rows[0].campaign_id]);
		await control.until(
			async () => {
				await control.advance(60);
				const [{ status }] = await control.campaigns();
				return status === 'FINISHED';
			},
			{ timeoutMs: 240_000 },
		);
		const read = await run(callsWorkflow(campaigns[0].id));
		expect(read.status).toBe('success');
		const calls = read.output(CALLS);
		const numbers = calls.map(({ to_number: number }) => String(number));
		expect([...numbers].sort()).toEqual(sheet.map(({ phone }) => phone).sort());

		const outcomes = new Map<string, number>();
		for (const { status } of calls) {
			outcomes.set(String(status), (outcomes.get(String(status)) ?? 0) + 1);
		}
		expect([...outcomes.keys()].sort()).toEqual([
			'CALL_FINISHED',
			'FAILED',
			'REJECTED',
			'UNANSWERED',
			'VOICEMAIL',
		]);
		const lines = [...outcomes]
			.sort(([, one], [, other]) => other - one)
			.map(([status, count]) => `  ${status.padEnd(14)}${String(count).padStart(7)}`);
		process.stdout.write(
			[
				`n8n ${version}: ${ROWS} rows launched in ${(took / 1000).toFixed(1)} s, nobody called twice`,
				...lines,
				`  ${'all'.padEnd(14)}${String(calls.length).padStart(7)}\n`,
			].join('\n'),
		);
	}, 600_000);
});
