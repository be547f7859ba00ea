import type { IExecuteFunctions } from 'n8n-workflow';

import { callSamora, filledPath } from '../../../../shared/api/api';
import {
	aboutTransition,
	campaignStatus,
	oneCampaignPath,
	perhapsForbidden,
	type CampaignPath,
} from '../../../../shared/campaign';
import type { Exchange } from '../../../../shared/api/exchange';
import { isRecord } from '../../../../shared/parameters';
import { aboutAnswer, aboutFault, type Sentence } from '../../../../shared/api/problems';
import type { RecipientMemory } from './recipientMemory';
import type { Row } from './recipientRows';

/** Why something was not done. */
export interface Failure {
	sentence: Sentence;
	httpCode?: number;
	/** Samora may have done it all the same. */
	inDoubt?: boolean;
}

const PATH = `${oneCampaignPath}/scheduled-calls`;

/** Sends one request, and remembers what became of its rows. */
export async function addRows<Target>(
	context: IExecuteFunctions,
	path: CampaignPath,
	rows: Row[],
	memory: RecipientMemory<Target>,
): Promise<Failure | undefined> {
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
		rows.forEach((row, index) =>
			memory.keep(row, {
				scheduled_call_id: paired ? ids[index] : null,
				// Nothing is lost all the same: the ids of the request go with its first row.
				...(paired || index > 0 ? {} : { scheduled_call_ids: ids }),
			}),
		);
		return undefined;
	}
	const sentence = await sentenceFor(context, ended, path);
	const httpCode = 'answer' in ended ? ended.answer.statusCode : undefined;
	if (ended.fate !== 'unknown') return { sentence, httpCode };
	const unknown = aboutUnknown(sentence, rows.length);
	for (const row of rows) memory.doubt(row, unknown);
	return { sentence: unknown, httpCode, inDoubt: true };
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
	path: CampaignPath,
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

/** The rows that are still to be sent: neither in nor in doubt. */
export const rowsToSend = <Target>(rows: Row[], memory: RecipientMemory<Target>): Row[] =>
	rows.filter((row) => !memory.outputOf(row) && !memory.doubtOf(row));
