import type { INodeExecutionData } from 'n8n-workflow';

import type { FaultKind } from '../../../sandbox';
import { ApiClient } from '../../sandbox/support/apiClient';
import type { NodeSettings } from '../../support/engine';
import { startOtherServer } from '../../support/otherServer';
import { SandboxRuns, stopOf, type Parameters } from '../../support/sandboxRuns';

const samora = new SandboxRuns();

type Download = 'downloadRecording' | 'downloadTranscript';

const download = (operation: Download, more: Parameters = {}): Parameters => ({
	resource: 'call',
	operation,
	callId: '={{ $json.call }}',
	...more,
});

/** Calls to magic numbers, after their end. */
async function ended(endings: string[], seconds = 120): Promise<Array<{ call: string }>> {
	const api = new ApiClient(samora.sandbox);
	const calls: Array<{ call: string }> = [];
	for (const ending of endings) calls.push({ call: await api.trigger(`+141555501${ending}`) });
	await samora.control.advance(seconds);
	return calls;
}

const run = async (
	operation: Download,
	items: Array<{ call: string }>,
	settings: NodeSettings = {},
	more: Parameters = {},
) => await samora.run(download(operation, more), items, settings);

const fetched = async () => await samora.sent({ operationId: 'file' });
const bytesOf = ({ binary }: INodeExecutionData, property = 'data') =>
	Buffer.from(String(binary?.[property].data), 'base64');

describe('a recording', () => {
	it('comes out as a file with the right type and name, fetched without the key', async () => {
		const items = await ended(['00', '03']);
		const { output, error } = await run('downloadRecording', items);
		expect(error).toBeUndefined();
		expect(output.map(({ json, pairedItem }) => ({ json, pairedItem }))).toEqual(
			items.map(({ call }, item) => ({
				json: {
					call_id: call,
					status: item === 0 ? 'CALL_FINISHED' : 'VOICEMAIL',
					file_name: `recording-${call}.wav`,
					mime_type: 'audio/wav',
					file_size: 44 + (item === 0 ? 6 : 3) * 16_000,
				},
				pairedItem: { item },
			})),
		);
		expect(bytesOf(output[0]).toString('latin1', 0, 4)).toBe('RIFF');
		expect(bytesOf(output[0])).toHaveLength(Number(output[0].json.file_size));
		expect(JSON.stringify(output[0].binary)).not.toContain('X-Amz-Signature');
		expect((await fetched()).map(({ keyed, status }) => ({ keyed, status }))).toEqual([
			{ keyed: false, status: 200 },
			{ keyed: false, status: 200 },
		]);
	});

	it('goes into the binary field that the person names', async () => {
		const items = await ended(['00']);
		const { output } = await run('downloadRecording', items, {}, { binaryPropertyName: 'audio' });
		expect(Object.keys(output[0].binary ?? {})).toEqual(['audio']);
	});

	it('is fetched a few at a time', async () => {
		const items = await ended(Array.from({ length: 9 }, () => '00'));
		await samora.control.addFault({ kind: 'slow', ms: 50, operationId: 'file', times: null });
		const { output } = await run('downloadRecording', items);
		expect(output).toHaveLength(9);
		expect(Math.max(...(await fetched()).map(({ concurrent }) => concurrent))).toBeLessThan(9);
	});
});

describe('a transcript', () => {
	it.each([
		['00', 'txt', 'text/plain', 'this is Ava'],
		['14', 'json', 'application/json', '"speaker":"agent"'],
	])('has its text beside the file: %s', async (ending, extension, type, words) => {
		const [item] = await ended([ending]);
		const { output } = await run('downloadTranscript', [item]);
		expect(output[0].json).toMatchObject({
			file_name: `transcript-${item.call}.${extension}`,
			mime_type: type,
			transcript: expect.stringContaining(words),
		});
		expect(output[0].json).not.toHaveProperty('transcript_truncated');
		expect(bytesOf(output[0]).toString()).toBe(output[0].json.transcript);
	});

	it('has no text beside it when it is a PDF', async () => {
		const [item] = await ended(['15']);
		const { output } = await run('downloadTranscript', [item]);
		expect(output[0].json).toMatchObject({ mime_type: 'application/pdf' });
		expect(output[0].json).not.toHaveProperty('transcript');
		expect(bytesOf(output[0]).toString('latin1', 0, 5)).toBe('%PDF-');
	});
});

