import {
	FAULT_KINDS,
	type FaultKind,
	type FaultOptions,
	type Sandbox,
	startSandbox,
} from '../../sandbox';
import { AGENT, ApiClient, type Enveloped, ordinary } from './support/apiClient';

let sandbox: Sandbox;

beforeAll(async () => {
	sandbox = await startSandbox({ speed: 0 });
});
beforeEach(() => sandbox.control.reset());
afterAll(() => sandbox.stop());

type Seen = { status: number; text: string; headers: Headers } | { broken: string };

/** One attempt to place a call. */
async function dial(toNumber = ordinary(1), patienceMs = 10_000): Promise<Seen> {
	try {
		const response = await fetch(`${sandbox.url}/v1/call/trigger`, {
			method: 'POST',
			headers: { 'x-api-key': sandbox.apiKey, 'content-type': 'application/json' },
			body: JSON.stringify({ agent_id: AGENT, to_number: toNumber }),
			signal: AbortSignal.timeout(patienceMs),
		});
		return { status: response.status, text: await response.text(), headers: response.headers };
	} catch (error) {
		const { name, cause } = error as Error & { cause?: { code: string } };
		return { broken: cause?.code ?? name };
	}
}

const statusOf = (seen: Seen) => ('status' in seen ? seen.status : seen.broken);
const callsPlaced = async () => (await sandbox.control.calls()).length;

interface Expected {
	seen: number | string;
	text?: string | RegExp;
	accepted: boolean;
	/** What the journal says was answered. */
	journal: number | null;
}

const MATRIX: Record<FaultKind, Expected> = {
	'429': { seen: 429, accepted: false, journal: 429 },
	'429-retry-after': { seen: 429, accepted: false, journal: 429 },
	'500': { seen: 500, accepted: false, journal: 500 },
	'500-after': { seen: 500, accepted: true, journal: 500 },
	'503': { seen: 503, accepted: false, journal: 503 },
	hang: { seen: 'TimeoutError', accepted: false, journal: null },
	'hang-after': { seen: 'TimeoutError', accepted: true, journal: null },
	'reset-before': { seen: 'ECONNRESET', accepted: false, journal: null },
	'reset-after': { seen: 'ECONNRESET', accepted: true, journal: null },
	truncated: { seen: 'UND_ERR_SOCKET', accepted: true, journal: 202 },
	malformed: { seen: 202, text: /^\{[^}]*$/, accepted: true, journal: 202 },
	empty: { seen: 202, text: '', accepted: true, journal: 202 },
	'empty-object': { seen: 202, text: '{}', accepted: true, journal: 202 },
	text: { seen: 202, text: 'OK', accepted: true, journal: 202 },
	html: { seen: 502, text: /^<html>/, accepted: false, journal: 502 },
	'html-after': { seen: 502, text: /^<html>/, accepted: true, journal: 502 },
	slow: { seen: 202, text: /"call_id"/, accepted: true, journal: 202 },
	drip: { seen: 202, text: /"call_id"/, accepted: true, journal: 202 },
	endless: { seen: 'TimeoutError', accepted: true, journal: 202 },
	'101': { seen: 'UND_ERR_SOCKET', accepted: true, journal: 101 },
	deep: { seen: 202, text: /^\{"message":\[{5000}\]{5000}\}$/, accepted: true, journal: 202 },
	'401': { seen: 401, accepted: false, journal: 401 },
	'403': { seen: 403, accepted: false, journal: 403 },
	// These change other answers than that of a placed call.
	'fewer-ids': { seen: 202, text: /"call_id"/, accepted: true, journal: 202 },
	'no-ids': { seen: 202, text: /"call_id"/, accepted: true, journal: 202 },
	ignored: { seen: 202, text: /"call_id"/, accepted: true, journal: 202 },
	'wrong-total': { seen: 202, text: /"call_id"/, accepted: true, journal: 202 },
};

