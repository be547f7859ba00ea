import type { FaultKind } from '../../../sandbox';
import { parametersOf } from '../../support/operations';
import { SandboxRuns, stopOf } from '../../support/sandboxRuns';
import { settle, type World } from '../../support/world';

/** Stop and Cancel end the calling, so they are sent until they get through. */

const samora = new SandboxRuns();
let world: World;

beforeEach(async () => {
	world = await settle(samora.sandbox);
	await samora.control.setCampaignStatus(world.campaigns[0], 'IN_PROGRESS');
});

const statusNow = async () =>
	(await samora.control.campaigns()).find(({ id }) => id === world.campaigns[0])?.status;

const tries = async (operationId: string) => (await samora.control.journal({ operationId })).length;

describe.each([
	['stopCampaign', 'PAUSED', 'stopped'],
	['cancelCampaign', 'CANCELLED', 'canceled'],
] as const)('%s', (id, ended, word) => {
	const run = async (settings = {}) => await samora.run(parametersOf(id, world), [{}], settings);

	it.each<FaultKind>(['503', 'reset-before', 'html', '500-after', 'reset-after', 'malformed'])(
		'is sent again after a fault, whether Samora did it the first time or not (%s)',
		async (kind) => {
			await samora.control.addFault({ kind, operationId: id, retryAfter: 0 });
			const { error, output } = await run();
			expect(error).toBeUndefined();
			expect(output.map(({ json }) => json.status)).toEqual([ended]);
			expect(await statusNow()).toBe(ended);
			expect(await tries(id)).toBe(2);
		},
	);

	it.each<FaultKind>(['503', '500-after'])(
		'that gets through at last only by Retry On Fail ends the calling (%s)',
		async (kind) => {
			await samora.control.addFault({ kind, operationId: id, retryAfter: 0, times: 4 });
			await run({ retryOnFail: true, maxTries: 2, waitBetweenTries: 1 });
			expect(await statusNow()).toBe(ended);
			expect(await tries(id)).toBe(5);
		},
		30_000,
	);

	it('that never gets through says so, and that it can be run again', async () => {
		await samora.control.addFault({ kind: '503', operationId: id, retryAfter: 0, times: null });
		const { message, description } = stopOf(await run());
		expect(message).toMatch(`It is not known whether the campaign was ${word}: `);
		expect(description).toContain('Run the node again');
		expect(await tries(id)).toBe(4);
		await samora.control.clearFaults();
		expect((await run()).error).toBeUndefined();
		expect(await statusNow()).toBe(ended);
	});

	it('of a campaign that had another end meanwhile is refused', async () => {
		await samora.control.addFault({ kind: '503', operationId: id, retryAfter: 0 });
		await samora.control.setCampaignStatus(world.campaigns[0], 'FINISHED');
		expect(stopOf(await run()).message).toContain('The campaign is FINISHED');
	});
});
