import { afterRows, code, httpRequest, samora } from '../contenders';
import { interleaved, type Contender } from '../measure';
import type { WorkReport } from '../report';
import type { Stage } from '../stage';
import { draft } from './drafts';

const PER_REQUEST = 5000;

export const MEMORY_NOTE =
	'The peak covers all n8n processes, which don’t release the memory of earlier runs. So it shows which contender needs more memory, but not how much.';

const SAMORA = 'Samora';
const PER_ROW = 'HTTP Request per row';
const BATCHES = 'Code node that batches, and HTTP Request';

/** What somebody would write who only knows the API’s limit of 5,000. */
export const BATCHING = `const rows = $input.all();
const batches = [];
for (let n = 0; n < rows.length; n += ${PER_REQUEST}) {
	batches.push({ json: { phone_numbers: rows.slice(n, n + ${PER_REQUEST}).map(({ json }) => ({
		to_number: json.phone, call_variables: { first_name: json.first_name, company: json.company, plan: json.plan },
	})) } });
}
return batches;`;

/** Turns rows into recipients of a campaign. */
export async function recipients(
	stage: Stage,
	rounds: number,
	say: (line: string) => void,
): Promise<WorkReport[]> {
	return [
		await rowsIntoACampaign(stage, 10_000, true, rounds, say),
		await rowsIntoACampaign(stage, 100_000, false, Math.min(rounds, 3), say),
	];
}

async function rowsIntoACampaign(
	stage: Stage,
	count: number,
	withPerRow: boolean,
	rounds: number,
	say: (line: string) => void,
): Promise<WorkReport> {
	const title = `Campaign: Add Recipients, ${count.toLocaleString('en')} rows`;
	say(`  ${title}`);
	const contenders: Contender[] = [
		contender(stage, SAMORA, count, (campaignId) => [samoraAdding(stage, campaignId)]),
		contender(stage, BATCHES, count, (campaignId) => [
			code('Batches', BATCHING),
			httpRequest(stage, {
				method: 'POST',
				path: pathOf(stage, campaignId),
				body: '={{ JSON.stringify($json) }}',
			}),
		]),
		...(withPerRow
			? [
					{
						...contender(stage, PER_ROW, count, (campaignId) => [
							httpRequest(stage, {
								method: 'POST',
								path: pathOf(stage, campaignId),
								body: '={{ JSON.stringify({ phone_numbers: [{ to_number: $json.phone, call_variables: { first_name: $json.first_name, company: $json.company, plan: $json.plan } }] }) }}',
								// Otherwise n8n would send all of them at once.
								options: { batching: { batch: { batchSize: 50, batchInterval: 1 } } },
							}),
						]),
						atMost: 2,
					},
				]
			: []),
	];
	const results = await interleaved(contenders, { rounds, say, warmUp: !withPerRow });
	return {
		title,
		what: `${count.toLocaleString('en')} rows with four fields. The number and three variables of each row become a recipient. The Samora node also checks every number against the numbering plans, skips repeated numbers, pairs each scheduled call with its row, and adds nobody twice if it’s retried.`,
		results,
		units: { ms: 'ms', memory: 'MiB at the peak', cpu: 'ms CPU of n8n' },
		notes: [MEMORY_NOTE],
		comparisons: [
			...(withPerRow
				? [
						{
							of: SAMORA,
							against: PER_ROW,
							quantity: 'ms',
							reads: 'as fast as one HTTP Request per row',
							inverted: true,
							aim: { atLeast: 50 },
						},
					]
				: []),
			{
				of: SAMORA,
				against: BATCHES,
				quantity: 'ms',
				reads: 'as fast as a Code node that batches',
				inverted: true,
				aim: { atLeast: 1 },
			},
			{
				of: SAMORA,
				against: BATCHES,
				quantity: 'memory',
				reads: 'the memory of a Code node that batches',
				aim: { atMost: 1 },
			},
		],
		plotted: 'ms',
	};
}

export const pathOf = ({ agentId }: Stage, campaignId: string) =>
	`/v1/external/campaigns/${agentId}/${campaignId}/scheduled-calls`;

/** The Samora node for the same work. */
export const samoraAdding = (stage: Stage, campaignId: string) =>
	samora(stage, {
		resource: 'campaign',
		operation: 'addRecipients',
		agentId: stage.agentId,
		campaignId: { __rl: true, mode: 'id', value: campaignId },
		toNumber: '={{ $json.phone }}',
		variablesMode: 'selectedFields',
		variableFields: 'first_name, company, plan',
		options: {},
	});

/** Resets the sandbox and creates a new campaign for each run. */
export function contender(
	stage: Stage,
	name: string,
	count: number,
	nodes: (campaignId: string) => Parameters<typeof afterRows>[2],
): Contender {
	return {
		name,
		run: async () => {
			await stage.sandbox.control.reset();
			const campaignId = await draft(stage);
			return await stage.run(afterRows(name, count, nodes(campaignId)));
		},
	};
}
