import type {
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	INodeProperties,
} from 'n8n-workflow';

import { agentIdField } from '../../shared/agentId';
import { callSamora, filledPath } from '../../shared/api';
import {
	aboutTransition,
	campaignIdField,
	campaignStatus,
	composeCampaign,
	oneCampaignPath,
	perhapsForbidden,
} from '../../shared/campaign';
import { defaultCountryField } from '../../shared/defaultCountry';
import type { Skipped } from '../../shared/dispatch';
import type { Exchange } from '../../shared/exchange';
import type { Operation } from '../../shared/operation';
import {
	attempt,
	isRecord,
	oneOf,
	parameterReader,
	recordOf,
	Refusal,
	type ReadParameter,
} from '../../shared/parameters';
import { phoneNumber } from '../../shared/phoneNumber';
import {
	aboutAnswer,
	aboutFault,
	apiError,
	failedItem,
	operationError,
	refusedItem,
	type Sentence,
} from '../../shared/problems';
import { recipientFields } from '../../shared/recipientFields';
import { connectionOptions } from '../../shared/requestOptions';
import { callVariables, inRequests, type Recipient } from '../../shared/recipients';
import { itemList, refusedRows, type RefusedRow } from '../../shared/rows';
import { forgetSaved, memoryOf, saveMemory, type RunMemory } from '../../shared/runMemory';

const OUTPUTS = ['recipients', 'summary'] as const;

const optionsField: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add Option',
	default: {},
	options: [
		defaultCountryField,
		{
			displayName: 'Output',
			name: 'output',
			type: 'options',
			options: [
				{
					name: 'One Item per Recipient',
					value: 'recipients',
					description: 'With the ID of the scheduled call, paired with its row',
				},
				{
					name: 'Summary',
					value: 'summary',
					description: 'One item that says how many were added and skipped',
				},
			],
			default: 'recipients',
			description: 'What the node gives on',
		},
		{
			displayName: 'Skip Duplicates',
			name: 'skipDuplicates',
			type: 'boolean',
			default: true,
			description:
				'Whether to add a number only once when several items have it. The others come out as skipped. Without this option, duplicates are skipped.',
		},
		{
			displayName: 'Skip Invalid',
			name: 'skipInvalid',
			type: 'boolean',
			default: false,
			description:
				'Whether to leave out items that Samora would refuse, such as those without a usable number, and add the others. They come out as skipped, with the reason.',
		},
	],
};

export const addRecipients: Operation = {
	option: {
		name: 'Add Recipients',
		value: 'addRecipients',
		action: 'Add recipients to a campaign',
		description:
			'Add a phone number for every input item, all of them together in as few requests as possible. Possible while the campaign is DRAFT or PAUSED.',
	},
	fields: [agentIdField, campaignIdField, ...recipientFields, optionsField],
};

/** A row that is ready to be sent. */
interface Row {
	item: number;
	recipient: Recipient;
	/** What makes it the same row in a retry. */
	identity: string;
}

/** The rows of one campaign. Usually there is one; expressions can name another for every row. */
interface Batch {
	path: Record<string, string>;
	rows: Row[];
	/** Items that are left out of it. */
	skipped: number[];
	/** How many requests were sent for it. */
	requests: number;
}

interface Planned {
	batches: Batch[];
	skipped: Map<number, Skipped['skipped']>;
	refusals: RefusedRow[];
}

const PATH = `${oneCampaignPath}/scheduled-calls`;

/** All input items together, which one request per item cannot do. */
export async function addAllRecipients(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const memory = memoryOf(this);
	const planned = plan(this);
	const goesOn = this.continueOnFail();
	const total = this.getInputData().length;
	if (planned.refusals.length > 0 && !goesOn) {
		const { refusals } = planned;
		throw operationError(
			this.getNode(),
			refusedRows(refusals, total),
			refusals.length === 1 ? refusals[0].item : undefined,
		);
	}

	const output = new Map<number, IDataObject>(planned.skipped);
	for (const { item, refusal } of planned.refusals) output.set(item, refusedItem(refusal, item));
	for (const batch of planned.batches) {
		for (const rows of inRequests(batch.rows.filter((row) => !outputOf(memory, row)))) {
			const failure = await addRequest(this, batch, rows, memory);
			if (failure && !goesOn) {
				saveMemory(this, memory);
				throw apiError(this.getNode(), withAdded(failure.sentence, memory, total), {
					httpCode: failure.httpCode,
					itemIndex: rows[0].item,
				});
			}
			if (!failure) continue;
			for (const { item, recipient } of rows) {
				const details = { to_number: recipient.to_number };
				output.set(item, failedItem(failure.sentence, item, details));
			}
		}
		for (const row of batch.rows) {
			const taken = outputOf(memory, row);
			if (taken) output.set(row.item, taken);
		}
	}
	forgetSaved(this);
	return [isSummary(this) ? summaries(planned, output) : inOrder(output)];
}

