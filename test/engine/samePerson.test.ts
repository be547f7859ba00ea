import type { INode } from 'n8n-workflow';

import { startSandbox, type FaultKind, type Sandbox } from '../../sandbox';
import {
	CONNECTIONS,
	passOnNode,
	retryExecution,
	runNode,
	samoraNode,
	type NodeSettings,
	type Outcome,
	type SamoraCredential,
} from '../support/engine';

/** n8n evaluates expressions anew in each try and each retry. Who is called must not hang on what they give then. */

let sandbox: Sandbox;
let credential: SamoraCredential;
let agents: [string, string];

beforeAll(async () => {
	sandbox = await startSandbox({ port: 0, filesPort: 0, speed: 0 });
	credential = { apiKey: sandbox.apiKey, baseUrl: sandbox.url };
	agents = [sandbox.agents[0].id, sandbox.agents[1].id];
});

afterAll(async () => await sandbox.stop());

beforeEach(async () => await sandbox.control.reset());

const PEOPLE = [0, 1, 2, 3].map((n) => ({ phone: `+1415556100${n}` }));
const AGAIN: NodeSettings = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };

const caller = (agentId: string, settings: NodeSettings = {}, operation = 'trigger'): INode =>
	samoraNode(
		{
			resource: 'call',
			operation,
			agentId,
			toNumber: '={{ $json.phone }}',
			metadataMode: 'keyValue',
			wait: { pollInterval: 0.1, timeout: 0.01, onTimeout: 'continue' },
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

const spoilThird = async (kind: FaultKind, times = 1, status?: number) =>
	await sandbox.control.addFault({
		kind,
		...(status === undefined ? {} : { status }),
		times,
		operationId: 'triggerCall',
		match: PEOPLE[2].phone,
	});

async function callsOf(): Promise<Record<string, number>> {
	const counts: Record<string, number> = {};
	for (const { to_number } of await sandbox.control.calls()) {
		counts[to_number] = (counts[to_number] ?? 0) + 1;
	}
	return counts;
}

const ONCE_EACH = Object.fromEntries(PEOPLE.map(({ phone }) => [phone, 1]));

describe.each(['trigger', 'triggerAndWait'])('%s', (operation) => {
	it('calls nobody again when the time has made another agent of it by the retry', async () => {
		await spoilThird('500', 1, 400);
		const soon = Date.now() + 1500;
		const agentId = `={{ $now.toMillis() < ${soon} ? "${agents[0]}" : "${agents[1]}" }}`;
		const failed = await runNode(caller(agentId, {}, operation), PEOPLE, credential);
		expect(failed.error?.httpCode).toBe('400');
		await sandbox.control.until(() => Date.now() > soon);
		const retried = await retry(failed, caller(agentId, {}, operation));
		expect(retried.error).toBeUndefined();
		expect(await callsOf()).toEqual(ONCE_EACH);
	});

	it.each([
		['refused', '500', 400],
		['in doubt', '500-after', undefined],
	] as const)(
		'calls nobody again whose agent is drawn by chance, the third being %s',
		async (_, kind, status) => {
			const agentId = `={{ Math.random() < 0.5 ? "${agents[0]}" : "${agents[1]}" }}`;
			const node = caller(agentId, AGAIN, operation);
			for (let round = 0; round < 3; round++) {
				await sandbox.control.reset();
				// A call of nine virtual seconds takes a tenth of a second.
				await sandbox.control.setSpeed(90);
				await spoilThird(kind, 5, status);
				let outcome = await runNode(node, PEOPLE, credential);
				// Each retry has tries of its own.
				for (let times = 0; times < 3 && outcome.error; times++) {
					outcome = await retry(outcome, node);
				}
				expect(await callsOf()).toEqual(ONCE_EACH);
			}
		},
	);
});

it('calls nobody again when the number itself is drawn by chance in each try', async () => {
	await spoilThird('500', 2, 400);
	const toNumber = `={{ Math.random() < 0.5 ? $json.phone : $json.phone.replace("556", "557") }}`;
	const node = samoraNode(
		{
			resource: 'call',
			operation: 'trigger',
			agentId: agents[0],
			toNumber,
			metadataMode: 'keyValue',
		},
		AGAIN,
	);
	await runNode(node, PEOPLE, credential);
	const lines = Object.keys(await callsOf()).map((number) => number.slice(-4));
	expect(lines.filter((line, at) => lines.indexOf(line) !== at)).toEqual([]);
});

it('adds nobody again whose campaign is drawn by chance', async () => {
	const create = samoraNode({
		resource: 'campaign',
		operation: 'create',
		agentId: agents[0],
		name: '={{ $json.name }}',
	});
	const { output } = await runNode(create, [{ name: 'One' }, { name: 'Two' }], credential);
	const [one, two] = output.map(({ json }) => String(json.campaign_id));
	for (let round = 0; round < 5; round++) {
		await sandbox.control.addFault({
			kind: '500',
			status: 400,
			operationId: 'addCampaignRecipients',
			skip: 1,
		});
		const node = samoraNode({
			resource: 'campaign',
			operation: 'addRecipients',
			agentId: agents[0],
			campaignId: {
				__rl: true,
				mode: 'id',
				value: `={{ Math.random() < 0.5 ? "${one}" : "${two}" }}`,
			},
			toNumber: `={{ $json.phone.replace("556", "55${round}") }}`,
			variablesMode: 'none',
		});
		let outcome = await runNode(node, PEOPLE, credential);
		for (let times = 0; times < 3 && outcome.error; times++) outcome = await retry(outcome, node);
		await sandbox.control.clearFaults();
	}
	expect(Math.max(...Object.values(await callsOf()))).toBe(1);
});
