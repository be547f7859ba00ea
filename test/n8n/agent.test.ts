import { Samora } from '../../nodes/Samora/Samora.node';
import type { FaultKind } from '../../sandbox';
import type { CredentialReference, Execution } from '../../tools/n8n/client/client';
import { isRecord, parseJson, type JsonRecord } from '../../tools/json';
import { waitFor } from '../../tools/waiting';
import { operationsIn } from '../support/descriptions';
import { agentWorkflow, filledInByModel, operationTool, type Tool } from './support/agents';
import {
	FIRST_INSTALL_MS,
	installedN8n,
	VERSIONS,
	type InstalledN8n,
} from './support/installedN8n';
import { answerByMail, startMailbox, type Mailbox } from './support/mailbox';
import { startModel, type ModelStandIn, type OfferedTool } from './support/modelStandIn';
import { START } from './support/workflows';

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

	/** A campaign that somebody made before. */
	async function draft(): Promise<{ campaign_id: string }> {
		const response = await fetch(`${here.sandbox.url}/v1/external/campaigns/${here.agentId}`, {
			method: 'POST',
			headers: { 'x-api-key': here.sandbox.apiKey, 'content-type': 'application/json' },
			body: JSON.stringify({ name: 'Spring' }),
		});
		return ((await response.json()) as { data: { campaign_id: string } }).data;
	}

	const inCampaign = (value: string) => ({ campaignId: { __rl: true, mode: 'id', value } });

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

		it('puts nobody into campaigns twice when the model asks again, or says why it cannot', async () => {
			const { campaign_id } = await draft();
			const again = { call: 'campaign_addRecipients', with: { To_Number: NUMBER } };
			thinkInTurn([again, again]);
			const settings = { onError: 'continueRegularOutput' };
			await run(agent, [
				{ ...tool('campaign', 'addRecipients', inCampaign(campaign_id)), settings },
			]);
			const recipients = await called();
			if (agent >= 3) {
				expect(recipients).toEqual([NUMBER]);
				expect(told()[1]).toContain(
					`${NUMBER} was already added to campaign ${campaign_id} in this execution`,
				);
			} else {
				expect(recipients).toEqual([]);
				const why = expect.stringContaining('need the AI Agent in version 3 or newer');
				expect(told()).toEqual([why, why]);
			}
		});

		it('can do every operation by what its model reads of it', async () => {
			const learned: Record<string, unknown> = {};
			const tools = inOrder(operationsIn(samora))
				.filter((operation) => agent >= 3 || !isCustom(operation))
				.map(({ resource, value }) => tool(resource, value, MORE[`${resource} ${value}`]));
			const results = new Map<string, string>();
			const names = tools.map(({ name }) => name.replaceAll(' ', '_'));
			model.think = ({ messages, tools: offered }) => {
				const answers = messages.filter(({ role }) => role === 'tool');
				const latest = answers.at(-1)?.content;
				if (latest !== undefined) {
					results.set(names[answers.length - 1], String(latest));
					learn(String(latest), learned);
				}
				const next = names[answers.length];
				const schema = offered.find(({ name }) => name === next);
				return schema ? { call: next, with: fill(schema, learned) } : { say: 'Done.' };
			};
			expect(await run(agent, tools)).toMatchObject({ status: 'success', errorMessage: undefined });

			const offered = model.requests[0].tools;
			expect(offered.map(({ name }) => name).sort()).toEqual([...names].sort());
			expect(new Set(offered.map(({ description }) => description)).size).toBe(names.length);
			for (const { description, parameters } of offered) {
				expect(description).toMatch(/^[A-Z].* in Samora$/);
				expect(parameters).toMatchObject({ type: 'object', additionalProperties: false });
			}
			const refused = [...results].filter(([, said]) => /"error"|^Error/.test(said));
			expect(refused).toEqual([]);
			expect([...results.keys()]).toEqual(names);
		}, 180_000);
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

/** Of all items together. The AI Agent before version 3 runs tools by their routes, and those refuse. */
function isCustom({ resource, value }: { resource: string; value: string }): boolean {
	const custom: Record<string, Record<string, unknown> | undefined> = new Samora().customOperations;
	return value in (custom[resource] ?? {});
}

/** Left to the model beside what is required. */
const MORE: Record<string, JsonRecord> = {
	'campaign update': {
		updateFields: { name: filledInByModel({ displayName: 'New Name', type: 'string' }) },
	},
	'webhook update': {
		updateFields: { isActive: filledInByModel({ displayName: 'Active', type: 'boolean' }) },
	},
};

/** What an id in an answer is called where the model fills it in. */
const IDS: Record<string, string> = { call_id: 'Call_ID', campaign_id: 'Campaign' };

const FIRST = [
	'call trigger',
	'call triggerAndWait',
	'campaign create',
	'campaign addRecipients',
	'campaign start',
	'campaign stop',
	'webhook create',
];
const LAST = ['campaign cancel', 'webhook delete'];

/** Things are made before they are used. */
function inOrder<Operation extends { resource: string; value: string }>(
	operations: Operation[],
): Operation[] {
	const place = ({ resource, value }: Operation) => {
		const name = `${resource} ${value}`;
		const first = FIRST.indexOf(name);
		return first >= 0 ? first : FIRST.length + 1 + LAST.indexOf(name);
	};
	return [...operations].sort((one, other) => place(one) - place(other));
}

/** Remembers the ids in a tool's answer. */
function learn(answer: string, learned: Record<string, unknown>): void {
	let parsed: unknown;
	try {
		parsed = parseJson(answer);
	} catch {
		return;
	}
	const [first] = Array.isArray(parsed) ? parsed.filter(isRecord) : [];
	if (!first) return;
	for (const [key, name] of Object.entries(IDS)) if (key in first) learned[name] ??= first[key];
	if ('secret' in first) learned.Webhook = first.id;
}

let filled = 0;

/** What a model would fill in, knowing nothing but the schema and what it has learned. */
function fill({ parameters }: OfferedTool, learned: Record<string, unknown>): JsonRecord {
	const values: Record<string, unknown> = {
		To_Number: `+1415555${3000 + filled++}`,
		Name: 'Spring',
		New_Name: 'Summer',
		URL: 'https://example.com/events',
		Events: 'CALL_FINISHED, CALL_FAILED',
		Active: false,
		...learned,
	};
	const properties = isRecord(parameters.properties) ? parameters.properties : {};
	return Object.fromEntries(
		Object.keys(properties).map((name) => [name, values[name] ?? `(no ${name} known)`]),
	);
}
