import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { addRows, rowsToSend } from './recipients/addingRecipients';
import { keepAgentRecipients } from '../../sending/agentRecipients';
import { agentIdField } from '../../../shared/agentId';
import { refusedByRoute } from '../../sending/allItemsTogether';
import { campaignIdField, composeCampaign, type CampaignPath } from '../../../shared/campaign';
import type { Operation } from '../../fields/operation';
import { apiError, failedItem, type Sentence } from '../../../shared/api/problems';
import { recipientFields, recipientOptionsField } from './recipients/recipientFields';
import { RecipientMemory } from './recipients/recipientMemory';
import {
	inOrder,
	numbersOf,
	outputOfUnsent,
	planRows,
	summaries,
	type Row,
} from './recipients/recipientRows';
import { inRequests } from './recipients/recipients';
import { itemList } from '../../../shared/itemList';
import { forgetSaved, RunMemories, saveMemory } from '../../sending/runMemory';

export const addRecipients: Operation = {
	option: {
		name: 'Add Recipients',
		value: 'addRecipients',
		action: 'Add recipients to a campaign',
		description:
			'Add a phone number for every input item, all of them together in as few requests as possible. Possible while the campaign is DRAFT or PAUSED.',
		routing: refusedByRoute,
	},
	fields: [agentIdField, campaignIdField, ...recipientFields, recipientOptionsField],
};

const memories = new RunMemories<RecipientMemory<CampaignPath>>((saved) =>
	RecipientMemory.from(saved),
);

/** All input items together, which one request per item cannot do. */
export async function addAllRecipients(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const memory = memories.of(this);
	const planned =
		memory.planned ??
		planRows(this, (read) => {
			const { path } = composeCampaign(read);
			return { target: path, key: Object.values(path).join('/').toLowerCase() };
		});
	const output = outputOfUnsent(this, planned);
	memory.planned = planned;
	const goesOn = this.continueOnFail();
	const total = this.getInputData().length;

	/** What did not go through comes out, or ends the node. */
	const fail = (rows: Row[], sentence: Sentence, httpCode?: number) => {
		if (!goesOn) {
			saveMemory(this, memory);
			throw apiError(this.getNode(), withAdded(sentence, memory.addedItems, total), {
				httpCode,
				itemIndex: rows[0].item,
			});
		}
		for (const { item, recipient } of rows) {
			output.set(item, failedItem(sentence, item, { to_number: recipient.to_number }));
		}
	};
	for (const group of planned.groups) {
		for (const row of group.rows) {
			const doubt = memory.doubtOf(row);
			if (doubt) fail([row], doubt);
		}
		for (const rows of inRequests(rowsToSend(group.rows, memory))) {
			group.requests++;
			const failure = await addRows(this, group.target, rows, memory);
			const perhapsIn = rows.filter((row) => memory.outputOf(row) ?? memory.doubtOf(row));
			keepAgentRecipients(this, group.target.campaign_id, numbersOf(perhapsIn));
			if (failure) fail(rows, failure.sentence, failure.httpCode);
		}
		for (const row of group.rows) {
			const added = memory.outputOf(row);
			if (added) output.set(row.item, added);
		}
	}
	forgetSaved(this);
	if (!planned.summary) return [inOrder(this, output)];
	return [summaries(this, planned, output, ({ target }) => ({ campaign_id: target.campaign_id }))];
}

function withAdded(
	{ message, description }: Sentence,
	added: readonly number[],
	total: number,
): Sentence {
	if (added.length === 0) return { message, description };
	return {
		message: `${message}. ${added.length} of ${total} recipients ${added.length === 1 ? 'is' : 'are'} in the campaign (${itemList(added)})`,
		description: `${description} Those are not added again by Retry On Fail, nor by a retry of this execution from the list of executions.`,
	};
}
