import { bareMs, type BareRequest } from '../bareClient';
import { afterRows, httpRequest, rowOf, samora } from '../contenders';
import { interleaved, type Results } from '../measure';
import type { WorkReport } from '../report';
import type { Stage } from '../stage';
import { oneCall } from './drafts';

const ITEMS = 1000;
/** The node's default, and what the bare client gets too. */
const CONCURRENCY = 5;

const SAMORA = 'Samora';
const HTTP = 'HTTP Request';
const NOTHING = 'no such node';
const BARE = 'bare HTTP client';

/** What the profile shows of all of them. */
const FOUND =
	'An item costs what n8n takes to evaluate its expressions, above all. n8n 2.41 evaluates them in an isolate of their own, and its declarative engine does so twice for every field (once for the request, once to see whether a field may move the base URL), and four times for a field within a collection such as Metadata; an HTTP Request node evaluates its body once. That is n8n’s own cost. Metadata as JSON, one expression for all fields as in the body of an HTTP Request, takes a quarter of what two fields one by one take. The package reads plain fields such as {{ $json.phone }} itself when it looks at all items before the first call, has one field for all operations that call a number, and keeps the base URL out of the expressions.';

/** A call, and the details of one, for each of a thousand items. */
export async function items(stage: Stage, rounds: number, say: (line: string) => void) {
	const first = await triggering(stage, rounds, say);
	return [
		{ ...first, notes: [FOUND, ...(first.notes ?? [])] },
		await triggering(stage, rounds, say, 'json'),
		await triggering(stage, rounds, say, 'keyValue'),
		await getting(stage, rounds, say),
	];
}

/** What the agent is to know of each person: fields of the item, by their names. */
const FIELDS = ['first_name', 'company'];
const KNOWN = `{ ${FIELDS.map((field) => `${field}: $json.${field}`).join(', ')} }`;

/** How the metadata are given, and what that is called. */
const METADATA = {
	json: {
		title: `, with ${FIELDS.length} fields of metadata in one expression`,
		parameters: { metadataMode: 'json', metadataJson: `={{ ${KNOWN} }}` },
	},
	keyValue: {
		title: `, with ${FIELDS.length} fields of metadata one by one`,
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
			what: `${ITEMS} items, one call each, answered at once.`,
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
			what: `${ITEMS} items, the details of a call each, answered at once.`,
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
	/** What the rows have besides what all rows have. */
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
