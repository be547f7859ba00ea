import type { JsonRecord } from '../../tools/json';
import { afterRows, declaredFields, httpRequest, samora } from '../contenders';
import { interleaved, type Results } from '../measure';
import type { WorkReport } from '../report';
import type { Stage } from '../stage';
import { oneCall } from './drafts';

const ITEMS = 1000;

const SAMORA = 'Samora';
const HTTP = 'HTTP Request';
const DECLARED = 'the same fields alone';
const NOTHING = 'no such node';

/** What n8n's code and a profile show. */
const FOUND =
	'Most of an item’s cost is the time that n8n takes to evaluate its expressions. n8n 2.41 evaluates them in an isolate. Its declarative engine evaluates every field twice: once for the request, and once to check whether the field changes the base URL. It evaluates each row of a collection such as Metadata Fields four times. So a call with two metadata rows takes ten evaluations, one with Metadata JSON takes four, and an HTTP Request node takes one for its whole body. A node can’t change that: “the same fields alone” is a node that declares the fields of the Samora node and does nothing but send the request. The Samora node checks all items before the first call. It reads expressions that only name fields of the item by itself, such as {{ $json.phone }} or { plan: $json.plan }, so the check costs no evaluation.';

/** Places a call, or gets a call's details, for each of a thousand items. */
export async function items(stage: Stage, rounds: number, say: (line: string) => void) {
	const first = await triggering(stage, rounds, say, 'json');
	return [
		{ ...first, notes: [FOUND, ...(first.notes ?? [])] },
		await triggering(stage, rounds, say, 'keyValue'),
		await triggering(stage, rounds, say),
		await getting(stage, rounds, say),
	];
}

/** The item's fields that become metadata. */
const FIELDS = ['first_name', 'company'];
const KNOWN = `{ ${FIELDS.map((field) => `${field}: $json.${field}`).join(', ')} }`;

/** The two ways to enter the metadata, and what they may cost beside an HTTP Request node. */
const METADATA = {
	json: {
		title: `, with ${FIELDS.length} metadata fields as JSON`,
		parameters: { metadataMode: 'json', metadataJson: `={{ ${KNOWN} }}` },
		atMost: 0.95,
	},
	keyValue: {
		title: `, with ${FIELDS.length} metadata fields row by row`,
		parameters: {
			metadataMode: 'keyValue',
			metadata: {
				values: FIELDS.map((field) => ({ key: field, value: `={{ $json.${field} }}` })),
			},
		},
		atMost: 1.3,
	},
	none: { title: '', parameters: { metadataMode: 'keyValue', metadata: {} }, atMost: 1 },
};

async function triggering(
	stage: Stage,
	rounds: number,
	say: (line: string) => void,
	mode: keyof typeof METADATA = 'none',
) {
	const { agentId, sandbox } = stage;
	const { title, parameters, atMost } = METADATA[mode];
	const hasMetadata = mode !== 'none';
	const body = `={{ JSON.stringify({ agent_id: '${agentId}', to_number: $json.phone${hasMetadata ? `, metadata: ${KNOWN}` : ''} }) }}`;
	return await perItem(
		stage,
		{
			title: `Call: Trigger${title}`,
			what: `${ITEMS} items with one call each. The API responds immediately.`,
			parameters: {
				resource: 'call',
				operation: 'trigger',
				agentId,
				toNumber: '={{ $json.phone }}',
				...parameters,
				options: {},
			},
			atMost,
			theirs: httpRequest(stage, { method: 'POST', path: '/v1/call/trigger', body }),
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
			parameters: { resource: 'call', operation: 'get', callId: '={{ $json.call_id }}' },
			atMost: 1,
			theirs: httpRequest(stage, { method: 'GET', path: '=/v1/call/{{ $json.call_id }}' }),
			before: async () => {},
		},
		rounds,
		say,
	);
}

interface PerItem {
	title: string;
	what: string;
	/** Of the Samora node. */
	parameters: JsonRecord;
	/** The share of the HTTP Request node's CPU that it aims at. */
	atMost: number;
	theirs: ReturnType<typeof httpRequest>;
	/** Additional fields of the rows. */
	more?: Record<string, string>;
	before: () => Promise<void>;
}

async function perItem(
	stage: Stage,
	{ title, what, parameters, atMost, theirs, more, before }: PerItem,
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
			workflow(SAMORA, [samora(stage, parameters)]),
			workflow(DECLARED, [declaredFields(stage, parameters)]),
			workflow(HTTP, [theirs]),
			workflow(NOTHING, []),
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
				aim: { atMost },
			},
			{
				of: SAMORA,
				against: DECLARED,
				quantity: 'cpu',
				reads: 'the CPU of a node that only declares the same fields',
			},
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
