import type { JsonRecord } from '../../tools/json';
import { afterRows, code, httpRequest, samora } from '../contenders';
import { interleaved, type Contender } from '../measure';
import type { WorkReport } from '../report';
import type { Stage } from '../stage';
import { BATCHING, contender, MEMORY_NOTE, pathOf } from './recipients';

const CALLS = [1_000, 10_000, 20_000];
const RECIPIENTS = [1_000, 10_000, 100_000];
const DO_NOT_CALL = 100_000;

/** One number a line, as pasted. Nobody in the rows is on the list: its numbers have another area code. */
const LIST = Array.from({ length: DO_NOT_CALL }, (_, n) => `+1650${2_000_000 + n}`).join('\n');

/** Rules for every row: a long list, and hours by the clock of each number. Open all day, so that the figures don't depend on the time. */
const RULES: JsonRecord = {
	doNotCall: LIST,
	callingHours: {
		values: {
			from: '00:00',
			to: '24:00',
			timezone: 'recipient',
			days: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'],
			outside: 'refuse',
		},
	},
};

const WITH_RULES = `with a Do Not Call list of ${DO_NOT_CALL.toLocaleString('en')} numbers and calling hours by the recipient’s clock`;

/** Measures how time and memory grow with the rows. */
export async function atScale(
	stage: Stage,
	rounds: number,
	say: (line: string) => void,
): Promise<WorkReport[]> {
	return [await growingCalls(stage, rounds, say), await growingCampaigns(stage, rounds, say)];
}

const rowsName = (rows: number) => `Samora, ${rows.toLocaleString('en')} rows`;

async function growingCalls(
	stage: Stage,
	rounds: number,
	say: (line: string) => void,
): Promise<WorkReport> {
	const contenders = CALLS.map((rows) =>
		perRow(rows, {
			name: rowsName(rows),
			run: async () => {
				await stage.sandbox.control.reset();
				await stage.sandbox.control.setSpeed(0);
				const { agentId } = stage;
				return await stage.run(
					afterRows(`Calls for ${rows} rows`, rows, [
						samora(stage, {
							resource: 'call',
							operation: 'trigger',
							agentId,
							toNumber: '={{ $json.phone }}',
							metadataMode: 'json',
							metadataJson: '={{ { first_name: $json.first_name, company: $json.company } }}',
							options: RULES,
						}),
					]),
				);
			},
		}),
	);
	const results = await interleaved(contenders, { rounds, warmUp: false, say });
	return {
		title: 'More calls',
		what: `Call: Trigger for ${listed(CALLS)} rows, ${WITH_RULES}. The API responds immediately.`,
		results,
		units: { ms: 'ms', perRow: 'ms per row', memory: 'MiB at the peak' },
		comparisons: [
			{
				of: rowsName(20_000),
				against: rowsName(10_000),
				quantity: 'ms',
				reads: 'the time for twice the rows',
				aim: { atMost: 2.2 },
			},
		],
		plotted: 'ms',
		growth: growth(CALLS, (rows) => results[rowsName(rows)].ms.median),
		notes: [MEMORY_NOTE],
	};
}

const CODE = 'Code node that batches, and HTTP Request, 100,000 rows';

async function growingCampaigns(
	stage: Stage,
	rounds: number,
	say: (line: string) => void,
): Promise<WorkReport> {
	const { agentId } = stage;
	const contenders = RECIPIENTS.map((rows) =>
		perRow(
			rows,
			contender(stage, rowsName(rows), rows, () => [
				samora(stage, {
					resource: 'campaign',
					operation: 'launch',
					agentId,
					name: 'Bench',
					toNumber: '={{ $json.phone }}',
					variablesMode: 'selectedFields',
					variableFields: 'first_name, company, plan',
					options: { ...RULES, output: 'summary' },
				}),
			]),
		),
	);
	const rows = RECIPIENTS[RECIPIENTS.length - 1];
	const byCode = contender(stage, CODE, rows, (campaignId) => [
		code('Batches', BATCHING),
		httpRequest(stage, {
			method: 'POST',
			path: pathOf(stage, campaignId),
			body: '={{ JSON.stringify($json) }}',
		}),
	]);
	const results = await interleaved([...contenders, perRow(rows, byCode)], {
		rounds,
		warmUp: false,
		say,
	});
	return {
		title: 'More recipients',
		what: `Campaign: Launch with ${listed(RECIPIENTS)} rows, ${WITH_RULES}. The Code node makes no such checks, and starts nothing.`,
		results,
		units: { ms: 'ms', perRow: 'ms per row', memory: 'MiB at the peak' },
		comparisons: [
			{
				of: rowsName(100_000),
				against: rowsName(10_000),
				quantity: 'ms',
				reads: 'the time for ten times the rows',
				aim: { atMost: 11 },
			},
			{
				of: rowsName(100_000),
				against: CODE,
				quantity: 'memory',
				reads: 'the memory of a Code node that batches',
				aim: { atMost: 1.2 },
			},
		],
		plotted: 'ms',
		growth: growth(RECIPIENTS, (rows) => results[rowsName(rows)].ms.median),
		notes: [MEMORY_NOTE],
	};
}

const perRow = (rows: number, { name, run }: Contender): Contender => ({
	name,
	run: async () => {
		const { ms, memory } = await run();
		return { ms, perRow: ms / rows, memory };
	},
});

const growth = (rows: readonly number[], y: (rows: number) => number) => ({
	x: 'rows',
	y: 'ms',
	logarithmic: true,
	points: rows.map((x) => ({ contender: 'Samora', x, y: y(x) })),
});

const listed = (counts: readonly number[]) =>
	counts.map((count) => count.toLocaleString('en')).join(', ');
