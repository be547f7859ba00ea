import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { addRows, rowsToSend, type Failure } from './recipients/addingRecipients';
import { keepAgentRecipients } from '../../sending/agentRecipients';
import { agentIdField } from '../../../shared/agentId';
import { refusedByRoute } from '../../sending/allItemsTogether';
import { callSamora, filledPath } from '../../../shared/api/api';
import {
	aboutTransition,
	campaignNow,
	oneCampaignPath,
	perhapsForbidden,
	realCallsNotice,
	type CampaignPath,
} from '../../../shared/campaign';
import type { Operation } from '../../fields/operation';
import type { ReadParameter } from '../../../shared/parameters';
import {
	aboutAnswer,
	aboutFault,
	apiError,
	failedItem,
	operationError,
	type Sentence,
} from '../../../shared/api/problems';
import { recipientFields, recipientOptionsField } from './recipients/recipientFields';
import { RecipientMemory, type Launch } from './recipients/recipientMemory';
import {
	inOrder,
	numbersOf,
	outputOfUnsent,
	planRows,
	summaries,
	type Destination,
	type Group,
	type PlannedRows,
} from './recipients/recipientRows';
import { inRequests } from './recipients/recipients';
import { retryConfigField } from './settings/retryConfig';
import { itemList, listed } from '../../../shared/itemList';
import { forgetSaved, RunMemories, saveMemory } from '../../sending/runMemory';
import { ensureDraft } from './launching/draft';
import { campaignNameField } from './settings/name';
import { newCampaign, type NewCampaign } from './settings/newCampaign';

export const launch: Operation = {
	option: {
		name: 'Launch',
		value: 'launch',
		action: 'Create a campaign and start calling its recipients',
		description:
			'Create a campaign, add a phone number for every input item, and start it: the people are called. If one of the steps does not go through, it stays a draft and nobody is called.',
		routing: refusedByRoute,
	},
	fields: [
		realCallsNotice,
		agentIdField,
		{ ...campaignNameField, required: true },
		retryConfigField,
		...recipientFields,
		recipientOptionsField,
	],
};

type Memory = RecipientMemory<NewCampaign>;
type Campaign = Group<NewCampaign>;

const memories = new RunMemories<Memory>((saved) => RecipientMemory.from(saved));

/** Every campaign is filled before the first is started, so that nobody is called when one of them cannot be. */
export async function launchCampaigns(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const memory = memories.of(this);
	const planned = memory.planned ?? planRows(this, destinations(this));
	const output = outputOfUnsent(this, planned);
	memory.planned = planned;
	refuseSecondLaunch(this, memory, planned);

	const campaigns = planned.groups.filter(({ rows }) => rows.length > 0);
	const failures = new Map<string, Failure>();
	for (const step of [prepare, start]) {
		for (const campaign of campaigns.filter(({ key }) => !failures.has(key))) {
			const failure = await step(this, campaign, memory);
			keepStarted(this, campaign, memory);
			if (!failure) continue;
			const sentence = withProgress(failure.sentence, campaign, memory, campaigns);
			if (!this.continueOnFail()) {
				saveMemory(this, memory);
				throw apiError(this.getNode(), sentence, { httpCode: failure.httpCode });
			}
			failures.set(campaign.key, { ...failure, sentence });
		}
	}
	forgetSaved(this);
	for (const campaign of campaigns) report(campaign, memory, output, failures.get(campaign.key));
	reportEmpty(planned, output);
	if (!planned.summary) return [inOrder(this, output)];
	return [
		summaries(this, planned, output, ({ key, target, rows }) => {
			if (failures.has(key)) return undefined;
			if (rows.length === 0) return { campaign_id: null, message: NOBODY_LEFT };
			const { campaign_id, started } = memory.launchOf(key);
			return { campaign_id, name: target.body.name, status: started?.status ?? null };
		}),
	];
}

/** As long as it is not started it calls nobody, and an agent may launch another one. */
function keepStarted(context: IExecuteFunctions, { key, rows }: Campaign, memory: Memory): void {
	const { campaign_id: id, start_asked: asked } = memory.launchOf(key);
	if (asked) keepAgentRecipients(context, String(id), numbersOf(rows));
}

const NOBODY_LEFT = 'No campaign was created, because there is no recipient left to call';

