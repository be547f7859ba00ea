import { startSandbox, type Sandbox } from '../../sandbox';
import { campaignTriggerNode, PollHost } from '../../test/campaignTrigger/pollHost';
import { interleaved, type Contender, type Figures } from '../measure';
import type { WorkReport } from '../report';
import { addAll, draft } from './drafts';

const CAMPAIGNS = [1, 100, 1_000];
const CALLS = 10_000;

const quietName = (campaigns: number) =>
	`${campaigns.toLocaleString('en')} campaign${campaigns > 1 ? 's' : ''}, nothing new`;
const ENDED = `1 campaign, ${CALLS.toLocaleString('en')} calls have ended`;

/** Measures single polls of the Campaign Trigger in n8n-core. */
export async function polls(rounds: number, say: (line: string) => void): Promise<WorkReport[]> {
	const sandbox = await startSandbox();
	const measured = { sandbox, agentId: sandbox.agents[0].id };
	const contenders: Contender[] = [
		...CAMPAIGNS.map((campaigns) => ({
			name: quietName(campaigns),
			run: async () => {
				await sandbox.control.reset();
				for (let n = 0; n < campaigns; n++) await draft(measured);
				const host = await published(sandbox);
				return await poll(sandbox, host, 0);
			},
		})),
		{
			name: ENDED,
			run: async () => {
				await sandbox.control.reset();
				await sandbox.control.setSettings({ campaignConcurrency: 500 });
				const campaignId = await draft(measured);
				await addAll(measured, campaignId, CALLS);
				const host = await published(sandbox);
				await start(sandbox, measured.agentId, campaignId);
				await host.poll();
				await sandbox.control.advance(10_000);
				return await poll(sandbox, host, CALLS);
			},
		},
	];
	try {
		return [
			{
				title: 'One poll of the Campaign Trigger',
				what: 'All campaigns of an agent, both kinds of events. CPU includes the sandbox, which runs in the same process. The state is what n8n stores between polls.',
				results: await interleaved(contenders, { rounds, say }),
				units: {
					requests: 'requests',
					events: 'events',
					ms: 'ms',
					stateKB: 'kB of state',
				},
				comparisons: [],
				bounds: [
					...CAMPAIGNS.map((campaigns) => ({
						of: quietName(campaigns),
						quantity: 'requests',
						unit: 'requests',
						atMost: Math.ceil(campaigns / 100),
					})),
					{ of: ENDED, quantity: 'requests', unit: 'requests', atMost: CALLS / 100 + 10 },
				],
				plotted: 'requests',
			},
		];
	} finally {
		await sandbox.stop();
	}
}

async function published(sandbox: Sandbox): Promise<PollHost> {
	const host = new PollHost([campaignTriggerNode({ agentId: sandbox.agents[0].id })], {
		apiKey: sandbox.apiKey,
		baseUrl: sandbox.url,
	});
	await host.publish();
	return host;
}

async function poll(sandbox: Sandbox, host: PollHost, least: number): Promise<Figures> {
	const before = (await sandbox.control.journal({ bodies: false })).length;
	const began = performance.now();
	const events = await host.poll();
	const ms = performance.now() - began;
	const [thrown] = host.thrown;
	if (thrown) throw thrown;
	if (events.length < least) throw new Error(`Only ${events.length} events`);
	const requests = (await sandbox.control.journal({ bodies: false })).length - before;
	return { requests, events: events.length, ms, stateKB: host.stored.length / 1000 };
}

async function start({ url, apiKey }: Sandbox, agentId: string, campaignId: string) {
	const response = await fetch(`${url}/v1/external/campaigns/${agentId}/${campaignId}/start`, {
		method: 'POST',
		headers: { 'x-api-key': apiKey },
	});
	if (!response.ok) throw new Error(`The campaign was not started: ${response.status}`);
}