describe('a fault', () => {
	it.each(FAULT_KINDS)(
		'%s does to one call what it is to do, and the next goes well',
		async (kind) => {
			const expected = MATRIX[kind];
			await sandbox.control.addFault({
				operationId: 'triggerCall',
				kind,
				ms: kind === 'drip' ? 1 : 50,
			});

			const hangs = expected.seen === 'TimeoutError';
			const seen = await dial(ordinary(1), hangs ? 500 : 10_000);
			expect(statusOf(seen)).toBe(expected.seen);
			if ('text' in seen)
				expect(seen.text).toEqual(expect.stringMatching(expected.text ?? /"message"/));
			expect(await callsPlaced()).toBe(expected.accepted ? 1 : 0);
			const [entry] = await sandbox.control.journal();
			expect(entry).toMatchObject({
				operationId: 'triggerCall',
				fault: kind,
				accepted: expected.accepted,
				status: expected.journal,
				violation: null,
				body: { to_number: ordinary(1) },
			});
			expect(entry.callIds?.length ?? 0).toBe(expected.accepted ? 1 : 0);

			expect(statusOf(await dial())).toBe(202);
		},
	);

	it('429-retry-after says when, in seconds or as a date', async () => {
		const kind = '429-retry-after';
		const date = 'Wed, 21 Oct 2099 07:28:00 GMT';
		await sandbox.control.addFault({ kind });
		await sandbox.control.addFault({ kind, retryAfter: 7 });
		await sandbox.control.addFault({ kind, retryAfter: date });
		await sandbox.control.addFault({ kind: '429' });
		const values = [];
		for (let n = 0; n < 4; n += 1) {
			const seen = await dial();
			values.push('headers' in seen ? seen.headers.get('retry-after') : seen);
		}
		expect(values).toEqual(['1', '7', date, null]);
	});

	it.each<[FaultOptions['retryAfter'] & {}, string]>([
		[0, '0'],
		[-5, '-5'],
		[3600, '3600'],
		['Wed, 21 Oct 2015 07:28:00 GMT', 'Wed, 21 Oct 2015 07:28:00 GMT'],
	])('can ask for a wait of %s', async (retryAfter, header) => {
		await sandbox.control.addFault({ kind: '429', retryAfter });
		const seen = await dial();
		expect('headers' in seen && seen.headers.get('retry-after')).toBe(header);
	});

	it.each<[FaultKind, number, boolean]>([
		['503', 504, false],
		['500-after', 408, true],
		['500-after', 499, true],
		['html', 200, false],
		['html-after', 200, true],
		['empty', 200, true],
		['empty-object', 500, true],
		['text', 200, true],
		['deep', 500, true],
	])('%s can have the status %i', async (kind, status, accepted) => {
		await sandbox.control.addFault({ kind, status });
		expect(statusOf(await dial())).toBe(status);
		expect(await callsPlaced()).toBe(accepted ? 1 : 0);
	});

	it('deep nests as deeply as asked', async () => {
		await sandbox.control.addFault({ kind: 'deep', depth: 40_000 });
		const seen = await dial();
		expect('text' in seen && seen.text).toBe(
			`{"message":${'['.repeat(40_000)}${']'.repeat(40_000)}}`,
		);
	});

	it('drip sends a byte at a time', async () => {
		await sandbox.control.addFault({ kind: 'drip', ms: 1 });
		const response = await fetch(`${sandbox.url}/v1/call/trigger`, { method: 'POST' });
		const sizes: number[] = [];
		for await (const chunk of response.body ?? []) sizes.push((chunk as Uint8Array).length);
		expect(sizes.length).toBeGreaterThan(10);
		expect(Math.max(...sizes)).toBeLessThan(10);
	});

	describe('of the kind', () => {
		const api = () => new ApiClient(sandbox);

		it.each<[FaultKind, (ids: string[]) => string[]]>([
			['fewer-ids', (ids) => ids.slice(0, -1)],
			['no-ids', () => []],
		])('%s adds all recipients and tells fewer ids', async (kind, told) => {
			const campaign = await api().campaign();
			await sandbox.control.addFault({ operationId: 'addCampaignRecipients', kind });
			const { status, body } = await campaign.add(ordinary(1), ordinary(2), ordinary(3));
			expect(status).toBe(201);
			const ids = (await sandbox.control.calls()).map(({ id }) => id);
			expect(ids).toHaveLength(3);
			expect(body.data.scheduled_call_ids).toEqual(told(ids));
		});

		it('ignored answers a start with 200 and the campaign as it is', async () => {
			const campaign = await api().campaign();
			await sandbox.control.addFault({ operationId: 'startCampaign', kind: 'ignored' });
			const { status, body } = await campaign.act('start');
			expect(status).toBe(200);
			expect(body.data).toEqual(await campaign.now());
			expect(body.data.status).toBe('DRAFT');
			const [entry] = await sandbox.control.journal({ operationId: 'startCampaign' });
			expect(entry).toMatchObject({ accepted: false, status: 200, fault: 'ignored' });
			expect((await campaign.act('start')).body.data.status).toBe('IN_PROGRESS');
		});

		it.each([0, 1e15, -3, '2'])('wrong-total says that a list has %j', async (total) => {
			await api().campaign();
			await sandbox.control.addFault({ kind: 'wrong-total', total, times: 2 });
			const { body: campaigns } = await api().request<Enveloped<object>>(
				'GET',
				`/v1/external/campaigns/${AGENT}`,
			);
			expect(campaigns.data).toMatchObject({ campaigns: [{ name: 'Spring' }], total });
			const { body: webhooks } = await api().request<Enveloped<object>>('GET', '/v2/webhooks');
			expect(webhooks.data).toEqual({ webhooks: [], total_count: total });
		});
	});

	it.each<[string, Omit<FaultOptions, 'kind'>, number[]]>([
		['once, by default', {}, [500, 202, 202, 202]],
		['as often as asked', { times: 3 }, [500, 500, 500, 202]],
		['for ever', { times: null }, [500, 500, 500, 500]],
		['after letting some through', { skip: 2 }, [202, 202, 500, 202]],
		['some after letting some through', { skip: 1, times: 2 }, [202, 500, 500, 202]],
		['not for another operation', { operationId: 'getCall', times: null }, [202, 202, 202, 202]],
		['for a number', { match: ordinary(2), times: null }, [202, 202, 500, 202]],
		['for a path', { match: '/v1/call/trig', times: null }, [500, 500, 500, 500]],
	])('strikes %s', async (_, options, statuses) => {
		await sandbox.control.addFault({ kind: '500', ...options });
		const seen = [];
		for (let n = 0; n < 4; n += 1) seen.push(statusOf(await dial(ordinary(n))));
		expect(seen).toEqual(statuses);
	});

	it('can be taken away, alone or with all', async () => {
		const first = await sandbox.control.addFault({ kind: '500', times: null });
		await sandbox.control.addFault({ kind: '503', times: null });
		expect(statusOf(await dial())).toBe(500);
		await sandbox.control.removeFault(first);
		expect(statusOf(await dial())).toBe(503);
		expect(await sandbox.control.faults()).toMatchObject([{ kind: '503', spoilt: 1 }]);
		await sandbox.control.clearFaults();
		expect(statusOf(await dial())).toBe(202);
	});

	it('does not make a refused request accepted', async () => {
		await sandbox.control.addFault({ kind: '500-after' });
		expect(statusOf(await dial('+14155550110'))).toBe(500);
		const [entry] = await sandbox.control.journal();
		expect(entry.accepted).toBe(false);
		expect(entry.callIds).toBeUndefined();
	});

	it('can strike at the files too', async () => {
		await sandbox.control.addFault({ operationId: 'file', kind: '503' });
		const url = `${sandbox.filesUrl}/samora-calls/x/recording.mp3`;
		expect((await fetch(url)).status).toBe(503);
		expect((await fetch(url)).status).toBe(403);
	});

	it('of an unknown kind or for an unknown operation is refused', async () => {
		const add = (fault: object) => sandbox.control.addFault(fault as FaultOptions);
		await expect(add({ kind: '418' })).rejects.toThrow('400');
		await expect(add({ kind: '500', operationId: 'dial' })).rejects.toThrow('400');
		await expect(add({ kind: '500', often: 3 })).rejects.toThrow('400');
	});
});
