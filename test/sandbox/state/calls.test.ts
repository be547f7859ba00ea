import { type CallDetails, type Sandbox, startSandbox } from '../../../sandbox';
import { ApiClient, type Enveloped } from '../support/apiClient';

let sandbox: Sandbox;
let api: ApiClient;

beforeAll(async () => {
	sandbox = await startSandbox({ speed: 0, checkAnswers: true });
	api = new ApiClient(sandbox);
});
beforeEach(() => sandbox.control.reset());
afterAll(() => sandbox.stop());

const details = async (id: string) =>
	(await api.request<Enveloped<CallDetails>>('GET', `/v1/call/${id}`)).body.data;

/** The statuses a call is in at the given seconds of its life. */
async function statusesAt(id: string, ...seconds: number[]) {
	const statuses: string[] = [];
	let passed = 0;
	for (const second of seconds) {
		await sandbox.control.advance(second - passed);
		passed = second;
		statuses.push((await details(id)).status);
	}
	return statuses;
}

describe('a call', () => {
	it('is PENDING for 1 s, rings for 2 s, lasts 6 s and is finished', async () => {
		const id = await api.trigger('+14155552671');
		expect(await statusesAt(id, 0, 0.9, 1, 2.9, 3, 8.9, 9)).toEqual([
			'PENDING',
			'PENDING',
			'TRIGGERED',
			'TRIGGERED',
			'ONGOING',
			'ONGOING',
			'CALL_FINISHED',
		]);
		const call = await details(id);
		expect(Date.parse(call.started_at ?? '') - Date.parse(call.created_at)).toBe(3000);
		expect(Date.parse(call.ended_at ?? '') - Date.parse(call.started_at ?? '')).toBe(6000);
	});

	it('comes back with the metadata it was triggered with, and without its id', async () => {
		const metadata = { name: 'Zoë', score: 7, tags: ['a'], nested: { deep: null } };
		const call = await details(await api.trigger('+14155552671', metadata));
		expect(call.call_variables).toEqual(metadata);
		expect(Object.keys(call)).not.toContain('call_id');
		expect(Object.keys(call)).not.toContain('id');
	});

	it('has null for what is not known yet', async () => {
		expect(await details(await api.trigger('+14155552671'))).toMatchObject({
			started_at: null,
			ended_at: null,
			transcript_url: null,
			recording_url: null,
			call_variables: null,
		});
	});

	it.each([
		['00', 9, 'CALL_FINISHED', true],
		['01', 6, 'UNANSWERED', false],
		['02', 3, 'REJECTED', false],
		['03', 6, 'VOICEMAIL', true],
		['04', 2, 'FAILED', false],
		['05', 67, 'CALL_FINISHED', true],
		['06', 603, 'CALL_FINISHED', true],
		['13', 9, 'TRANSFERRED', true],
	])('to …55501%s ends after %d s as %s', async (ending, seconds, outcome, reached) => {
		const id = await api.trigger(`+141555501${ending}`);
		const [before, after] = await statusesAt(id, seconds - 0.1, seconds);
		expect(before).not.toBe(outcome);
		expect(after).toBe(outcome);
		const call = await details(id);
		expect(call.ended_at).not.toBeNull();
		expect(call.started_at !== null).toBe(reached);
		expect(call.recording_url !== null).toBe(reached);
		expect(call.transcript_url !== null).toBe(reached);
	});

	it('to …5550107 is unanswered the first time and answered ever after', async () => {
		const outcomes: string[] = [];
		for (let n = 0; n < 3; n += 1) {
			const id = await api.trigger('+14155550107');
			await sandbox.control.advance(60);
			outcomes.push((await details(id)).status);
		}
		expect(outcomes).toEqual(['UNANSWERED', 'CALL_FINISHED', 'CALL_FINISHED']);
	});

	it('to …5550108 has its files only 30 s after its end', async () => {
		const id = await api.trigger('+14155550108');
		await sandbox.control.advance(9 + 29.9);
		expect(await details(id)).toMatchObject({ status: 'CALL_FINISHED', recording_url: null });
		await sandbox.control.advance(0.1);
		expect((await details(id)).recording_url).toContain('recording.mp3');
	});

	it.each([
		['09', 'ONGOING'],
		['11', 'PENDING'],
	])('to …55501%s stays %s for good', async (ending, status) => {
		const id = await api.trigger(`+141555501${ending}`);
		await sandbox.control.advance(7 * 24 * 3600);
		expect(await details(id)).toMatchObject({ status, ended_at: null });
	});

	it('to …5550110 is refused and not placed', async () => {
		await expect(api.trigger('+14155550110')).rejects.toThrow('Invalid phone number');
		expect(await sandbox.control.calls()).toEqual([]);
	});

	it('to …5550112 never has files', async () => {
		const id = await api.trigger('+14155550112');
		await sandbox.control.advance(24 * 3600);
		expect(await details(id)).toMatchObject({ transcript_url: null, recording_url: null });
	});

	it('is placed again for a repeated request: there is no idempotency', async () => {
		const ids = [await api.trigger('+14155552671'), await api.trigger('+14155552671')];
		expect(new Set(ids).size).toBe(2);
		expect(await sandbox.control.calls()).toHaveLength(2);
	});

	it('advances as real time passes', async () => {
		await sandbox.control.setSpeed(100);
		const id = await api.trigger('+14155552671');
		await sandbox.control.until(async () => (await details(id)).status === 'CALL_FINISHED');
	});
});
