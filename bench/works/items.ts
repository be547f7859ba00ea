import { bareMs, type BareRequest } from '../bareClient';
import { afterRows, httpRequest, rowOf, samora } from '../contenders';
import { interleaved, type Results } from '../measure';
import type { WorkReport } from '../report';
import type { Stage } from '../stage';
import { oneCall } from './drafts';

const ITEMS = 1000;
/** The node's default. The bare client uses the same. */
const CONCURRENCY = 5;

const SAMORA = 'Samora';
const HTTP = 'HTTP Request';
const NOTHING = 'no such node';
const BARE = 'bare HTTP client';

/** What the profile shows for all of them. */
const FOUND =
	'Most of an item’s cost is the time that n8n takes to evaluate its expressions. n8n 2.41 evaluates expressions in an isolate. Its declarative engine evaluates every field twice (once for the request, and once to check whether the field changes the base URL), and a field in a collection such as Metadata four times. An HTTP Request node evaluates its body once. A node can’t change that. Metadata as JSON needs one expression for all fields, like the body of an HTTP Request, and takes a quarter of the evaluations that two separate fields take. To save evaluations, the package reads simple fields such as {{ $json.phone }} itself when it checks all items before the first call, uses one field for all operations that call a number, and keeps the base URL out of the expressions.';

/** Places a call, or gets a call's details, for each of a thousand items. */
export async function items(stage: Stage, rounds: number, say: (line: string) => void) {
	const first = await triggering(stage, rounds, say);
	return [
		{ ...first, notes: [FOUND, ...(first.notes ?? [])] },
		await triggering(stage, rounds, say, 'json'),
		await triggering(stage, rounds, say, 'keyValue'),
		await getting(stage, rounds, say),
	];
}

/** The item's fields that become metadata. */
const FIELDS = ['first_name', 'company'];
const KNOWN = `{ ${FIELDS.map((field) => `${field}: $json.${field}`).join(', ')} }`;

/** The two ways to enter the metadata. */
const METADATA = {
	json: {
		title: `, with ${FIELDS.length} metadata fields in one expression`,
		parameters: { metadataMode: 'json', metadataJson: `={{ ${KNOWN} }}` },
	},
	keyValue: {
		title: `, with ${FIELDS.length} separate metadata fields`,
		parameters: {
			metadataMode: 'keyValue',
			metadata: {
				values: FIELDS.map((field) => ({ key: field, value: `={{ $json.${field} }}` })),
			},
		},
	},
};

async function triggering(
	stage: Stage,
	rounds: number,
	say: (line: string) => void,
	mode?: keyof typeof METADATA,
) {
	const { agentId, sandbox } = stage;
	const { title, parameters } = mode
		? METADATA[mode]
		: { title: '', parameters: { metadataMode: 'keyValue', metadata: {} } };
	const body = `={{ JSON.stringify({ agent_id: '${agentId}', to_number: $json.phone${mode ? `, metadata: ${KNOWN}` : ''} }) }}`;
	const bare = Array.from({ length: ITEMS }, (_, n): BareRequest => {
		const row: Record<string, unknown> = rowOf(n);
		const metadata = Object.fromEntries(FIELDS.map((field) => [field, row[field]]));
		return {
			method: 'POST',
			path: '/v1/call/trigger',
			body: JSON.stringify({
				agent_id: agentId,
				to_number: row.phone,
				...(mode && { metadata }),
			}),
		};
	});
	return await perItem(
		stage,
		{
			title: `Call: Trigger${title}`,
			what: `${ITEMS} items with one call each. The API responds immediately.`,
			ours: samora(stage, {
				resource: 'call',
				operation: 'trigger',
				agentId,
				toNumber: '={{ $json.phone }}',
				...parameters,
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
	const { sandbox } = stage;
	await sandbox.control.reset();
	await sandbox.control.setSpeed(0);
	const callId = await oneCall(stage);
	return await perItem(
		stage,
		{
			title: 'Call: Get',
			what: `${ITEMS} items, each of which gets the details of a call. The API responds immediately.`,
			more: { call_id: callId },
			ours: samora(stage, { resource: 'call', operation: 'get', callId: '={{ $json.call_id }}' }),
			theirs: httpRequest(stage, { method: 'GET', path: '=/v1/call/{{ $json.call_id }}' }),
			bare: Array.from({ length: ITEMS }, () => ({ method: 'GET', path: `/v1/call/${callId}` })),
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
	/** Additional fields of the rows. */
	more?: Record<string, string>;
	before: () => Promise<void>;
}

async function perItem(
	stage: Stage,
	{ title, what, ours, theirs, bare, more, before }: PerItem,
	rounds: number,
	say: (line: string) => void,
): Promise<WorkReport> {
	const workflow = (name: string, nodes: Parameters<typeof afterRows>[2]) => ({
		name,
		run: async () => {
			await before();
			return await stage.run(afterRows(`${title} by ${name}`, ITEMS, nodes, more));
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
			`The CPU time covers all n8n processes during the execution, minus what the same workflow takes without the node (${(measured[NOTHING].cpu.median / ITEMS).toFixed(2)} ms per item for creating the rows, starting and saving).`,
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
