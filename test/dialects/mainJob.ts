import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

import type { INode } from 'n8n-workflow';

import { DIALECT_NAMES, type DialectName } from '../../sandbox';
import { samoraNode, startNode } from '../support/engine';
import { openPicker } from '../support/openPicker';
import { triggerNode } from '../trigger/support/n8nHost';
import { itemsOf, Job, locator, REPEATED } from './job';

/** What a person does with the nodes, each thing once, in one dialect of the sandbox. The witness is the sandbox. */

/** What went wrong, by what was done; null where nothing did. */
export type Findings = Record<string, string | null>;

const REFUSED_NUMBER = '+14155550110';

type Step = (job: Job) => Promise<void>;

const STEPS: Record<string, Step> = {
	async 'Call: Trigger'(job) {
		const toNumber = job.number();
		const [item] = await job.done({ resource: 'call', operation: 'trigger', toNumber });
		assert.equal(String(item.call_id), job.told(await job.callTo(toNumber)));
	},

	async 'Call: Trigger, to a number that Samora refuses'(job) {
		const call = { resource: 'call', operation: 'trigger', toNumber: REFUSED_NUMBER };
		assert.match(await job.refused(call), /Invalid phone number/);
	},

	async 'Call: Trigger and Wait'(job) {
		const toNumber = job.number();
		const { outcome } = startNode(
			samoraNode(
				{
					resource: 'call',
					operation: 'triggerAndWait',
					agentId: job.agentId,
					toNumber,
					wait: { pollInterval: 0.1, timeout: 0.1, includeTranscript: true },
				},
				REPEATED,
			),
			[{}],
			job.credential,
		);
		await job.control.until(async (control) =>
			(await control.calls()).some(({ to_number }) => to_number === toNumber),
		);
		await job.control.advance(60);
		const [item] = itemsOf(await outcome);
		assert.equal(String(item.call_id), job.told(await job.callTo(toNumber)));
		assert.equal(item.outcome, 'finished');
		assert.match(String(item.transcript), /this is Ava/);
	},

	async 'Call: Get'(job) {
		const callId = job.told(await job.finishedCall());
		const [item] = await job.done({ resource: 'call', operation: 'get', callId });
		assert.equal(String(item.call_id), callId);
		assert.equal(String(item.status).toUpperCase(), 'CALL_FINISHED');
	},

	async 'Call: Download Recording'(job) {
		const callId = job.told(await job.finishedCall());
		const { output } = await job.run({ resource: 'call', operation: 'downloadRecording', callId });
		assert.equal(output[0]?.binary?.data?.mimeType, 'audio/wav');
	},

	async 'Call: Download Transcript'(job) {
		const callId = job.told(await job.finishedCall());
		const { output } = await job.run({ resource: 'call', operation: 'downloadTranscript', callId });
		assert.equal(output[0]?.binary?.data?.mimeType, 'text/plain');
	},

	async 'Campaign: Create'(job) {
		const [item] = await job.done({ resource: 'campaign', operation: 'create', name: 'Created' });
		const created = (await job.control.campaigns()).filter(({ name }) => name === 'Created');
		assert.deepEqual(
			created.map(({ id }) => id),
			[item.campaign_id],
		);
	},

	async 'Campaign: Add Recipients'(job) {
		const { id } = await job.campaign('Added to');
		const numbers = job.numbers(3);
		const items = await job.done(
			{
				resource: 'campaign',
				operation: 'addRecipients',
				campaignId: locator(id),
				toNumber: '={{ $json.phone }}',
				variablesMode: 'none',
			},
			numbers.map((phone) => ({ phone })),
		);
		await job.expectScheduled(id, numbers, items);
	},

	async 'Campaign: Launch'(job) {
		const numbers = job.numbers(3);
		const items = await job.done(
			{
				resource: 'campaign',
				operation: 'launch',
				name: 'Launched',
				toNumber: '={{ $json.phone }}',
				variablesMode: 'none',
			},
			numbers.map((phone) => ({ phone })),
		);
		const [campaign, ...more] = (await job.control.campaigns()).filter(
			({ name }) => name === 'Launched',
		);
		assert.deepEqual(more, []);
		assert.equal(campaign.status, 'IN_PROGRESS');
		assert(items.every(({ campaign_id }) => campaign_id === campaign.id));
		await job.expectScheduled(campaign.id, numbers, items);
	},

	async 'Campaign: Start'(job) {
		const { id } = await job.campaign('Started', job.numbers(2));
		const start = { resource: 'campaign', operation: 'start', campaignId: locator(id) };
		assert.equal((await job.done(start)).length, 1);
		assert.equal(await job.statusOf(id), 'IN_PROGRESS');
	},

	async 'Campaign: Stop'(job) {
		const { id, path } = await job.campaign('Stopped', job.numbers(2));
		await job.post(`${path}/start`);
		const stop = { resource: 'campaign', operation: 'stop', campaignId: locator(id) };
		assert.equal((await job.done(stop)).length, 1);
		assert.equal(await job.statusOf(id), 'PAUSED');
	},

	async 'Campaign: Stop, of a draft'(job) {
		const { id } = await job.campaign('Never started');
		const stop = { resource: 'campaign', operation: 'stop', campaignId: locator(id) };
		assert.match(await job.refused(stop), /Cannot stop a campaign/);
	},

	async 'Campaign: Cancel'(job) {
		const { id } = await job.campaign('Cancelled');
		const cancel = { resource: 'campaign', operation: 'cancel', campaignId: locator(id) };
		assert.equal((await job.done(cancel)).length, 1);
		assert.equal(await job.statusOf(id), 'CANCELLED');
	},

	async 'Campaign: Update'(job) {
		const { id } = await job.campaign('Before');
		const update = { resource: 'campaign', operation: 'update', campaignId: locator(id) };
		assert.equal((await job.done({ ...update, updateFields: { name: 'After' } })).length, 1);
		const campaign = (await job.control.campaigns()).find((each) => each.id === id);
		assert.equal(campaign?.name, 'After');
	},

	async 'Campaign: Get'(job) {
		const { id } = await job.campaign('Looked at');
		const get = { resource: 'campaign', operation: 'get', campaignId: locator(id) };
		const [item] = await job.done(get);
		assert.deepEqual([item.id, item.name], [id, 'Looked at']);
		assert.equal(String(item.status).toUpperCase(), 'DRAFT');
	},

	async 'Campaign: Get Many, more than a page'(job) {
		for (let n = 0; n < 101; n += 1) await job.post(job.campaignsPath, { name: `Campaign ${n}` });
		const list = { resource: 'campaign', operation: 'getAll', returnAll: true };
		const names = (await job.done(list)).map(({ name }) => name);
		const there = (await job.control.campaigns()).map(({ name }) => name);
		assert.deepEqual(names, there.reverse());
	},

	async 'Campaign: Get Calls, more than a page'(job) {
		const numbers = job.numbers(230);
		const { id } = await job.campaign('With many calls', numbers);
		const list = { resource: 'campaign', operation: 'getCalls', campaignId: locator(id) };
		const items = await job.done({ ...list, returnAll: true });
		assert.deepEqual(new Set(items.map(({ to_number }) => to_number)), new Set(numbers));
		assert.equal(items.length, numbers.length);
		const ids = (await job.control.calls({ campaign_id: id })).map((call) => job.told(call));
		assert.deepEqual(new Set(items.map((item) => String(item.id))), new Set(ids));
	},

	async 'Webhook: Create'(job) {
		const [item] = await job.done({
			resource: 'webhook',
			operation: 'create',
			name: 'Created',
			url: 'https://example.com/events',
			events: ['CALL_FINISHED'],
		});
		const created = (await job.control.webhooks()).filter(({ name }) => name === 'Created');
		assert.deepEqual(
			created.map(({ id, secret }) => [id, secret]),
			[[item.id, item.secret]],
		);
	},

	async 'Webhook: Get'(job) {
		const webhookId = locator(await job.webhook('Looked at'));
		const [item] = await job.done({ resource: 'webhook', operation: 'get', webhookId });
		assert.deepEqual([item.id, item.name], [webhookId.value, 'Looked at']);
	},

	async 'Webhook: Get Many'(job) {
		await job.webhook('Listed');
		const list = { resource: 'webhook', operation: 'getAll', returnAll: true };
		const ids = (await job.done(list)).map(({ id }) => id);
		assert.deepEqual(
			ids,
			(await job.control.webhooks()).map(({ id }) => id),
		);
	},

	async 'Webhook: Update'(job) {
		const webhookId = locator(await job.webhook('Before'));
		const update = { resource: 'webhook', operation: 'update', webhookId };
		assert.equal((await job.done({ ...update, updateFields: { name: 'After' } })).length, 1);
		const webhook = (await job.control.webhooks()).find(({ id }) => id === webhookId.value);
		assert.equal(webhook?.name, 'After');
	},

	async 'Webhook: Delete'(job) {
		const webhookId = locator(await job.webhook('Deleted'));
		const [item] = await job.done({ resource: 'webhook', operation: 'delete', webhookId });
		assert.deepEqual([item.id, item.deleted], [webhookId.value, true]);
		const ids = (await job.control.webhooks()).map(({ id }) => id);
		assert(!ids.includes(webhookId.value));
	},

	async 'Webhook: Get, of one that is gone'(job) {
		const webhookId = locator('99999999-9999-4999-8999-999999999999');
		const message = await job.refused({ resource: 'webhook', operation: 'get', webhookId });
		assert.match(message, /Webhook not found/);
	},

	async 'Webhook: Get Event Types'(job) {
		const items = await job.done({ resource: 'webhook', operation: 'getEventTypes' });
		assert.deepEqual(
			items.map(({ event_type }) => String(event_type).toUpperCase()),
			['CALL_STARTED', 'CALL_FINISHED', 'CALL_FAILED'],
		);
	},

	async 'Campaign picker'(job) {
		const { id } = await job.campaign('To be picked');
		const parameters = { resource: 'campaign', operation: 'get', agentId: job.agentId };
		const { results } = await openPicker('campaigns', parameters, job.credential, 'to be picked');
		assert.deepEqual(
			results.map(({ value }) => value),
			[id],
		);
	},

	async 'Webhook picker'(job) {
		const id = await job.webhook('To be picked');
		const parameters = { resource: 'webhook', operation: 'get', agentId: job.agentId };
		const { results } = await openPicker('webhooks', parameters, job.credential, 'to be picked');
		assert.deepEqual(
			results.map(({ value }) => value),
			[id],
		);
	},

	async 'Samora Trigger: publish, and n8n starts anew'(job) {
		const node = await published(job);
		const [webhook] = await webhooksOf(job, node);
		assert.deepEqual(webhook.events, ['CALL_STARTED', 'CALL_FINISHED']);
		job.host.restart();
		assert.deepEqual(await job.host.publish(node.id, { mode: 'init' }), {});
		assert.deepEqual(await webhooksOf(job, node), [webhook]);
		await job.host.unpublish(node.id);
	},

	async 'Samora Trigger: events'(job) {
		const node = await published(job);
		const call = await job.finishedCall();
		const events = (await job.host.events(node.id)).filter(
			({ call_id }) => String(call_id) === job.told(call),
		);
		assert.deepEqual(
			events.map(({ event }) => event),
			['CALL_STARTED', 'CALL_FINISHED'],
		);
		// Others are called meanwhile, by campaigns.
		const deliveries = (await job.control.deliveries()).filter(
			({ url }) => url === job.host.webhookUrl(node),
		);
		for (const { status } of deliveries) assert.equal(status, 200);
		await job.host.unpublish(node.id);
	},

	async 'Samora Trigger: unpublish'(job) {
		const node = await published(job);
		assert.deepEqual(await job.host.unpublish(node.id), {});
		assert.deepEqual(await webhooksOf(job, node), []);
	},

	async 'Nobody is called twice'(job) {
		await job.control.advance(600);
		const numbers = (await job.control.calls()).map(({ to_number }) => to_number);
		const twice = numbers.filter((number, n) => numbers.indexOf(number) !== n);
		assert.deepEqual(twice, []);
		const placed = (await job.control.journal({ operationId: 'triggerCall', accepted: true })).map(
			({ body }) => (body as { to_number: string }).to_number,
		);
		assert.equal(new Set(placed).size, placed.length);
	},
};

