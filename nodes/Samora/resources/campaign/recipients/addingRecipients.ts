import type { IExecuteFunctions } from 'n8n-workflow';

import { callSamora, filledPath } from '../../../../shared/api/api';
import { idIn, isFromApi } from '../../../../shared/api/envelope';
import { succeeded, type Exchange } from '../../../../shared/api/exchange';
import { listIn } from '../../../../shared/api/lists';
import { describeExchange, type UserMessage } from '../../../../shared/api/problems';
import {
	campaignStatus,
	describeTransition,
	mayBeForbidden,
	oneCampaignPath,
	type CampaignPath,
} from '../../../../shared/campaign';
import { isRecord } from '../../../../shared/parameters';
import type { RunMemory } from '../../../sending/memory/runMemory';
import type { Row } from './recipientRows';

/** Why something was not done. */
export interface CampaignFailure {
	message: UserMessage;
	httpCode?: number;
	/** Nobody can tell whether Samora did it all the same. */
	inDoubt?: boolean;
	/** A rule that the user chose leaves it out. */
	isSkip?: boolean;
}

/** Turns whatever a step throws into a failure: what it did is in the run's memory. */
export async function unlessInterrupted(
	step: () => Promise<CampaignFailure | undefined>,
): Promise<CampaignFailure | undefined> {
	return await step().catch((thrown: unknown) => ({
		message: {
			message: `This step was interrupted: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
			description: 'Run the node again.',
		},
	}));
}

const PATH = `${oneCampaignPath}/scheduled-calls`;

/** Sends one request, and remembers what became of its rows. From when it goes out until then they are in doubt. */
export async function addRows(
	context: IExecuteFunctions,
	path: CampaignPath,
	rows: Row[],
	memory: RunMemory,
): Promise<CampaignFailure | undefined> {
	const doubtAll = (message: UserMessage) => {
		for (const { item, identity } of rows) memory.doubt(item, identity, message);
	};
	doubtAll(describeUnknown('n8n was interrupted before it knew what Samora answered', rows.length));
	const result = await callSamora(
		context,
		{
			method: 'POST',
			url: filledPath(PATH, path),
			body: { phone_numbers: rows.map(({ recipient }) => recipient) },
		},
		{ signal: context.getExecutionCancelSignal(), isValidBody: isFromApi },
	);
	const httpCode = result.answer?.statusCode;
	if (succeeded(result)) {
		const ids = scheduledCallIds(result.answer.body);
		if (ids && ids.length < rows.length) {
			const message = describeTooFew(ids, rows.length);
			doubtAll(message);
			return { message, httpCode };
		}
		// That the ids come in the order of the request is an assumption; with more ids there is no telling.
		const paired = ids?.length === rows.length;
		rows.forEach(({ item, identity, recipient: { to_number } }, index) =>
			memory.accept(item, identity, [
				{
					scheduled_call_id: paired ? ids[index] : null,
					// Nothing is lost all the same: the ids of the request go with its first row.
					...(!ids || paired || index > 0 ? {} : { scheduled_call_ids: ids }),
					to_number,
				},
			]),
		);
		return undefined;
	}
	if (result.fate === 'unknown') {
		const { message } = describeExchange(result, { thing: 'Campaign', ids: path });
		const unknown = describeUnknown(message, rows.length);
		doubtAll(unknown);
		return { message: unknown, httpCode, inDoubt: true };
	}
	for (const { item } of rows) memory.clear(item);
	return { message: await describe(context, result, path), httpCode };
}

/** @returns undefined where Samora answers without a list of IDs */
const scheduledCallIds = (body: unknown): string[] | undefined =>
	listIn(body, 'scheduled_call_ids')?.map((id) =>
		isRecord(id) ? idIn(id, 'id', 'scheduled_call_id') : String(id),
	);

async function describe(
	context: IExecuteFunctions,
	result: Exchange,
	path: CampaignPath,
): Promise<UserMessage> {
	const { answer } = result;
	const forbidden =
		answer &&
		mayBeForbidden(answer) &&
		describeTransition('addRecipients', await campaignStatus(context, path), answer);
	return forbidden || describeExchange(result, { thing: 'Campaign', ids: path });
}

const recipients = (count: number): string =>
	count === 1 ? '1 recipient was' : `${count} recipients were`;

const describeUnknown = (why: string, count: number): UserMessage => ({
	message: `It is not known whether ${recipients(count)} added: ${why}`,
	description:
		'The request went out. Look at the calls of the campaign in Samora before you add these recipients again, or they may be called twice. No retry of this execution adds them again, but running the step again does.',
});

/** How many IDs a description names. */
const NAMED_IDS = 10;

const describeTooFew = (ids: string[], count: number): UserMessage => ({
	message: `Samora added ${ids.length} of ${count} recipients and does not say which`,
	description: `Look at the calls of the campaign in Samora before you add recipients again, or some may be called twice. No retry of this execution adds them again, but running the step again does.${ids.length === 0 ? '' : ` Scheduled call IDs: ${ids.slice(0, NAMED_IDS).join(', ')}${ids.length > NAMED_IDS ? ' …' : ''}.`}`,
});

/** The rows that are still to be sent: neither in nor in doubt. */
export const rowsToSend = (rows: Row[], memory: RunMemory): Row[] =>
	rows.filter(({ item }) => !memory.entryOf(item));
