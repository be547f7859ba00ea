import { type CallDetails, type Sandbox, startSandbox } from '../../sandbox';
import { ApiClient, type Enveloped } from './support/apiClient';

let sandbox: Sandbox;
let api: ApiClient;

beforeAll(async () => {
	sandbox = await startSandbox({ speed: 0 });
	api = new ApiClient(sandbox);
});
beforeEach(() => sandbox.control.reset());
afterAll(() => sandbox.stop());

async function endedCall(toNumber = '+14155550100', metadata = {}) {
	const id = await api.trigger(toNumber, metadata);
	await sandbox.control.advance(700);
	const reply = await api.request<Enveloped<CallDetails>>('GET', `/v1/call/${id}`);
	const { recording_url, transcript_url } = reply.body.data;
	return { recording: recording_url ?? '', transcript: transcript_url ?? '' };
}

describe('a recording', () => {
	it('is a WAV file as long as the call, with something to hear in it', async () => {
		const { recording } = await endedCall();
		const response = await fetch(recording);
		expect(response.status).toBe(200);
		expect(response.headers.get('content-type')).toBe('audio/wav');
		const wav = Buffer.from(await response.arrayBuffer());
		expect(wav.toString('latin1', 0, 4)).toBe('RIFF');
		expect(wav.readUInt32LE(4)).toBe(wav.length - 8);
		const bytesPerSecond = wav.readUInt32LE(28);
		expect((wav.length - 44) / bytesPerSecond).toBe(6);
		const loudest = Math.max(
			...Array.from({ length: 8000 }, (_, n) => Math.abs(wav.readInt16LE(44 + 2 * n))),
		);
		expect(loudest).toBeGreaterThan(8000);
	});

	it('of a long call is long, and says its length beforehand', async () => {
		const { recording } = await endedCall('+14155550106');
		const response = await fetch(recording);
		const bytes = (await response.arrayBuffer()).byteLength;
		expect(bytes).toBe(44 + 600 * 16_000);
		expect(response.headers.get('content-length')).toBe(String(bytes));
	});
});

describe('a transcript', () => {
	it('is text, whatever its name says', async () => {
		const { transcript } = await endedCall('+14155550100', { name: 'Jo' });
		expect(new URL(transcript).pathname).toMatch(/transcript\.pdf$/);
		const response = await fetch(transcript);
		expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
		expect(await response.text()).toContain('Hello Jo');
	});

	it('is JSON for one magic number', async () => {
		const response = await fetch((await endedCall('+14155550114')).transcript);
		expect(response.headers.get('content-type')).toBe('application/json');
		expect(await response.json()).toMatchObject({ transcript: [{ speaker: 'agent' }, {}, {}, {}] });
	});

	it('is a PDF for another', async () => {
		const response = await fetch((await endedCall('+14155550115')).transcript);
		expect(response.headers.get('content-type')).toBe('application/pdf');
		const pdf = await response.text();
		expect(pdf).toMatch(/^%PDF-1\.4\n/);
		const table = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(pdf)?.[1]);
		expect(pdf.slice(table, table + 4)).toBe('xref');
	});
});

describe('a presigned URL', () => {
	it('is of another origin than the API', async () => {
		const { recording, transcript } = await endedCall();
		expect(new URL(recording).origin).toBe(sandbox.filesUrl);
		expect(new URL(transcript).origin).toBe(sandbox.filesUrl);
		expect(sandbox.filesUrl).not.toBe(sandbox.url);
	});

	it('expires after 60 minutes, and a fresh one can be had', async () => {
		const id = await api.trigger('+14155550100');
		await sandbox.control.advance(10);
		const url = async () =>
			(await api.request<Enveloped<CallDetails>>('GET', `/v1/call/${id}`)).body.data
				.recording_url ?? '';
		const first = await url();
		await sandbox.control.advance(3599);
		expect((await fetch(first)).status).toBe(200);
		await sandbox.control.advance(1);
		const late = await fetch(first);
		expect(late.status).toBe(403);
		expect(await late.text()).toContain('Request has expired');
		expect((await fetch(await url())).status).toBe(200);
	});

	it('refuses a request that carries an API key, right or wrong', async () => {
		const { recording } = await endedCall();
		for (const key of [sandbox.apiKey, 'guess']) {
			expect((await fetch(recording, { headers: { 'X-API-KEY': key } })).status).toBe(400);
		}
		const entries = await sandbox.control.journal({ operationId: 'file' });
		expect(entries.map(({ keyed, accepted, status }) => ({ keyed, accepted, status }))).toEqual([
			{ keyed: true, accepted: false, status: 400 },
			{ keyed: false, accepted: false, status: 400 },
		]);
	});

	it('opens nothing else', async () => {
		const { recording, transcript } = await endedCall();
		const other = new URL(recording);
		other.pathname = new URL(transcript).pathname;
		const later = new URL(recording);
		later.searchParams.set('X-Amz-Date', '99999999999999');
		for (const url of [other, later]) {
			const response = await fetch(url);
			expect(response.status).toBe(403);
			expect(await response.text()).toContain('SignatureDoesNotMatch');
		}
	});
});