/** Much longer than any step takes. */
const HANGS_MS = 60_000;

async function hung(): Promise<string> {
	await sleep(HANGS_MS, undefined, { ref: false });
	return `not done within ${HANGS_MS / 1000} s`;
}

/** What is done, in this order. */
export const STEP_NAMES = Object.keys(STEPS);

/** The webhooks at Samora that lead to a trigger. */
async function webhooksOf(job: Job, node: INode) {
	const all = await job.control.webhooks();
	return all.filter(({ url }) => url === job.host.webhookUrl(node));
}

async function published(job: Job): Promise<INode> {
	const events = ['CALL_STARTED', 'CALL_FINISHED'];
	const node = triggerNode({ agentId: job.agentId, events });
	job.host.save(node.id, { nodes: [node] });
	const refused = await job.host.publish(node.id);
	for (const { message } of Object.values(refused)) assert.fail(message);
	assert.equal((await webhooksOf(job, node)).length, 1);
	return node;
}

/** Does everything once in each dialect, in all of them side by side: it is mostly waiting. */
export async function mainJobs(): Promise<Map<DialectName, Findings>> {
	const found = DIALECT_NAMES.map(async (name) => [name, await mainJob(name)] as const);
	return new Map(await Promise.all(found));
}

/** What one step leaves undone, the next does not need. */
async function mainJob(dialect: DialectName): Promise<Findings> {
	const job = await Job.open(dialect);
	const findings: Findings = {};
	try {
		for (const [name, step] of Object.entries(STEPS)) {
			findings[name] = await Promise.race([step(job).then(() => null), hung()]).catch(
				(error: unknown) => (error instanceof Error ? error.message : String(error)),
			);
		}
	} finally {
		await job.close();
	}
	return findings;
}