/** The campaign of each row. */
function destinations(
	context: IExecuteFunctions,
): (read: ReadParameter) => Destination<NewCampaign> {
	const { parameters } = context.getNode();
	const once = new Map<string, unknown>();
	return (read) => {
		const campaign = newCampaign((name) => {
			if (!isSameForAll(parameters[name])) return read(name);
			if (!once.has(name)) once.set(name, read(name));
			return once.get(name);
		});
		const { path, body } = campaign;
		// As it is written, where that counts for all rows: the time in a name is another one in a retry.
		const name = isSameForAll(parameters.name) ? parameters.name : body.name;
		const key = JSON.stringify([path.agent_id.toLowerCase(), name, body.retry_config]);
		return { target: campaign, key };
	};
}

/** Names in expressions that stand for the same thing in every item, or would if time stood still. */
const SAME_FOR_ALL = new Set([
	'$now',
	'$today',
	'$execution',
	'$workflow',
	'$vars',
	'$env',
	'$runIndex',
]);

/** Whether no part of a parameter looks at the item. With $now in its name every row would get a campaign of its own. */
function isSameForAll(value: unknown): boolean {
	if (typeof value === 'string') {
		return (
			!value.startsWith('=') ||
			(value.match(/\$\w*/g) ?? []).every((name) => SAME_FOR_ALL.has(name))
		);
	}
	return typeof value !== 'object' || value === null || Object.values(value).every(isSameForAll);
}

/** In the retry of an execution a person may have changed what makes a campaign. The people are called already. */
function refuseSecondLaunch(
	context: IExecuteFunctions,
	{ launches }: Memory,
	{ groups }: PlannedRows<NewCampaign>,
): void {
	const keys = new Set(groups.map(({ key }) => key));
	const running = [...launches].filter(([key, { start_asked: asked }]) => asked && !keys.has(key));
	if (running.length === 0) return;
	const ids = running.map(([, { campaign_id: id }]) => String(id));
	throw operationError(context.getNode(), {
		message: `This execution has started campaign ${listed(ids)} already, and Agent ID, Name or Retry Unsuccessful Calls have changed since`,
		description:
			'A retry would call the same people in a second campaign. Change them back for this retry, or run the workflow anew if there is to be another campaign.',
	});
}

const pathOf = ({ target }: Campaign, { campaign_id: id }: Launch): CampaignPath => ({
	...target.path,
	campaign_id: String(id),
});

/** A draft with all recipients in it. */
async function prepare(
	context: IExecuteFunctions,
	campaign: Campaign,
	memory: Memory,
): Promise<Failure | undefined> {
	const launched = memory.launchOf(campaign.key);
	const others = [...memory.launches.values()].filter((other) => other !== launched);
	const taken = new Set(others.flatMap(({ campaign_id: id }) => (id === undefined ? [] : [id])));
	const failure = await ensureDraft(context, campaign.target, launched, taken);
	if (failure) return failure;

	const path = pathOf(campaign, launched);
	const inDoubt = campaign.rows.filter((row) => memory.doubtOf(row));
	if (inDoubt.length > 0 && !(await provenIn(context, path, campaign, memory))) {
		return { sentence: memory.doubtOf(inDoubt[0]) as Sentence, inDoubt: true };
	}
	for (const rows of inRequests(rowsToSend(campaign.rows, memory))) {
		campaign.requests++;
		const missing = await addRows(context, path, rows, memory);
		if (missing?.inDoubt && (await provenIn(context, path, campaign, memory))) continue;
		if (missing) return missing;
	}
	return undefined;
}

/**
 * Whether the rows in doubt are in, and then it is remembered. Nobody else knows of the draft, so when it has as many
 * calls as were certainly added, and these besides, they are. When it has fewer they may still be on their way.
 */
async function provenIn(
	context: IExecuteFunctions,
	path: CampaignPath,
	{ rows }: Campaign,
	memory: Memory,
): Promise<boolean> {
	const certain = rows.filter((row) => memory.outputOf(row)).length;
	const inDoubt = rows.filter((row) => memory.doubtOf(row));
	const stats = (await campaignNow(context, path))?.call_stats as IDataObject | undefined;
	if (stats?.total !== certain + inDoubt.length) return false;
	// Their ids came with the answer that was lost.
	for (const row of inDoubt) memory.keep(row, { scheduled_call_id: null });
	return true;
}

