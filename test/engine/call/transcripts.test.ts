import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import type { FaultKind } from '../../../sandbox';
import { samoraNode, startNode } from '../../support/engine';
import { startOtherServer, type OtherServer } from '../../support/otherServer';
import { SandboxRuns, type Parameters } from '../../support/sandboxRuns';

/** A call of nine virtual seconds is over in less than half a real one. */
const samora = new SandboxRuns({ speed: 30 });

const waitFor = (wait: IDataObject = {}): Parameters => ({
	resource: 'call',
	operation: 'triggerAndWait',
	agentId: samora.sandbox.agents[0].id,
	toNumber: '={{ $json.phone }}',
	wait: { pollInterval: 0.1, includeTranscript: true, ...wait } as Parameters[string],
});

const magic = (...endings: string[]) => endings.map((ending) => ({ phone: `+141555501${ending}` }));
const FINISHED = '00';
const fetched = async () => await samora.control.journal({ operationId: 'file' });

/** What came out of one call. */
async function outcomeOf(ending: string, parameters = waitFor()): Promise<IDataObject> {
	const { output, error } = await samora.run(parameters, magic(ending));
	expect(error).toBeUndefined();
	expect(output).toHaveLength(1);
	expect(await samora.control.calls()).toHaveLength(1);
	return output[0].json;
}

describe('Include Transcript', () => {
	it.each([
		['plain text', FINISHED, 'this is Ava'],
		['JSON', '14', '"speaker":"agent"'],
	])('adds a transcript that is %s, fetched once and without the key', async (_, ending, words) => {
		const item = await outcomeOf(ending);
		expect(item).toMatchObject({
			outcome: 'finished',
			transcript: expect.stringContaining(words),
		});
		expect(item).not.toHaveProperty('transcript_note');
		expect((await fetched()).map(({ keyed, status }) => ({ keyed, status }))).toEqual([
			{ keyed: false, status: 200 },
		]);
	});

	it('asks for no file unless it is on', async () => {
		for (const includeTranscript of [false, undefined]) {
			await samora.control.reset();
			const item = await outcomeOf(FINISHED, waitFor({ includeTranscript }));
			expect(item).not.toHaveProperty('transcript');
			expect(item).not.toHaveProperty('transcript_note');
			expect(await fetched()).toEqual([]);
		}
	});

	it.each([
		['a PDF', '15', {}, 'The transcript is not text (its type is application/pdf)'],
		['nobody answered', '01', {}, 'Nobody answered (the call is UNANSWERED)'],
		['Samora has it later', '08', {}, 'Samora has no transcript of this call yet'],
		['Samora never has it', '12', {}, 'Samora has no transcript of this call yet'],
		[
			'the call goes on',
			'09',
			{ timeout: 0.02, onTimeout: 'continue' },
			"The call hasn't ended (it is ONGOING)",
		],
	])('says why there is no text: %s', async (_, ending, wait, words) => {
		// It comes 30 virtual seconds after the end.
		if (ending === '08') await samora.control.setSpeed(3);
		const item = await outcomeOf(ending, waitFor(wait));
		expect(item).toMatchObject({
			transcript: null,
			transcript_note: expect.stringContaining(words),
		});
	});

	it.each<FaultKind>(['500', '429', 'reset-before', 'truncated', 'html'])(
		'asks the host of the files again: %s',
		async (kind) => {
			await samora.control.addFault({ kind, operationId: 'file', retryAfter: 0 });
			expect((await outcomeOf(FINISHED)).transcript).toContain('this is Ava');
			expect(await fetched()).toHaveLength(2);
		},
	);

	it.each<[FaultKind, number | undefined, string]>([
		['403', undefined, 'answered with status 403'],
		['403', 404, 'answered with status 404'],
		['500', undefined, 'answered with status 500'],
		['truncated', undefined, "couldn't be downloaded from its host"],
		['hang', undefined, "couldn't be downloaded from its host"],
	])(
		'gives the item all the same when the host fails for good: %s %s',
		async (kind, status, words) => {
			await samora.control.addFault({
				kind,
				status,
				operationId: 'file',
				retryAfter: 0,
				times: null,
			});
			const parameters = { ...waitFor(), requestOptions: { timeout: 500 } };
			expect(await outcomeOf(FINISHED, parameters)).toMatchObject({
				outcome: 'finished',
				recording_url: expect.any(String),
				transcript: null,
				transcript_note: expect.stringContaining(words),
			});
		},
	);

	it('does not keep a stopped execution waiting, and the call comes out', async () => {
		await samora.control.addFault({ kind: 'hang', operationId: 'file', times: null });
		const items = magic(FINISHED).map((json): INodeExecutionData => ({ json }));
		const { stop, outcome } = startNode(samoraNode(waitFor()), items, samora.credential);
		await samora.control.until(async () => (await fetched()).length > 0, { timeoutMs: 20_000 });
		const stopped = Date.now();
		stop();
		const { run } = await outcome;
		expect(Date.now() - stopped).toBeLessThan(3000);
		expect(run.status).toBe('canceled');
		const [{ id }] = await samora.control.calls();
		expect(JSON.stringify(run.data)).toContain(id);
	});
});

describe('a transcript from another host', () => {
	const CALL = '00000000-0000-4000-8000-000000000000';
	const MIB = 1024 * 1024;

	/** The outcome where Samora's details of the call are these. */
	async function withDetails(
		details: (host: OtherServer) => IDataObject,
		file: { type: string; body: string } = { type: 'text/plain', body: '' },
	): Promise<{ item: IDataObject; files: number }> {
		const host = await startOtherServer(({ path, method }, res) => {
			const isFile = path === '/file';
			res.setHeader('content-type', isFile ? file.type : 'application/json');
			const data = {
				status: 'CALL_FINISHED',
				started_at: '2026-01-01T10:00:00Z',
				ended_at: '2026-01-01T10:00:09Z',
				recording_url: `${host.url}/recording`,
				...details(host),
			};
			const answer = method === 'POST' ? { call_id: CALL, status: 'TRIGGERED' } : data;
			res.end(isFile ? file.body : JSON.stringify({ data: answer }));
		});
		try {
			const credential = { baseUrl: host.url };
			const { output } = await samora.run(waitFor(), magic(FINISHED), {}, credential);
			const files = host.received.filter(({ path }) => path === '/file').length;
			return { item: output[0].json, files };
		} finally {
			await host.stop();
		}
	}

	const link = (host: OtherServer) => ({ transcript_url: `${host.url}/file` });

	it('is cut where it is longer than an item should hold', async () => {
		const { item } = await withDetails(link, { type: 'text/plain', body: 'é'.repeat(MIB) });
		expect(item.transcript).toBe('é'.repeat(MIB / 2));
		expect(item.transcript_truncated).toBe(true);
	});

	it('is not opened where the link is not https', async () => {
		const { item } = await withDetails(() => ({ transcript_url: 'http://files.example/x' }));
		expect(item).toMatchObject({
			outcome: 'finished',
			transcript: null,
			transcript_note: expect.stringContaining("doesn't start with https://"),
		});
	});

	it.each(['not a link', 'https://', '//'])(
		'does no harm where the link is none: %j',
		async (url) => {
			const { item } = await withDetails(() => ({ transcript_url: url }));
			expect(item).toMatchObject({ outcome: 'finished', transcript: null });
			expect(item.transcript_note).not.toBe('');
		},
	);

	it('does not take the place of one that Samora gives in the details', async () => {
		const { item, files } = await withDetails((host) => ({ ...link(host), transcript: 'Hello' }));
		expect(item.transcript).toBe('Hello');
		expect(files).toBe(0);
	});
});