const outputOf = (memory: RunMemory, { item, identity }: Row): IDataObject | undefined =>
	memory.outputOf(item, identity)?.[0];

const inOrder = (output: Map<number, IDataObject>): INodeExecutionData[] =>
	[...output]
		.sort(([one], [other]) => one - other)
		.map(([item, json]) => ({ json, pairedItem: { item } }));

/** Asked when all is done, and so it must not fail: what is wrong with it was found in the rows. */
function isSummary(context: IExecuteFunctions): boolean {
	const options = attempt(() => recordOf(parameterReader(context)(0)('options')));
	return !(options instanceof Refusal) && options.output === 'summary';
}

/** One item per campaign; rows that were not added come out one by one beside it, or they would be overlooked. */
function summaries(
	{ batches, skipped }: Planned,
	output: Map<number, IDataObject>,
): INodeExecutionData[] {
	const reported = new Map([...output].filter(([, json]) => 'error' in json));
	const campaigns = batches.map(({ path, rows, skipped: leftOut, requests }) => {
		const skips = leftOut.map((item) => {
			const why = skipped.get(item);
			return { item, to_number: why?.to_number, reason: why?.reason };
		});
		return {
			json: {
				campaign_id: path.campaign_id,
				added: rows.filter(({ item }) => !reported.has(item)).length,
				skipped: skips.length,
				...(skips.length > 0 ? { skipped_items: skips } : {}),
				requests,
			},
			pairedItem: [...rows.map(({ item }) => item), ...leftOut]
				.sort((one, other) => one - other)
				.map((item) => ({ item })),
		};
	});
	return [...campaigns, ...inOrder(reported)];
}

/** Looks at every row before anything is sent. */
function plan(context: IExecuteFunctions): Planned {
	const batches = new Map<string, Batch>();
	const planned: Omit<Planned, 'batches'> = { skipped: new Map(), refusals: [] };
	const firstWith = new Map<string, number>();
	const reader = parameterReader(context);
	context.getInputData().forEach(({ json }, item) => {
		const read = reader(item);
		const row = attempt(() => planRow(read, json));
		if (row instanceof Refusal) {
			planned.refusals.push({ item, refusal: row });
			return;
		}
		const { path, recipient, skipDuplicates } = row;
		const campaign = Object.values(path).join('/').toLowerCase();
		const batch = batches.get(campaign) ?? { path, rows: [], skipped: [], requests: 0 };
		batches.set(campaign, batch);
		const leaveOut = (number: unknown, reason: string) => {
			batch.skipped.push(item);
			planned.skipped.set(item, skip(number, reason));
		};
		if (recipient instanceof Refusal) {
			leaveOut(read('toNumber'), recipient.message);
			return;
		}
		const { to_number } = recipient;
		const identity = `${campaign}/${to_number}`;
		const first = firstWith.get(identity);
		if (first !== undefined && skipDuplicates) {
			leaveOut(to_number, `${to_number} is the number of item ${first} too`);
			return;
		}
		if (first === undefined) firstWith.set(identity, item);
		batch.rows.push({ item, recipient, identity });
	});
	return { ...planned, batches: [...batches.values()] };
}

/** @returns the recipient, or why it is left out where the person chose that */
function planRow(read: ReadParameter, json: IDataObject) {
	const options = recordOf(read('options'));
	oneOf(options.output ?? 'recipients', 'Output', OUTPUTS);
	connectionOptions(read('requestOptions'));
	const { path } = composeCampaign(read);
	const recipient = attempt(() => recipientOf(read, json, options));
	if (recipient instanceof Refusal && options.skipInvalid !== true) throw recipient;
	return { path, recipient, skipDuplicates: options.skipDuplicates !== false };
}

