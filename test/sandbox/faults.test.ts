import {
	FAULT_KINDS,
	type FaultKind,
	type FaultOptions,
	type Sandbox,
	startSandbox,
} from '../../sandbox';
import { AGENT, ordinary } from './apiClient';

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
	html: { seen: 502, text: /^<html>/, accepted: false, journal: 502 },
	slow: { seen: 202, text: /"call_id"/, accepted: true, journal: 202 },
	'401': { seen: 401, accepted: false, journal: 401 },
	'403': { seen: 403, accepted: false, journal: 403 },
};

describe('a fault', () => {
	it.each(FAULT_KINDS)(
		'%s does to one call what it is to do, and the next goes well',
		async (kind) => {
			const expected = MATRIX[kind];
			await sandbox.control.addFault({ operationId: 'triggerCall', kind, ms: 50 });

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

	it('can have another status than its kind', async () => {
		await sandbox.control.addFault({ kind: '503', status: 504 });
		expect(statusOf(await dial())).toBe(504);
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
