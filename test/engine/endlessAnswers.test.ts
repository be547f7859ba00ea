import type { ServerResponse } from 'node:http';

import type { IDataObject } from 'n8n-workflow';

import { ordinary } from '../sandbox/support/apiClient';
import { parametersOf } from '../support/operations';
import { startOtherServer, type OtherServer } from '../support/otherServer';
import { SandboxRuns, stopOf, type Parameters } from '../support/sandboxRuns';
import { settle, type World } from '../support/world';

/** A request has one deadline, from its start to the last byte of its answer, and an answer has a largest size. */

const samora = new SandboxRuns();
let world: World;
let server: OtherServer | undefined;

beforeEach(async () => (world = await settle(samora.sandbox)));
afterEach(async () => {
	await server?.stop();
	server = undefined;
});

const TIMEOUT_MS = 400;

const OPERATIONS = ['triggerCall', 'getCall', 'addCampaignRecipients', 'launch'] as const;

const JSON_HEAD = { 'content-type': 'application/json' };

const ENDLESS: Record<string, (res: ServerResponse) => void> = {
	'a 101': (res) => {
		res.socket?.write(
			'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n',
		);
	},
	'headers and no body': (res) => {
		res.writeHead(200, JSON_HEAD);
		res.flushHeaders();
	},
	'a byte at a time': (res) => {
		res.writeHead(200, JSON_HEAD);
		const drip = setInterval(() => res.write(' '), 50);
		res.on('close', () => clearInterval(drip));
	},
	'a body without an end': (res) => {
		res.writeHead(200, JSON_HEAD);
		const chunk = Buffer.alloc(64 * 1024, ' ');
		const pour = setInterval(() => res.write(chunk), 5);
		res.on('close', () => clearInterval(pour));
	},
};

const parameters = (operation: (typeof OPERATIONS)[number], more: Parameters = {}) =>
	parametersOf(operation, world, {
		...(operation === 'getCall' ? {} : { toNumber: '={{ $json.phone }}' }),
		...(operation === 'launch' ? { name: 'Renewals' } : {}),
		requestOptions: { timeout: TIMEOUT_MS },
		...more,
	});

describe.each(Object.keys(ENDLESS))('%s', (kind) => {
	it.each(OPERATIONS)(
		'ends %s by the Timeout of Request Options',
		async (operation) => {
			server = await startOtherServer((_, res) => ENDLESS[kind](res));
			const { error } = await samora.run(
				parameters(operation),
				[{ phone: ordinary(0) }],
				{},
				{ baseUrl: server.url },
			);
			expect(error).toBeDefined();
			if (operation !== 'getCall') {
				expect(error?.message).toContain('not known');
				expect(server.received).toHaveLength(1);
			}
		},
		30_000,
	);
});

it.each(['triggerCall', 'getCall'] as const)(
	'an answer of more than 32 MiB to %s is cut off, and not asked for again',
	async (operation) => {
		let sent = 0;
		server = await startOtherServer((_, res) => {
			res.writeHead(200, JSON_HEAD);
			const chunk = Buffer.alloc(1024 * 1024, ' ');
			const pour = () => {
				if (res.destroyed || sent >= 200) return;
				sent += 1;
				res.write(chunk, pour);
			};
			pour();
		});
		const outcome = await samora.run(
			parameters(operation, { requestOptions: { timeout: 20_000 } }),
			[{ phone: ordinary(0) }],
			{},
			{ baseUrl: server.url },
		);
		expect(stopOf(outcome).message).toContain('more than 32 MiB');
		expect(server.received).toHaveLength(1);
		expect(sent).toBeLessThan(100);
	},
	60_000,
);

describe('an answer that is nested deeper than n8n can save', () => {
	const nested = (depth: number): string =>
		`{"message":${'['.repeat(depth)}"accepted"${']'.repeat(depth)},"call_id":"CALL","status":"accepted"}`;

	it.each([60, 5_000, 40_000])(
		'of %i levels: the call is placed, and has its ID',
		async (depth) => {
			let calls = 0;
			server = await startOtherServer((_, res) => {
				res.writeHead(202, JSON_HEAD);
				res.end(nested(depth).replace('CALL', `call-${calls++}`));
			});
			const { output, error } = await samora.run(
				parameters('triggerCall'),
				[0, 1, 2].map((n): IDataObject => ({ phone: ordinary(n) })),
				{ retryOnFail: true, maxTries: 3, waitBetweenTries: 1 },
				{ baseUrl: server.url },
			);
			expect(error).toBeUndefined();
			expect(output.map(({ json }) => json.call_id).sort()).toEqual(['call-0', 'call-1', 'call-2']);
			expect(calls).toBe(3);
		},
	);

	it('a refusal of 40,000 levels is a refusal', async () => {
		server = await startOtherServer((_, res) => {
			res.writeHead(400, JSON_HEAD);
			res.end(nested(40_000));
		});
		const outcome = await samora.run(
			parameters('triggerCall'),
			[{ phone: ordinary(0) }],
			{},
			{ baseUrl: server.url },
		);
		expect(outcome.error?.httpCode).toBe('400');
	});
});