describe('a call without the file', () => {
	it.each([
		['09', 120, "The call hasn't ended (it is ONGOING), so it has no recording yet"],
		['01', 120, 'Nobody answered (the call is UNANSWERED), so there is no recording'],
		['12', 120, 'Samora has no recording of this call yet'],
		['08', 20, 'Samora has no recording of this call yet'],
	])('gets a message that says why: %s', async (ending, seconds, words) => {
		const { message } = stopOf(await run('downloadRecording', await ended([ending], seconds)));
		expect(message).toBe(`${words} [item 0]`);
		expect(await fetched()).toEqual([]);
	});

	it('does not keep the other items from their files with On Error', async () => {
		const items = await ended(['01', '00']);
		const { output } = await run('downloadRecording', items, { onError: 'continueRegularOutput' });
		expect(output[0].json).toMatchObject({
			error: expect.stringContaining('Nobody answered'),
			details: { call_id: items[0].call, status: 'UNANSWERED' },
		});
		expect(output[1].binary?.data).toBeDefined();
	});
});

describe('a file that its host does not give', () => {
	it('is fetched by a fresh link when the link has expired', async () => {
		await samora.control.addFault({ kind: '403', operationId: 'file' });
		const { output } = await run('downloadRecording', await ended(['00']));
		expect(output[0].binary?.data).toBeDefined();
		expect(await samora.sent({ operationId: 'getCall' })).toHaveLength(2);
		expect(await fetched()).toHaveLength(2);
	});

	it('makes the message name the host when a fresh link is refused too', async () => {
		await samora.control.addFault({ kind: '403', operationId: 'file', times: null });
		const { message } = stopOf(await run('downloadRecording', await ended(['00'])));
		expect(message).toContain('answered with status 403');
		expect(message).toContain(new URL(samora.sandbox.filesUrl).host);
		expect(await fetched()).toHaveLength(2);
	});

	it.each<FaultKind>(['500', '503', '429', 'reset-before', 'reset-after', 'truncated', 'html'])(
		'is asked for again: %s',
		async (kind) => {
			await samora.control.addFault({ kind, operationId: 'file', retryAfter: 0 });
			const { output, error } = await run('downloadRecording', await ended(['00']));
			expect(error).toBeUndefined();
			expect(output[0].json.file_size).toBe(44 + 6 * 16_000);
			expect(await fetched()).toHaveLength(2);
		},
	);

	it.each<[FaultKind, RegExp]>([
		['500', /answered with status 500/],
		['reset-before', /couldn't be downloaded from its host/],
		['truncated', /couldn't be downloaded from its host/],
	])('makes the message say what happened in the end: %s', async (kind, words) => {
		await samora.control.addFault({ kind, operationId: 'file', retryAfter: 0, times: null });
		const { message } = stopOf(await run('downloadRecording', await ended(['00'])));
		expect(message).toMatch(words);
		expect(await fetched()).toHaveLength(4);
	});

	it('is given up when nothing comes within the timeout', async () => {
		await samora.control.addFault({ kind: 'hang', operationId: 'file', times: null });
		const outcome = await run(
			'downloadTranscript',
			await ended(['00']),
			{},
			{ requestOptions: { timeout: 500 } },
		);
		expect(stopOf(outcome).message).toMatch(/couldn't be downloaded from its host/);
	});
});

it('follows the host’s redirects without the key, and none that leads out of https', async () => {
	const [{ call }] = await ended(['00']);
	const other = await startOtherServer(({ path }, res) => {
		if (path.startsWith('/v1/call')) {
			const data = { status: 'CALL_FINISHED', ended_at: 'x', started_at: 'x' };
			const to = path.includes('0000') ? '/away' : '/moved';
			res.setHeader('content-type', 'application/json');
			res.end(JSON.stringify({ data: { ...data, recording_url: `${other.url}${to}` } }));
			return;
		}
		if (path === '/file') {
			res.setHeader('content-type', 'audio/mpeg');
			res.end('sound');
			return;
		}
		res.statusCode = 302;
		res.setHeader('location', path === '/away' ? 'http://files.example/x' : '/file');
		res.end();
	});
	try {
		const away = '00000000-0000-4000-8000-000000000000';
		const credential = { baseUrl: other.url };
		const { output } = await samora.run(
			download('downloadRecording'),
			[{ call }, { call: away }],
			{ onError: 'continueRegularOutput' },
			credential,
		);
		expect(output[0].json).toMatchObject({
			file_name: `recording-${call}.mp3`,
			mime_type: 'audio/mpeg',
			file_size: 5,
		});
		expect(output[1].json.error).toContain("doesn't start with https://");
		const keyed = other.received.filter(({ headers }) => headers['x-api-key'] !== undefined);
		expect(keyed.map(({ path }) => path.slice(0, 9))).toEqual(['/v1/call/', '/v1/call/']);
	} finally {
		await other.stop();
	}
});
