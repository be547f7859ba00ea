import { node } from '../../tools/n8n/client/chain';
import type { NewWorkflow } from '../../tools/n8n/client/client';
import { afterRows, httpRequest, samora } from '../contenders';
import { interleaved } from '../measure';
import type { WorkReport } from '../report';
import { START, type Stage } from '../stage';

const CALLS = 100;
/** How long each call lasts in real seconds. The sandbox's slow magic number takes 67 virtual seconds. */
const SECONDS = 30;
const VIRTUAL_SECONDS = 67;
/** How often the loops check. */
const SOON_SECONDS = 5;
const AT_ONCE_SECONDS = 2;

const SAMORA = 'Samora: Trigger and Wait';
const loopName = (seconds: number) => `Wait and HTTP Request in a loop of ${seconds} s`;
const LOOP = loopName(SOON_SECONDS);
const QUICK_LOOP = loopName(AT_ONCE_SECONDS);

/** Different magic numbers that take a minute to pick up. */
const PHONE = "'+91' + (900 + n) + '5550105'";

/** Places a hundred calls and waits for their outcomes. */
export async function waiting(
	stage: Stage,
	rounds: number,
	say: (line: string) => void,
): Promise<WorkReport[]> {
	const { sandbox, agentId } = stage;
	const requests = async (workflow: NewWorkflow) => {
		await sandbox.control.reset();
		await sandbox.control.setSpeed(VIRTUAL_SECONDS / SECONDS);
		const saved = await stage.client.createWorkflow(workflow);
		const run = await stage.client.finished(await stage.client.run(saved, START), 10 * 60_000);
		if (run.status !== 'success') throw new Error(`${workflow.name}: ${run.errorMessage}`);
		const journal = await sandbox.control.journal({ bodies: false });
		const placed = journal.filter(({ operationId }) => operationId === 'triggerCall').length;
		if (placed !== CALLS) throw new Error(`${workflow.name} placed ${placed} calls`);
		const polls = journal.filter(({ operationId }) => operationId === 'getCall').length;
		return { requests: polls, kB: JSON.stringify(run.data).length / 1000 };
	};

	const results = await interleaved(
		[
			{
				name: SAMORA,
				run: async () =>
					await requests(
						rows([
							samora(stage, {
								resource: 'call',
								operation: 'triggerAndWait',
								agentId,
								toNumber: '={{ $json.phone }}',
								wait: {},
								options: {},
							}),
						]),
					),
			},
			...[SOON_SECONDS, AT_ONCE_SECONDS].map((seconds) => ({
				name: loopName(seconds),
				run: async () => await requests(loop(stage, seconds)),
			})),
		],
		{ rounds: Math.min(rounds, 2), warmUp: false, say },
	);
	return [
		{
			title: 'Waiting for calls',
			what: `${CALLS} calls of ${SECONDS} s each, until all have ended. The loops check each ongoing call every ${SOON_SECONDS} or ${AT_ONCE_SECONDS} s. The Samora node checks 15, 35, 65 … s after a call was placed.`,
			results,
			units: { requests: 'requests for statuses', kB: 'kB of execution data' },
			comparisons: [
				{
					of: SAMORA,
					against: LOOP,
					quantity: 'requests',
					reads: `the requests of a ${SOON_SECONDS} s loop`,
					aim: { atMost: 1 / 3 },
				},
				{
					of: SAMORA,
					against: QUICK_LOOP,
					quantity: 'requests',
					reads: `the requests of a ${AT_ONCE_SECONDS} s loop`,
				},
				{
					of: SAMORA,
					against: LOOP,
					quantity: 'kB',
					reads: `the execution data of a ${SOON_SECONDS} s loop`,
					aim: { atMost: 1 / 3 },
				},
			],
			plotted: 'requests',
		},
	];
}

function rows(nodes: Parameters<typeof afterRows>[2]): NewWorkflow {
	const workflow = afterRows('Waiting', CALLS, nodes);
	const maker = workflow.nodes.find(({ name }) => name === 'Rows');
	if (maker) {
		maker.parameters = {
			jsCode: `return Array.from({ length: ${CALLS} }, (_, n) => ({ json: { phone: ${PHONE} } }));`,
		};
	}
	return workflow;
}

/** Places the calls, waits, checks the ongoing calls, and repeats that until all have ended. */
function loop(stage: Stage, seconds: number): NewWorkflow {
	const { agentId } = stage;
	const workflow = rows([
		httpRequest(stage, {
			name: 'Call',
			method: 'POST',
			path: '/v1/call/trigger',
			body: `={{ JSON.stringify({ agent_id: '${agentId}', to_number: $json.phone }) }}`,
			options: { batching: { batch: { batchSize: 5, batchInterval: 1 } } },
		}),
		node('Ids', 'n8n-nodes-base.set', {
			assignments: {
				assignments: [{ id: 'a', name: 'call_id', value: '={{ $json.call_id }}', type: 'string' }],
			},
			options: {},
		}),
		{
			...node('Wait', 'n8n-nodes-base.wait', { amount: seconds, unit: 'seconds' }),
			typeVersion: 1.1,
		},
		httpRequest(stage, { name: 'Ask', method: 'GET', path: '=/v1/call/{{ $json.call_id }}' }),
		{
			...node('Ended?', 'n8n-nodes-base.filter', {
				conditions: {
					options: { caseSensitive: true, typeValidation: 'loose', version: 2 },
					combinator: 'and',
					conditions: [
						{
							id: 'c',
							leftValue: '={{ $json.data.ended_at }}',
							rightValue: '',
							operator: { type: 'string', operation: 'empty', singleValue: true },
						},
					],
				},
				options: {},
			}),
			typeVersion: 2.2,
		},
		node('Again', 'n8n-nodes-base.set', {
			assignments: {
				assignments: [
					{
						id: 'b',
						name: 'call_id',
						value: "={{ $('Wait').item.json.call_id }}",
						type: 'string',
					},
				],
			},
			options: {},
		}),
	]);
	workflow.connections.Again = { main: [[{ node: 'Wait', type: 'main', index: 0 }]] };
	return workflow;
}
