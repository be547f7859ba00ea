import { parametersOf, type AnyOperationId } from '../support/operations';
import { SandboxRuns, stopOf } from '../support/sandboxRuns';
import { settle, type World } from '../support/world';

const samora = new SandboxRuns();
let world: World;

beforeEach(async () => (world = await settle(samora.sandbox)));

const IDS: AnyOperationId[] = [
	'triggerCall',
	'triggerAndWait',
	'getCall',
	'addCampaignRecipients',
	'launch',
	'startCampaign',
];

/** As when nobody has chosen a credential, or when it was deleted since. */
const WITHOUT = { credentials: {} };

it.each(IDS)('%s stops before it sends anything, and says what is missing', async (id) => {
	const outcome = await samora.run(parametersOf(id, world), [{}, {}], WITHOUT);
	const { message, description } = stopOf(outcome);
	expect(message).toMatch(/credential/i);
	expect(`${message} ${description}`).not.toMatch(/not known|may be ringing|didn't answer/);
	expect(await samora.sent()).toEqual([]);
});
