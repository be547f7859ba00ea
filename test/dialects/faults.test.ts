import { DIALECT_NAMES, FAULT_KINDS, type DialectName, type FaultKind } from '../../sandbox';
import type { Outcome } from '../support/engine';
import { FULL_MATRIX } from '../support/matrix';
import { Job } from './job';

/** A fault of one request, in every dialect: by nobody's wording is somebody called twice, or a placed call lost. */

/** In full, all of them; else some whose request was carried out. */
const KINDS: readonly FaultKind[] = FULL_MATRIX
	? FAULT_KINDS
	: ['500-after', 'reset-after', 'empty-object', 'fewer-ids'];

const PARAMETERS = { toNumber: '={{ $json.phone }}', requestOptions: { timeout: 800 } };

const spoil = async (job: Job, kind: FaultKind, operationId: string) =>
	await job.control.addFault({
		kind,
		operationId,
		...(kind.startsWith('429') && { retryAfter: 0 }),
		...((kind === 'slow' || kind === 'drip') && { ms: 1 }),
	});

const saidBy = ({ error, output, run }: Outcome) =>
	JSON.stringify([error?.message, output, run.data.executionData?.contextData]);

async function inAll(judge: (job: Job) => Promise<string[]>): Promise<Record<string, string[]>> {
	const judged = DIALECT_NAMES.map(async (dialect): Promise<[DialectName, string[]]> => {
		const job = await Job.open(dialect);
		try {
			return [dialect, await judge(job)];
		} finally {
			await job.close();
		}
	});
	return Object.fromEntries((await Promise.all(judged)).filter(([, wrong]) => wrong.length > 0));
}

const doubled = (numbers: string[]) =>
	numbers.filter((number, n) => numbers.indexOf(number) !== n).map((number) => `${number} twice`);

describe.each(KINDS)('%s of one request', (kind) => {
	it('places no call twice, and loses none', async () => {
		const wrong = await inAll(async (job) => {
			const rows = job.numbers(3).map((phone) => ({ phone }));
			await spoil(job, kind, 'triggerCall');
			const outcome = await job.run(
				{ resource: 'call', operation: 'trigger', ...PARAMETERS },
				rows,
			);
			const calls = await job.control.calls();
			const said = saidBy(outcome);
			const lost = calls.filter(
				(call) =>
					!said.includes(job.told(call)) &&
					!said.includes(`not known whether ${call.to_number} is being called`),
			);
			return [
				...doubled(calls.map(({ to_number }) => to_number)),
				...lost.map(({ to_number }) => `${to_number} lost`),
			];
		});
		expect(wrong).toEqual({});
	}, 60_000);

	it.each(['createCampaign', 'addCampaignRecipients', 'startCampaign'])(
		'(%s) launches no second campaign, and not half of one',
		async (operationId) => {
			const wrong = await inAll(async (job) => {
				const numbers = job.numbers(3);
				await spoil(job, kind, operationId);
				await job.run(
					{
						resource: 'campaign',
						operation: 'launch',
						name: 'Launched',
						variablesMode: 'none',
						...PARAMETERS,
					},
					numbers.map((phone) => ({ phone })),
				);
				const started = (await job.control.campaigns()).filter(({ status }) => status !== 'DRAFT');
				const called = await Promise.all(
					started.map(async ({ id }) => await job.control.calls({ campaign_id: id })),
				);
				const half = called.filter(({ length }) => length !== numbers.length);
				return [
					...doubled(called.flat().map(({ to_number }) => to_number)),
					...half.map(({ length }) => `a campaign of ${length}`),
				];
			});
			expect(wrong).toEqual({});
		},
		60_000,
	);
});
