import { node } from '../../tools/n8n/client/chain';
import { afterRows, httpRequest, samora } from '../contenders';
import { interleaved } from '../measure';
import type { WorkReport } from '../report';
import type { Stage } from '../stage';
import { addAll, draft } from './drafts';

const CALLS = 10_000;
const PAGE = 100;
const MS_PER_PAGE = 50;

const SAMORA = 'Samora';
const HTTP = 'HTTP Request with pagination';

/** Reads all calls of a campaign from a slow API. */
export async function lists(
	stage: Stage,
	rounds: number,
	say: (line: string) => void,
): Promise<WorkReport[]> {
	const { sandbox, agentId } = stage;
	await sandbox.control.reset();
	const campaignId = await draft(stage);
	await addAll(stage, campaignId, CALLS);
	await sandbox.control.addFault({
		kind: 'slow',
		operationId: 'listCampaignCalls',
		ms: MS_PER_PAGE,
		times: null,
	});
	const path = `/v1/external/campaigns/${agentId}/${campaignId}/calls`;

	const results = await interleaved(
		[
			{
				name: SAMORA,
				run: async () =>
					await stage.run(
						afterRows(SAMORA, 1, [
							samora(stage, {
								resource: 'campaign',
								operation: 'getCalls',
								agentId,
								campaignId: { __rl: true, mode: 'id', value: campaignId },
								returnAll: true,
								filters: {},
								sort: {},
							}),
						]),
					),
			},
			{
				name: HTTP,
				run: async () =>
					await stage.run(
						afterRows(HTTP, 1, [
							httpRequest(stage, {
								method: 'GET',
								path,
								query: { page_size: String(PAGE) },
								options: {
									pagination: {
										pagination: {
											paginationMode: 'updateAParameterInEachRequest',
											parameters: {
												parameters: [{ type: 'qs', name: 'page', value: '={{ $pageCount + 1 }}' }],
											},
											paginationCompleteWhen: 'other',
											completeExpression:
												'={{ $response.body.data.page * $response.body.data.page_size >= $response.body.data.total }}',
										},
									},
								},
							}),
							node('Split Out', 'n8n-nodes-base.splitOut', {
								fieldToSplitOut: 'data.calls',
								options: {},
							}),
						]),
					),
			},
		],
		{ rounds, say },
	);
	await sandbox.control.clearFaults();
	return [
		{
			title: 'Campaign: Get Calls, Return All',
			what: `${CALLS.toLocaleString('en')} calls of a campaign, in pages of ${PAGE}. Each page takes ${MS_PER_PAGE} ms.`,
			results,
			units: { ms: 'ms', cpu: 'ms CPU of n8n', memory: 'MiB at the peak' },
			comparisons: [
				{
					of: SAMORA,
					against: HTTP,
					quantity: 'ms',
					reads: 'as fast as HTTP Request with pagination and Split Out',
					inverted: true,
					aim: { atLeast: 4 },
				},
			],
			plotted: 'ms',
		},
	];
}
