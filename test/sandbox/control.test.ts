import { request } from 'node:http';
import { SandboxControl, type Sandbox, startSandbox } from '../../sandbox';
import { AGENT, ApiClient, ordinary } from './support/apiClient';

let sandbox: Sandbox;
let api: ApiClient;

beforeAll(async () => {
	sandbox = await startSandbox({ speed: 0, settings: { campaignConcurrency: 3 } });
	api = new ApiClient(sandbox);
});
beforeEach(() => sandbox.control.reset());
afterAll(() => sandbox.stop());

/** fetch would put its own Host. */
const statusWith = (headers: Record<string, string>) =>
	new Promise<number | undefined>((resolve, reject) => {
		request(`${sandbox.url}/_sandbox/reset`, { method: 'POST', headers }, (res) => {
			res.resume();
			resolve(res.statusCode);
		})
			.on('error', reject)
			.end();
	});

describe('the control API', () => {
	it('can be used by another process that knows the address', async () => {
		await api.trigger(ordinary(1));
		const control = new SandboxControl(sandbox.url);
		expect(await control.calls()).toMatchObject([{ to_number: ordinary(1), agent_id: AGENT }]);
		expect(await control.info()).toMatchObject({ url: sandbox.url, filesUrl: sandbox.filesUrl });
	});

	it('is not for web pages, nor for names that merely point here', async () => {
		expect(await statusWith({})).toBe(200);
		expect(await statusWith({ origin: 'http://localhost:5678' })).toBe(403);
		expect(await statusWith({ origin: 'null' })).toBe(403);
		expect(await statusWith({ host: 'rebound.example' })).toBe(403);
		expect(await statusWith({ host: 'localhost:4010' })).toBe(200);
	});

	it('forgets everything at a reset', async () => {
		await api.trigger(ordinary(1));
		await api.campaign();
		await api.request('POST', '/v2/webhooks', {
			agent_id: AGENT,
			name: 'x',
			url: 'https://n8n.example/1',
			events: ['CALL_STARTED'],
		});
		await sandbox.control.addFault({ kind: '500', times: null });
		await sandbox.control.setSettings({ forbiddenTransition: 400, campaignConcurrency: 99 });
		await sandbox.control.setSpeed(50);
		await sandbox.control.advance(24 * 3600);

		await sandbox.control.reset();
		const { control } = sandbox;
		expect(await control.calls()).toEqual([]);
		expect(await control.campaigns()).toEqual([]);
		expect(await control.webhooks()).toEqual([]);
		expect(await control.deliveries()).toEqual([]);
		expect(await control.faults()).toEqual([]);
		expect(await control.journal()).toEqual([]);
		expect(await control.settings()).toMatchObject({
			forbiddenTransition: 409,
			campaignConcurrency: 3,
		});
		const clock = await control.clock();
		expect(clock.speed).toBe(0);
		expect(Math.abs(Date.parse(clock.now) - Date.now())).toBeLessThan(5000);
	});

	it.each([
		['an unknown setting', 'PUT', '/settings', '{"colour":"red"}'],
		['a scheme nobody knows', 'PUT', '/settings', '{"deliveries":{"scheme":"md5"}}'],
		['a clock that runs backwards', 'PUT', '/clock', '{"speed":-1}'],
		['a jump into the past', 'POST', '/clock/advance', '{"seconds":-1}'],
		['what is not JSON', 'POST', '/faults', 'kind=500'],
	])('refuses %s', async (_, method, path, body) => {
		const response = await fetch(`${sandbox.url}/_sandbox${path}`, { method, body });
		expect(response.status).toBe(400);
	});

	it('gives up waiting for what does not come, and says for what', async () => {
		const never = sandbox.control.until(() => 1 + 1 === 3, { timeoutMs: 30, everyMs: 10 });
		await expect(never).rejects.toThrow('1 + 1 === 3');
	});
});

describe('the sandbox', () => {
	it('listens on loopback only', async () => {
		await expect(startSandbox({ host: '0.0.0.0' })).rejects.toThrow('loopback');
	});

	it('takes the ports it is given, and says so when one is taken', async () => {
		const { port } = new URL(sandbox.url);
		await expect(startSandbox({ port: Number(port) })).rejects.toThrow('EADDRINUSE');
	});

	it('stops though a request hangs', async () => {
		const other = await startSandbox();
		await other.control.addFault({ kind: 'hang' });
		const hanging = fetch(`${other.url}/v2/webhooks`);
		const broken = expect(hanging).rejects.toThrow('fetch failed');
		await other.control.until(async (control) => (await control.journal()).length === 1);
		await other.stop();
		await broken;
	});
});
