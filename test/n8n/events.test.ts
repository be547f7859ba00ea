import { TRIGGER_HEADER } from '../../nodes/SamoraTrigger/authenticity/token';
import type { Webhook } from '../../sandbox';
import type { Execution } from '../../tools/n8n/client/client';
import { waitFor } from '../../tools/waiting';
import { attacks, attackTable, genuineDelivery } from '../support/attacks';
import {
	FIRST_INSTALL_MS,
	installedN8n,
	VERSIONS,
	type InstalledN8n,
} from './support/installedN8n';
import { outcomesWorkflow, TRIGGER } from './support/workflows';

describe.each(VERSIONS)('events at the trigger in n8n %s', (version) => {
	let here: InstalledN8n;
	let workflowId: string;
	let webhook: Webhook & { secret: string };
	let another: Webhook;

	beforeAll(async () => {
		here = await installedN8n(version);
		const [workflow, second] = await Promise.all(
			[1, 2].map(
				async () =>
					await here.client.createWorkflow(outcomesWorkflow(here.agentId, here.credential)),
			),
		);
		workflowId = workflow.id;
		await here.client.publish(workflow);
		[webhook] = await here.sandbox.control.webhooks();
		await here.client.publish(second);
		[another] = (await here.sandbox.control.webhooks()).filter(({ id }) => id !== webhook.id);
	}, FIRST_INSTALL_MS);

	afterAll(() => here?.stop());

	const token = () => webhook.custom_headers[TRIGGER_HEADER];

	async function send({ headers, body }: ReturnType<typeof genuineDelivery>): Promise<number> {
		const response = await fetch(webhook.url, { method: 'POST', headers, body });
		await response.arrayBuffer();
		return response.status;
	}

	const deliver = async (call_id: string) =>
		await send(
			genuineDelivery(
				{ token: token(), secret: webhook.secret },
				{ event: 'CALL_FAILED', call_id, ended_at: '2026-03-01T12:00:00Z' },
			),
		);

	async function executions(): Promise<Execution[]> {
		const summaries = await here.client.executions(workflowId);
		const ids = [...new Set(summaries.map(({ id }) => id))];
		return await Promise.all(ids.map(async (id) => await here.client.finished(id)));
	}

	it('start nothing when they are not from Samora, or cannot be read', async () => {
		const results: Array<{ kind: string; status: number }> = [];
		const genuine = {
			token: token(),
			secret: webhook.secret,
			otherToken: another.custom_headers[TRIGGER_HEADER],
		};
		expect(await deliver('proves the signature')).toBe(200);
		for (const { kind, ...attack } of attacks(genuine)) {
			results.push({ kind, status: await send(attack) });
		}
		await waitFor(async () => (await executions()).length > 0, { what: 'The first execution' });
		const started = (await executions()).length - 1;
		process.stdout.write(
			`deliveries that are not Samora's, in n8n ${version}\n${attackTable(results, started)}`,
		);
		expect(results.length).toBeGreaterThan(100);
		expect(results.filter(({ status }) => status < 400)).toEqual([]);
		expect(started).toBe(0);
	});

	it('start one execution each, also when n8n was killed and started again between two copies', async () => {
		const before = (await executions()).length;
		const ids = ['first', 'second', 'third'];
		for (const id of ids) expect([await deliver(id), await deliver(id)]).toEqual([200, 200]);
		await waitFor(async () => (await executions()).length === before + ids.length, {
			what: 'The executions about the first three',
		});
		await here.restart();
		expect(await here.sandbox.control.webhooks()).toHaveLength(2);
		for (const id of ids) expect(await deliver(id)).toBe(200);
		expect(await deliver('fourth')).toBe(200);
		await waitFor(async () => (await executions()).length > before + ids.length, {
			what: 'The execution about the fourth',
		});
		const calls = (await executions()).map((each) => each.output(TRIGGER)[0]?.call_id);
		expect(calls.filter((id) => [...ids, 'fourth'].includes(String(id))).sort()).toEqual(
			[...ids, 'fourth'].sort(),
		);
	});
});
