import { N8nHost, triggerNode } from './support/n8nHost';

import { TRIGGER_HEADER } from '../../nodes/SamoraTrigger/authenticity/token';
import { startSandbox, type Sandbox } from '../../sandbox';
import {
	attacks,
	attackTable,
	genuineDelivery,
	type Attack,
	type Genuine,
} from '../support/attacks';

let sandbox: Sandbox;
let host: N8nHost;
let url: string;
let genuine: Genuine;
const results: Array<{ kind: string; status: number }> = [];

beforeAll(async () => {
	sandbox = await startSandbox();
	host = await N8nHost.start({ apiKey: sandbox.apiKey, baseUrl: sandbox.url });
	const [node, another] = [1, 2].map(() =>
		triggerNode({ agentId: sandbox.agents[0].id, events: ['CALL_FINISHED'] }),
	);
	for (const [id, each] of [['w1', node] as const, ['w2', another] as const]) {
		host.save(id, { nodes: [each] });
		expect(await host.publish(id)).toEqual({});
	}
	url = host.webhookUrl(node);
	const [ours, theirs] = await sandbox.control.webhooks();
	genuine = {
		token: ours.custom_headers[TRIGGER_HEADER],
		secret: ours.secret,
		otherToken: theirs.custom_headers[TRIGGER_HEADER],
	};
	expect((await send(genuineDelivery(genuine))).status).toBe(200);
	await host.events();
	host.executions.length = 0;
});

afterAll(async () => {
	process.stdout.write(
		`deliveries that are not Samora's\n${attackTable(results, host.executions.length)}`,
	);
	await host.stop();
	await sandbox.stop();
});

async function send({ headers, body }: Pick<Attack, 'headers' | 'body'>) {
	const response = await fetch(url, { method: 'POST', headers, body });
	return { status: response.status, text: await response.text() };
}

it.each(['forged', 'tampered', 'replayed', 'malformed', 'oversized'])(
	'refuses a request that is %s, which starts nothing and learns nothing',
	async (kind) => {
		const tried = attacks(genuine).filter((attack) => attack.kind === kind);
		expect(tried.length).toBeGreaterThan(1);
		for (const attack of tried) {
			const { status, text } = await send(attack);
			results.push({ kind, status });
			// Some never reach the trigger, for n8n itself refuses them: 413 for their size, 422 for what is no JSON.
			const says = { what: attack.what, status, text: status === 401 ? text : '' };
			expect([401, 413, 422]).toContain(status);
			expect(says).toEqual({ what: attack.what, status, text: '' });
			for (const hidden of [genuine.token, genuine.secret]) expect(text).not.toContain(hidden);
		}
		expect(host.executions).toEqual([]);
	},
);

it('what is genuine is still accepted', async () => {
	expect((await send(genuineDelivery(genuine))).status).toBe(200);
	expect(host.executions.splice(0)).toHaveLength(1);
});