/** What a campaign can be once it was started. */
const STARTED = ['SCHEDULED', 'IN_PROGRESS', 'PAUSED', 'FINISHED'];

/** Starts it, unless it was. Somebody may have paused it since, and that is not undone. */
async function start(
	context: IExecuteFunctions,
	campaign: Campaign,
	memory: Memory,
): Promise<Failure | undefined> {
	const launched = memory.launchOf(campaign.key);
	if (launched.started) return undefined;
	const path = pathOf(campaign, launched);
	let status: unknown;
	const isStarted = async () => {
		const now = await campaignNow(context, path);
		status = now?.status;
		if (STARTED.includes(String(status))) launched.started = now;
		return launched.started !== undefined;
	};
	if (launched.start_asked && (await isStarted())) return undefined;

	launched.start_asked = true;
	const ended = await callSamora(
		context,
		{ method: 'POST', url: `${filledPath(oneCampaignPath, path)}/start` },
		{ signal: context.getExecutionCancelSignal() },
	);
	if (ended.fate === 'done' && 'answer' in ended) {
		launched.started = (ended.answer.body as { data: IDataObject }).data;
		return undefined;
	}
	const answer = 'answer' in ended ? ended.answer : undefined;
	const forbidden = answer !== undefined && perhapsForbidden(answer);
	if ((ended.fate === 'unknown' || forbidden) && (await isStarted())) return undefined;
	const inDoubt = ended.fate === 'unknown';
	if (!inDoubt) launched.start_asked = false;
	const given = { 'Agent ID': path.agent_id, 'Campaign ID': path.campaign_id };
	const sentence =
		'answer' in ended
			? ((forbidden ? aboutTransition('start', status, ended.answer) : undefined) ??
				aboutAnswer(ended.answer, { thing: 'Campaign', given }))
			: aboutFault(ended.fault);
	return { sentence, httpCode: answer?.statusCode, inDoubt };
}

/** How far the campaign has come, and the others of the run beside it. */
function withProgress(
	{ message, description }: Sentence,
	campaign: Campaign,
	memory: Memory,
	campaigns: Campaign[],
): Sentence {
	const others = campaigns
		.filter((other) => other !== campaign && memory.launchOf(other.key).campaign_id !== undefined)
		.map((other) => progress(other, memory));
	const own = memory.launchOf(campaign.key);
	const more = others.length === 0 ? '' : ` Beside it: ${others.join('; ')}.`;
	if (own.campaign_id === undefined) return { message, description: `${description}${more}` };
	return {
		message: `${progress(campaign, memory)}: ${message}`,
		description: `${description} Retry On Fail, or a retry of this execution from the list of executions, carries on with this campaign.${more}`,
	};
}

function progress({ key, target, rows }: Campaign, memory: Memory): string {
	const { campaign_id: id, start_asked: asked, started } = memory.launchOf(key);
	const added = rows.filter((row) => memory.outputOf(row)).map(({ item }) => item);
	const count =
		added.length === 0
			? `none of ${rows.length} recipients is in it`
			: `${added.length} of ${rows.length} recipients ${added.length === 1 ? 'is' : 'are'} in it (${itemList(added)})`;
	const end = started
		? 'it was started'
		: asked
			? 'it is not known whether it was started'
			: 'it was not started';
	return `Campaign ${id} ("${target.body.name}") was created, ${count}, ${end}`;
}

/** What came of the campaign's rows. */
function report(
	{ key, rows }: Campaign,
	memory: Memory,
	output: Map<number, IDataObject>,
	failure: Failure | undefined,
): void {
	const { campaign_id = null } = memory.launchOf(key);
	for (const row of rows) {
		const { to_number } = row.recipient;
		const came = { campaign_id, ...(memory.outputOf(row) ?? { to_number }) };
		output.set(row.item, failure ? failedItem(failure.sentence, row.item, came) : came);
	}
}

/** Rows whose campaign was not created because all of them are left out. */
function reportEmpty(
	{ groups, skipped }: PlannedRows<NewCampaign>,
	output: Map<number, IDataObject>,
): void {
	for (const item of groups.filter(({ rows }) => rows.length === 0).flatMap((one) => one.skipped)) {
		output.set(item, { ...skipped.get(item), campaign_id: null, message: NOBODY_LEFT });
	}
}
