import { Samora } from '../../nodes/Samora/Samora.node';
import type { FaultKind } from '../../sandbox';
import type { CredentialReference, Execution } from '../../tools/n8n/client';
import type { JsonRecord } from '../../tools/n8n/json';
import { waitFor } from '../../tools/n8n/waiting';
import { agentWorkflow, operationTool, type Tool } from './agents';
import { FIRST_INSTALL_MS, installedN8n, VERSIONS, type InstalledN8n } from './installedN8n';
import { answerByMail, startMailbox, type Mailbox } from './mailbox';
import { startModel, type ModelStandIn } from './modelStandIn';
import { START } from './workflows';

const samora = new Samora().description;
const NUMBER = '+14155550100';
const CALL_TOOL = 'call_trigger';

/** Versions of n8n's AI Agent: the first runs its tools itself, the second has n8n run them. */
const AGENTS = [2.2, 3];

describe.each(VERSIONS)('an AI agent in n8n %s', (version) => {
	let here: InstalledN8n;
	let model: ModelStandIn;
	let mailbox: Mailbox;
	let credentials: { model: CredentialReference; samora: CredentialReference };
	let smtp: CredentialReference;

	beforeAll(async () => {
		here = await installedN8n(version);
		[model, mailbox] = await Promise.all([startModel(), startMailbox()]);
		credentials = {
			samora: here.credential,
			model: await here.client.createCredential({
				name: 'Model',
				type: 'openAiApi',
				data: model.credential,
			}),
		};
		smtp = await here.client.createCredential({
			name: 'Mailbox',
			type: 'smtp',
			data: mailbox.credential,
		});
	}, FIRST_INSTALL_MS);

	afterAll(async () => {
		await Promise.all([model?.stop(), mailbox?.stop()]);
		await here?.stop();
	});

	beforeEach(async () => {
		await here.sandbox.control.reset();
		model.requests.length = 0;
		mailbox.mails.length = 0;
	});

	const tool = (resource: string, operation: string, given: JsonRecord = {}): Tool =>
		operationTool(samora, resource, operation, {
			...('agentId' in given ? {} : { agentId: here.agentId }),
			...given,
		});

	async function start(agent: number, tools: Tool[]): Promise<string> {
		const workflow = agentWorkflow({ agent, ...credentials }, tools);
		return await here.client.run(await here.client.createWorkflow(workflow), START);
	}

	const run = async (agent: number, tools: Tool[]): Promise<Execution> =>
		await here.client.finished(await start(agent, tools), 120_000);

	/** The model calls these tools in turn, and is done. */
	function thinkInTurn(turns: Array<{ call: string; with: JsonRecord }>): void {
		model.think = ({ messages }) =>
			turns[messages.filter(({ role }) => role === 'tool').length] ?? { say: 'Done.' };
	}

	/** What the model was told by its tools. */
	const told = () =>
		(model.requests.at(-1)?.messages ?? [])
			.filter(({ role }) => role === 'tool')
			.map(({ content }) => String(content));

	const called = async () => (await here.sandbox.control.calls()).map(({ to_number }) => to_number);

	describe.each(AGENTS)('of version %s', (agent) => {
		it('calls someone, and its model gets the call_id', async () => {
			thinkInTurn([{ call: CALL_TOOL, with: { To_Number: NUMBER } }]);
			expect(await run(agent, [tool('call', 'trigger')])).toMatchObject({
				status: 'success',
				errorMessage: undefined,
			});
			const [call, ...others] = await here.sandbox.control.calls();
			expect(call).toMatchObject({ to_number: NUMBER });
			expect(others).toEqual([]);
			expect(told()).toEqual([expect.stringContaining(call.id)]);
		});

		it('calls nobody twice when the model asks again', async () => {
			const again = { call: CALL_TOOL, with: { To_Number: NUMBER } };
			thinkInTurn([again, again, { call: CALL_TOOL, with: { To_Number: '+14155550101' } }]);
			await run(agent, [tool('call', 'trigger')]);
			expect(await called()).toEqual([NUMBER, '+14155550101']);
			const [call] = await here.sandbox.control.calls();
			expect(told()[1]).toContain(`${NUMBER} was called already in this execution`);
			expect(told()[1]).toContain(call.id);
		});

		it.each<FaultKind>(['reset-after', '500-after', 'malformed'])(
			'calls nobody twice on %s, neither by Retry On Fail nor when the model asks again',
			async (kind) => {
				const again = { call: CALL_TOOL, with: { To_Number: NUMBER } };
				thinkInTurn([again, again]);
				for (const settings of [
					{ retryOnFail: true, maxTries: 3, waitBetweenTries: 10 },
					{ onError: 'continueRegularOutput' },
				]) {
					await here.sandbox.control.reset();
					await here.sandbox.control.addFault({ kind, operationId: 'triggerCall', times: null });
					await run(agent, [{ ...tool('call', 'trigger'), settings }]);
					expect(await called()).toEqual([NUMBER]);
				}
				// The AI Agent before version 3 keeps from its model why a tool stopped, so it must go on.
				const why = expect.stringContaining(`It is not known whether ${NUMBER} is being called`);
				expect(told()).toEqual([why, why]);
			},
		);
	});

	const hasReview = !version.startsWith('1.');

	if (hasReview) {
		describe('whose calls a person approves', () => {
			const reviewed = (): Tool => ({
				...tool('call', 'trigger'),
				review: {
					type: 'n8n-nodes-base.emailSendHitlTool',
					typeVersion: 2.1,
					credential: smtp,
					parameters: {
						fromEmail: 'n8n@example.com',
						toEmail: 'boss@example.com',
						subject: 'May the agent call?',
						message: '=Tool: {{ $tool.name }}, input: {{ JSON.stringify($tool.parameters) }}',
						approvalOptions: { values: { approvalType: 'double' } },
						options: {},
					},
				},
			});

			async function answer(approved: boolean): Promise<Execution> {
				thinkInTurn([
					{
						call: CALL_TOOL,
						with: { toolParameters: { To_Number: NUMBER }, hitlParameters: {} },
					},
				]);
				const id = await start(3, [reviewed()]);
				const mail = await waitFor(async () => mailbox.mails[0], {
					what: 'The message that asks for approval',
				});
				await waitFor(async () => (await here.client.execution(id)).status === 'waiting', {
					what: 'The wait for the answer',
				});
				expect(mail).toMatchObject({ to: 'boss@example.com', subject: 'May the agent call?' });
				expect(mail.text).toContain(NUMBER);
				expect(await called()).toEqual([]);
				await answerByMail(mail, approved);
				return await here.client.finished(id);
			}

			it('calls once after approval, and not before', async () => {
				expect(await answer(true)).toMatchObject({ status: 'success', errorMessage: undefined });
				expect(await called()).toEqual([NUMBER]);
				const [call] = await here.sandbox.control.calls();
				expect(told()).toEqual([expect.stringContaining(call.id)]);
			});

			it('calls nobody after rejection', async () => {
				expect(await answer(false)).toMatchObject({ status: 'success', errorMessage: undefined });
				expect(await called()).toEqual([]);
			});
		});
	} else {
		it('has no human review for tools yet', async () => {
			const types = await here.client.nodeTypes('');
			expect(types.filter(({ name }) => String(name).endsWith('HitlTool'))).toEqual([]);
		});
	}
});
