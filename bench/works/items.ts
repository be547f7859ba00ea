import { bareMs, type BareRequest } from '../bareClient';
import { afterRows, httpRequest, samora } from '../contenders';
import { interleaved, type Results } from '../measure';
import type { WorkReport } from '../report';
import type { Stage } from '../stage';

const ITEMS = 1000;
/** The node's default, and what the bare client gets too. */
const CONCURRENCY = 5;

const SAMORA = 'Samora';
const HTTP = 'HTTP Request';
const NOTHING = 'no such node';
const BARE = 'bare HTTP client';

/** A call, and the details of one, for each of a thousand items. */
export async function items(stage: Stage, rounds: number, say: (line: string) => void) {
	return [await triggering(stage, rounds, say), await getting(stage, rounds, say)];
}

async function triggering(stage: Stage, rounds: number, say: (line: string) => void) {
	const { agentId, sandbox } = stage;
	const body = `={{ JSON.stringify({ agent_id: '${agentId}', to_number: $json.phone, metadata: { first_name: $json.first_name, company: $json.company } }) }}`;
	const bare = Array.from({ length: ITEMS }, (_, n): BareRequest => ({
		method: 'POST',
		path: '/v1/call/trigger',
		body: JSON.stringify({
			agent_id: agentId,
			to_number: `+1415${2_000_000 + n}`,
			metadata: { first_name: `Person ${n}`, company: `Company ${n % 100}` },
		}),
	}));
	return await perItem(
		stage,
		{
			title: 'Call: Trigger',
			what: `${ITEMS} items, one call each, answered at once.`,
			ours: samora(stage, {
				resource: 'call',
				operation: 'trigger',
				agentId,
				toNumber: '={{ $json.phone }}',
				metadataMode: 'keyValue',
				metadata: {
					values: [
						{ key: 'first_name', value: '={{ $json.first_name }}' },
						{ key: 'company', value: '={{ $json.company }}' },
					],
				},
				options: {},
			}),
			theirs: httpRequest(stage, { method: 'POST', path: '/v1/call/trigger', body }),
			bare,
			before: async () => {
				await sandbox.control.reset();
				await sandbox.control.setSpeed(0);
			},
		},
		rounds,
		say,
	);
}

async function getting(stage: Stage, rounds: number, say: (line: string) => void) {
	const { sandbox, agentId } = stage;
	await sandbox.control.reset();
	await sandbox.control.setSpeed(0);
	const response = await fetch(`${sandbox.url}/v1/call/trigger`, {
		method: 'POST',
		headers: { 'x-api-key': sandbox.apiKey, 'content-type': 'application/json' },
		body: JSON.stringify({ agent_id: agentId, to_number: '+14155550100' }),
	});
	const { call_id } = (await response.json()) as { call_id: string };
	const path = `/v1/call/${call_id}`;
	return await perItem(
		stage,
		{
			title: 'Call: Get',
			what: `${ITEMS} items, the details of a call each, answered at once.`,
			ours: samora(stage, { resource: 'call', operation: 'get', callId: call_id }),
			theirs: httpRequest(stage, { method: 'GET', path }),
			bare: Array.from({ length: ITEMS }, () => ({ method: 'GET', path })),
			before: async () => {},
		},
		rounds,
		say,
	);
}

interface PerItem {
	title: string;
	what: string;
	ours: ReturnType<typeof samora>;
	theirs: ReturnType<typeof httpRequest>;
	bare: BareRequest[];
	before: () => Promise<void>;
}

async function perItem(
	stage: Stage,
	{ title, what, ours, theirs, bare, before }: PerItem,
	rounds: number,
	say: (line: string) => void,
): Promise<WorkReport> {
	const workflow = (name: string, nodes: Parameters<typeof afterRows>[2]) => ({
		name,
		run: async () => {
			await before();
			return await stage.run(afterRows(`${title} by ${name}`, ITEMS, nodes));
		},
	});
	const measured = await interleaved(
		[
			workflow(SAMORA, [ours]),
			workflow(HTTP, [theirs]),
			workflow(NOTHING, []),
			{
				name: BARE,
				run: async () => {
					await before();
					return { ms: await bareMs(stage.sandbox, bare, CONCURRENCY) };
				},
			},
		],
		{ rounds, say },
	);
	return {
		title,
		what,
		results: perItemFigures(measured),
		units: { cpu: 'ms CPU of n8n per item', ms: 'ms for all' },
		comparisons: [
			{
				of: SAMORA,
				against: HTTP,
				quantity: 'cpu',
				reads: 'the CPU of n8n’s HTTP Request node',
				aim: { atMost: 1 },
			},
			{ of: SAMORA, against: BARE, quantity: 'ms', reads: 'the time of a bare HTTP client' },
			{ of: HTTP, against: BARE, quantity: 'ms', reads: 'the time of a bare HTTP client' },
		],
		plotted: 'cpu',
		notes: [
			`The CPU time is that of all of n8n’s processes during the execution, less what the same workflow takes without the node (${(measured[NOTHING].cpu.median / ITEMS).toFixed(2)} ms per item: making the rows, starting, saving).`,
		],
	};
}

function perItemFigures(measured: Results): Results {
	const base = measured[NOTHING].cpu.median;
	const perItem = (value: number) => (value - base) / ITEMS;
	return Object.fromEntries(
		Object.entries(measured)
			.filter(([name]) => name !== NOTHING)
			.map(([name, { ms, cpu }]) => [
				name,
				{
					ms,
					...(cpu && {
						cpu: {
							...cpu,
							median: perItem(cpu.median),
							min: perItem(cpu.min),
							max: perItem(cpu.max),
						},
					}),
				},
			]),
	);
}
