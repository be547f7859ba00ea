import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { agentIdField } from '../../../shared/agentId';
import type { Credential } from '../../../shared/api/api';
import { apiError, failedItem } from '../../../shared/api/nodeErrors';
import type { UserMessage } from '../../../shared/api/problems';
import { campaignIdField, composeCampaign, type CampaignPath } from '../../../shared/campaign';
import { itemList } from '../../../shared/itemList';
import { attempt } from '../../../shared/parameters';
import type { Operation } from '../../fields/operation';
import { keepAgentRecipients } from '../../sending/memory/agentMemory';
import { refusedByRoute } from '../../sending/allItemsTogether';
import { Runs } from '../../sending/memory/runs';
import { addRows, rowsToSend, unlessInterrupted } from './recipients/addingRecipients';
import { recipientFields, recipientOptionsField } from './recipients/recipientFields';
import {
	checkedOutput,
	numbersOf,
	outputOfUnsent,
	rowOutput,
	summaries,
} from './recipients/recipientOutput';
import { identities, planRows, type Group, type Row } from './recipients/recipientRows';
import { RecipientRun } from './recipients/recipientRun';
import { recipientsElsewhere } from './recipients/recipientsElsewhere';
import { inRequests } from './recipients/recipients';

export const addRecipients: Operation = {
	option: {
		name: 'Add Recipients',
		value: 'addRecipients',
		action: 'Add recipients to campaign',
		description:
			'Add the phone number of every input item to a campaign, in as few requests as possible. The campaign must be DRAFT or PAUSED.',
		routing: refusedByRoute,
	},
	fields: [agentIdField, campaignIdField, ...recipientFields, recipientOptionsField],
};

const runs = new Runs((saved) => new RecipientRun<CampaignPath>(saved));

/** All input items together, which one request per item can't do. */
export async function addAllRecipients(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const run = runs.of(this);
	const { memory } = run;
	// Asked once, for asking n8n again may go wrong when recipients have been added.
	const node = this.getNode();
	const continues = this.continueOnFail();
	const total = this.getInputData().length;
	const outputOf = rowOutput(this);
	const credential = await this.getCredentials<Credential>('samoraApi');
	const planned =
		run.planned ??
		planRows(
			this,
			(read) => {
				const { path } = composeCampaign(read, credential);
				const key = Object.values(path).join('/').toLowerCase();
				return {
					target: path,
					key,
					// Whoever is in a campaign is called, whichever campaign the expressions give in a retry.
					identityOf: (to_number) => to_number,
					// Whoever names several campaigns wants the person in each.
					personKey: (to_number) => `${key} ${to_number}`,
				};
			},
			recipientsElsewhere(this, runs),
		);
	if (planned.checked) return [checkedOutput(planned, outputOf)];
	const output = outputOfUnsent(this, planned);
	if (planned.runRefusal) return [outputOf(output)];
	run.planned = planned;
	memory.claim(identities(planned));
	runs.keep(this, run);

	/** What did not go through comes out, or ends the node. */
	const fail = (rows: Row[], message: UserMessage, httpCode?: number) => {
		if (!continues) {
			const added = [...memory.accepted().keys()];
			const itemIndex = rows[0].item;
			throw apiError(node, withAdded(message, added, total), { httpCode, itemIndex });
		}
		for (const { item, recipient } of rows) {
			output.set(item, failedItem(message, item, { to_number: recipient.to_number }));
		}
	};
	// They are known from before, and keep nobody else from being added.
	const inDoubt = planned.groups.flatMap(({ rows }) =>
		rows.filter(({ item }) => memory.doubtOf(item)),
	);
	for (const group of planned.groups) {
		for (const rows of inRequests(rowsToSend(group.rows, memory))) {
			group.requests++;
			const failure = await unlessInterrupted(
				async () => await addRows(this, group.target, rows, memory),
			);
			const perhapsIn = rows.filter(({ item }) => memory.entryOf(item));
			attempt(() => keepAgentRecipients(this, group.target.campaign_id, numbersOf(perhapsIn)));
			if (failure) fail(rows, failure.message, failure.httpCode);
		}
		for (const row of group.rows) {
			const [added] = memory.acceptedOf(row.item)?.output ?? [];
			if (added) output.set(row.item, added);
		}
	}
	for (const row of inDoubt) fail([row], memory.doubtOf(row.item) as UserMessage);
	attempt(() => runs.forget(this, run));
	if (!planned.summary) return [outputOf(output, planned.includeInputFields)];
	const head = ({ target }: Group<CampaignPath>) => ({ campaign_id: target.campaign_id });
	return [summaries(planned, output, head, outputOf)];
}

function withAdded(
	{ message, description }: UserMessage,
	added: readonly number[],
	total: number,
): UserMessage {
	if (added.length === 0) return { message, description };
	return {
		message: `${message}. ${added.length} of ${total} recipients ${added.length === 1 ? 'is' : 'are'} in the campaign (${itemList(added)})`,
		description: `${description} Retry On Fail, or a retry of this execution from the list of executions, doesn't add those again. Running the node again does.`,
	};
}
