import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { agentIdField } from '../../../shared/agentId';
import { apiError, failedItem } from '../../../shared/api/nodeErrors';
import type { UserMessage } from '../../../shared/api/problems';
import { campaignIdField, composeCampaign, type CampaignPath } from '../../../shared/campaign';
import { itemList } from '../../../shared/itemList';
import type { Operation } from '../../fields/operation';
import { keepAgentRecipients } from '../../sending/agentMemory';
import { refusedByRoute } from '../../sending/allItemsTogether';
import { forgetRun, Runs, saveRun } from '../../sending/runs';
import { addRows, rowsToSend } from './recipients/addingRecipients';
import { recipientFields, recipientOptionsField } from './recipients/recipientFields';
import { inOrder, numbersOf, outputOfUnsent, summaries } from './recipients/recipientOutput';
import { identities, planRows, type Row } from './recipients/recipientRows';
import { RecipientRun } from './recipients/recipientRun';
import { inRequests } from './recipients/recipients';

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

const runs = new Runs((saved) => new RecipientRun<CampaignPath>(saved));

/** All input items together, which one request per item cannot do. */
export async function addAllRecipients(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const run = runs.of(this);
	const { memory } = run;
	const planned =
		run.planned ??
		planRows(this, (read) => {
			const { path } = composeCampaign(read);
			return { target: path, key: Object.values(path).join('/').toLowerCase() };
		});
	const output = outputOfUnsent(this, planned);
	run.planned = planned;
	memory.claim(identities(planned));
	const goesOn = this.continueOnFail();
	const total = this.getInputData().length;

	/** What did not go through comes out, or ends the node. */
	const fail = (rows: Row[], message: UserMessage, httpCode?: number) => {
		if (!goesOn) {
			saveRun(this, run);
			const added = [...memory.accepted().keys()];
			throw apiError(this.getNode(), withAdded(message, added, total), {
				httpCode,
				itemIndex: rows[0].item,
			});
		}
		for (const { item, recipient } of rows) {
			output.set(item, failedItem(message, item, { to_number: recipient.to_number }));
		}
	};
	for (const group of planned.groups) {
		for (const row of group.rows) {
			const doubt = memory.doubtOf(row.item);
			if (doubt) fail([row], doubt);
		}
		for (const rows of inRequests(rowsToSend(group.rows, memory))) {
			group.requests++;
			const failure = await addRows(this, group.target, rows, memory);
			const perhapsIn = rows.filter(({ item }) => memory.entryOf(item));
			keepAgentRecipients(this, group.target.campaign_id, numbersOf(perhapsIn));
			if (failure) fail(rows, failure.message, failure.httpCode);
		}
		for (const row of group.rows) {
			const [added] = memory.acceptedOf(row.item)?.output ?? [];
			if (added) output.set(row.item, added);
		}
	}
	forgetRun(this);
	if (!planned.summary) return [inOrder(this, output)];
	return [summaries(this, planned, output, ({ target }) => ({ campaign_id: target.campaign_id }))];
}

function withAdded(
	{ message, description }: UserMessage,
	added: readonly number[],
	total: number,
): UserMessage {
	if (added.length === 0) return { message, description };
	return {
		message: `${message}. ${added.length} of ${total} recipients ${added.length === 1 ? 'is' : 'are'} in the campaign (${itemList(added)})`,
		description: `${description} Those are not added again by Retry On Fail, nor by a retry of this execution from the list of executions.`,
	};
}
