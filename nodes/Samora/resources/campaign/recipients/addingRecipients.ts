import type { IExecuteFunctions } from 'n8n-workflow';

import { callSamora, filledPath } from '../../../../shared/api/api';
import { succeeded, type Exchange } from '../../../../shared/api/exchange';
import { describeExchange, type UserMessage } from '../../../../shared/api/problems';
import {
	campaignStatus,
	describeTransition,
	mayBeForbidden,
	oneCampaignPath,
	type CampaignPath,
} from '../../../../shared/campaign';
import { isRecord } from '../../../../shared/parameters';
import type { RunMemory } from '../../../sending/runMemory';
import type { Row } from './recipientRows';

/** Why something was not done. */
export interface CampaignFailure {
	message: UserMessage;
	httpCode?: number;
	/** Samora may have done it all the same. */
	inDoubt?: boolean;
}

const PATH = `${oneCampaignPath}/scheduled-calls`;

/** Sends one request, and remembers what became of its rows. */
export async function addRows(
	context: IExecuteFunctions,
	path: CampaignPath,
	rows: Row[],
	memory: RunMemory,
): Promise<CampaignFailure | undefined> {
	const result = await callSamora(
		context,
		{
			method: 'POST',
			url: filledPath(PATH, path),
			body: { phone_numbers: rows.map(({ recipient }) => recipient) },
		},
		{ signal: context.getExecutionCancelSignal(), isValidBody: hasIds },
	);
	if (succeeded(result)) {
		const ids = scheduledCallIds(result.answer.body);
		// That the ids come in the order of the request is an assumption; without as many ids there is no telling.
		const paired = ids.length === rows.length;
		rows.forEach(({ item, identity, recipient: { to_number } }, index) =>
			memory.accept(item, identity, [
				{
					scheduled_call_id: paired ? ids[index] : null,
					// Nothing is lost all the same: the ids of the request go with its first row.
					...(paired || index > 0 ? {} : { scheduled_call_ids: ids }),
					to_number,
				},
			]),
		);
		return undefined;
	}
	const message = await describe(context, result, path);
	const httpCode = result.answer?.statusCode;
	if (result.fate !== 'unknown') return { message, httpCode };
	const unknown = describeUnknown(message, rows.length);
	for (const { item, identity } of rows) memory.doubt(item, identity, unknown);
	return { message: unknown, httpCode, inDoubt: true };
}

const hasIds = (body: unknown): boolean =>
	isRecord(body) && isRecord(body.data) && Array.isArray(body.data.scheduled_call_ids);

function scheduledCallIds(body: unknown): string[] {
	const { data } = body as { data: { scheduled_call_ids: unknown[] } };
	return data.scheduled_call_ids.map(String);
}

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

const describeUnknown = ({ message }: UserMessage, count: number): UserMessage => ({
	message: `It is not known whether ${count === 1 ? '1 recipient was' : `${count} recipients were`} added: ${message}`,
	description:
		'The request went out. Look at the calls of the campaign in Samora before you add these recipients again, or they may be called twice. They were not sent a second time.',
});

/** The rows that are still to be sent: neither in nor in doubt. */
export const rowsToSend = (rows: Row[], memory: RunMemory): Row[] =>
	rows.filter(({ item }) => !memory.entryOf(item));
