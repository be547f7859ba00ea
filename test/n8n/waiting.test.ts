import { readFile } from 'node:fs/promises';

import { chain, node } from '../../tools/n8n/client/chain';
import type { JsonRecord } from '../../tools/json';
import {
	FIRST_INSTALL_MS,
	installedN8n,
	VERSIONS,
	type InstalledN8n,
} from './support/installedN8n';
import { itemsOf, START } from './support/workflows';

const WAIT = 'Wait for the Calls';
const FILE = 'Recording';

/** Numbers in forty area codes, each of which becomes of its call what its ending says. */
const ENDINGS = ['00', '01', '02', '03'];
const OUTCOMES = ['finished', 'unanswered', 'rejected', 'voicemail'];
const NUMBERS = Array.from({ length: 40 }, (_, n) => `+1${410 + n}55501${ENDINGS[n % 4]}`);
const NEVER_ENDING = ['+14155550109', '+14165550109'];

describe.each(VERSIONS)('waiting for calls in n8n %s', (version) => {
	let here: InstalledN8n;

	beforeAll(async () => {
		here = await installedN8n(version);
	}, FIRST_INSTALL_MS);

	afterAll(() => here?.stop());

	beforeEach(async () => await here.sandbox.control.reset());

	const samora = (name: string, parameters: JsonRecord) =>
		node(name, 'n8n-nodes-samora.samora', { resource: 'call', ...parameters }, here.credential);

	async function start(numbers: string[]): Promise<string> {
		const workflow = await here.client.createWorkflow(
			chain('Calls and their recordings', [
				...itemsOf(numbers),
				samora(WAIT, {
					operation: 'triggerAndWait',
					agentId: here.agentId,
					toNumber: '={{ $json.number }}',
					wait: { pollInterval: 1 },
				}),
				Object.assign(
					samora(FILE, { operation: 'downloadRecording', callId: '={{ $json.call_id }}' }),
					{ onError: 'continueRegularOutput' },
				),
			]),
		);
		return await here.client.run(workflow, START);
	}

	it('gives the outcome of each, and the recording of those that were answered', async () => {
		const execution = await here.client.finished(await start(NUMBERS), 100_000);
		expect(execution).toMatchObject({ status: 'success', errorMessage: undefined });

		const ended = execution.output(WAIT);
		expect(ended.map(({ to_number, outcome }) => [to_number, outcome])).toEqual(
			NUMBERS.map((number, n) => [number, OUTCOMES[n % 4]]),
		);
		const calls = await here.sandbox.control.calls();
		expect(calls).toHaveLength(NUMBERS.length);
		expect(ended.map(({ call_id }) => call_id).sort()).toEqual(calls.map(({ id }) => id).sort());

		const log = await readFile(here.n8n.logFile, 'utf8');
		for (const { call_id, outcome } of ended) {
			expect(log).toContain(`Waiting for the end of Samora call ${String(call_id)}`);
			expect(log).toContain(`Samora call ${String(call_id)}: ${String(outcome)}, after `);
		}
		expect(NUMBERS.filter((number) => log.includes(number))).toEqual([]);
		expect(log).not.toContain(here.sandbox.apiKey);

		const files = execution.output(FILE);
		expect(files.map((file) => file.mime_type ?? 'none')).toEqual(
			NUMBERS.map((_, n) => (n % 4 === 0 || n % 4 === 3 ? 'audio/wav' : 'none')),
		);
		expect(files[0]).toMatchObject({
			file_name: `recording-${String(files[0].call_id)}.wav`,
			file_size: 44 + 6 * 16_000,
		});
		expect(JSON.stringify(execution.data)).toContain('"mimeType":"audio/wav"');
		expect(JSON.stringify(execution.data)).not.toContain(here.sandbox.apiKey);
		const fetched = await here.sandbox.control.journal({ operationId: 'file' });
		expect(fetched.map(({ keyed }) => keyed)).toEqual(Array(20).fill(false));
	});

	it('ends soon after the person stops the execution, and the calls stay known', async () => {
		const id = await start(NEVER_ENDING);
		await here.sandbox.control.until(
			async (control) => (await control.journal({ operationId: 'getCall' })).length >= 2,
			{ timeoutMs: 60_000 },
		);
		const stopped = Date.now();
		await here.client.request('POST', `/rest/executions/${id}/stop`);
		const execution = await here.client.finished(id);
		const passed = Date.now() - stopped;
		expect(execution.status).toBe('canceled');
		expect(passed).toBeLessThan(20_000);
		// Nobody asks about the calls any more.
		const looks = async () =>
			(await here.sandbox.control.journal({ operationId: 'getCall' })).length;
		const before = await looks();
		const next = await here.client.finished(await start(['+14155550101']), 60_000);
		expect(next.status).toBe('success');
		const after = await here.sandbox.control.journal({ operationId: 'getCall' });
		const [ended] = next.output(WAIT);
		expect(after.slice(before).filter(({ path }) => !path.includes(String(ended.call_id)))).toEqual(
			[],
		);
	});
});
