import type { IDataObject } from 'n8n-workflow';

import { startSandbox, type Sandbox } from '../../sandbox';
import { AGENT, ApiClient, ordinary } from '../sandbox/support/apiClient';
import { mapRecords, NumericIds, startTranslator, type Translator } from '../support/translator';
import { campaignTriggerNode, PollHost } from './pollHost';

/** How an API may call the IDs of campaigns and calls, and what they may be. */
interface Naming {
	campaign: 'id' | 'campaign_id';
	call: 'id' | 'call_id';
	isNumber: boolean;
	/** Whether a call also says which campaign it belongs to. */
	isWithCampaign: boolean;
}

const BOTH = [false, true];

const NAMINGS: Naming[] = (['id', 'campaign_id'] as const)
	.flatMap((campaign) => (['id', 'call_id'] as const).map((call) => ({ campaign, call })))
	.flatMap((naming) => BOTH.map((isNumber) => ({ ...naming, isNumber })))
	.flatMap((naming) => BOTH.map((isWithCampaign) => ({ ...naming, isWithCampaign })));

interface Named {
	naming: Naming;
	server: Translator;
	host: PollHost;
	/** An ID as this API tells it. */
	told(uuid: string): string | number;
}

const CALLS = 3;

let sandbox: Sandbox;
let campaignId: string;
const apis: Named[] = [];

async function named(naming: Naming): Promise<Named> {
	const ids = new NumericIds();
	const told = (uuid: string) => (naming.isNumber ? ids.numberOf(uuid) : uuid);
	const renamed = ({ id, ...record }: Record<string, unknown>) => {
		if (typeof id !== 'string') return record;
		if ('call_stats' in record) return { [naming.campaign]: told(id), ...record };
		if (!('to_number' in record)) return { id, ...record };
		return {
			[naming.call]: told(id),
			...(naming.isWithCampaign && { campaign_id: told(campaignId) }),
			...record,
		};
	};
	const server = await startTranslator(sandbox, async (url, ask) => {
		url.pathname = ids.withUuids(url.pathname);
		const { status, body } = await ask(url);
		return { status, body: mapRecords(body, renamed) };
	});
	const host = new PollHost(
		[campaignTriggerNode({ agentId: AGENT, options: { includeDetails: true } })],
		{ apiKey: sandbox.apiKey, baseUrl: server.url },
		undefined,
		JSON.stringify(naming),
	);
	return { naming, server, host, told };
}

/** All of them watch the same campaign. */
beforeAll(async () => {
	sandbox = await startSandbox({ speed: 0 });
	const api = new ApiClient(sandbox);
	const campaign = await api.campaign({ name: 'Spring' });
	campaignId = campaign.id;
	await campaign.add(...Array.from({ length: CALLS }, (_, n) => ordinary(n)));
	for (const naming of NAMINGS) {
		const one = await named(naming);
		apis.push(one);
		await one.host.publish();
	}
	await campaign.act('start');
	await sandbox.control.advance(200);
}, 60_000);

afterAll(async () => {
	for (const { server } of apis) await server.stop();
	await sandbox.stop();
});

const describedBy = ({ campaign, call, isNumber, isWithCampaign }: Naming) =>
	`${campaign} of campaigns and ${call} of calls, ${isNumber ? 'as numbers' : 'as UUIDs'}${isWithCampaign ? ', and campaign_id in calls' : ''}`;

/** What the calls' events must say, in the order of the numbers. */
async function expectCalls(events: IDataObject[], told: Named['told']): Promise<void> {
	const calls = await sandbox.control.calls({ campaign_id: campaignId });
	const ended = events.filter(({ event }) => event === 'CAMPAIGN_CALL_ENDED');
	const byNumber = (a: IDataObject, b: IDataObject) =>
		String(a.to_number).localeCompare(String(b.to_number));
	expect(
		ended
			.map(({ call_id, campaign_id, to_number, outcome, recording_url }) => ({
				call_id: String(call_id),
				campaign_id: String(campaign_id),
				to_number,
				outcome,
				hasRecording: typeof recording_url === 'string',
			}))
			.sort(byNumber),
	).toEqual(
		calls
			.map(({ id, to_number }) => ({
				call_id: String(told(id)),
				campaign_id: String(told(campaignId)),
				to_number,
				outcome: 'finished',
				hasRecording: true,
			}))
			.sort(byNumber),
	);
}

describe.each(NAMINGS.map((naming, n) => [describedBy(naming), n] as const))(
	'an API with %s',
	(_, n) => {
		it('is polled for everything that happens', async () => {
			const { host, told } = apis[n];
			await host.poll();
			await host.poll();
			expect([host.thrown, host.warnings]).toEqual([[], []]);
			await expectCalls(host.events, told);
			const changes = host.events.filter(({ event }) => event === 'CAMPAIGN_STATUS_CHANGED');
			expect(changes.map(({ status }) => status)).toEqual(['FINISHED']);
		});

		it('shows its latest events in the editor', async () => {
			const { host, told } = apis[n];
			await expectCalls(await host.fetchTestEvent(), told);
		});
	},
);