const skip = (number: unknown, reason: string): Skipped['skipped'] => ({
	to_number: String(number ?? ''),
	skipped: true,
	reason,
});

function recipientOf(
	read: ReadParameter,
	row: IDataObject,
	{ defaultCountry }: Record<string, unknown>,
): Recipient {
	const to_number = phoneNumber(read('toNumber'), { label: 'To Number', defaultCountry });
	const variables = callVariables(read, row);
	return { to_number, ...(variables ? { call_variables: variables } : {}) };
}

interface Failure {
	sentence: Sentence;
	httpCode?: number;
}

/** Sends one request, and remembers what became of its rows. */
async function addRequest(
	context: IExecuteFunctions,
	batch: Batch,
	rows: Row[],
	memory: RunMemory,
): Promise<Failure | undefined> {
	const doubt = rows
		.map(({ item, identity }) => memory.doubtOf(item, identity))
		.find((sentence) => sentence !== undefined);
	if (doubt) return { sentence: doubt };
	const { path } = batch;
	batch.requests++;
	const ended = await callSamora(
		context,
		{
			method: 'POST',
			url: filledPath(PATH, path),
			body: { phone_numbers: rows.map(({ recipient }) => recipient) },
		},
		{ signal: context.getExecutionCancelSignal(), whole: hasIds },
	);
	if (ended.fate === 'done' && 'answer' in ended) {
		const ids = scheduledCallIds(ended.answer.body);
		// That the ids come in the order of the request is an assumption; without as many ids there is no telling.
		const paired = ids.length === rows.length;
		rows.forEach(({ item, identity, recipient }, index) =>
			memory.keep(item, {
				identity,
				output: [
					{
						scheduled_call_id: paired ? ids[index] : null,
						to_number: recipient.to_number,
						// Nothing is lost all the same: the ids of the request go with its first row.
						...(paired || index > 0 ? {} : { scheduled_call_ids: ids }),
					},
				],
			}),
		);
		return undefined;
	}
	const sentence = await sentenceFor(context, ended, path);
	if (ended.fate === 'unknown') {
		const unknown = aboutUnknown(sentence, rows.length);
		for (const { item, identity } of rows) memory.doubt(item, { identity, sentence: unknown });
		return { sentence: unknown };
	}
	return { sentence, ...('answer' in ended ? { httpCode: ended.answer.statusCode } : {}) };
}

const hasIds = (body: unknown): boolean =>
	isRecord(body) && isRecord(body.data) && Array.isArray(body.data.scheduled_call_ids);

function scheduledCallIds(body: unknown): string[] {
	const { data } = body as { data: { scheduled_call_ids: unknown[] } };
	return data.scheduled_call_ids.map(String);
}

async function sentenceFor(
	context: IExecuteFunctions,
	ended: Exchange,
	path: Record<string, string>,
): Promise<Sentence> {
	if ('fault' in ended) return aboutFault(ended.fault);
	const { answer } = ended;
	const transition = perhapsForbidden(answer)
		? aboutTransition('addRecipients', await campaignStatus(context, path), answer)
		: undefined;
	return (
		transition ??
		aboutAnswer(answer, {
			thing: 'Campaign',
			given: { 'Agent ID': path.agent_id, 'Campaign ID': path.campaign_id },
		})
	);
}

const aboutUnknown = ({ message }: Sentence, count: number): Sentence => ({
	message: `It is not known whether ${count === 1 ? '1 recipient was' : `${count} recipients were`} added: ${message}`,
	description:
		'The request went out. Look at the calls of the campaign in Samora before you add these recipients again, or they may be called twice. They were not sent a second time.',
});

function withAdded(
	{ message, description }: Sentence,
	{ takenItems }: RunMemory,
	total: number,
): Sentence {
	if (takenItems.size === 0) return { message, description };
	return {
		message: `${message}. ${takenItems.size} of ${total} recipients ${takenItems.size === 1 ? 'is' : 'are'} in the campaign (${itemList([...takenItems.keys()])})`,
		description: `${description} Those are not added again by Retry On Fail, nor by a retry of this execution from the list of executions.`,
	};
}
