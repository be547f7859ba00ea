import type {
	IExecutePaginationFunctions,
	INodeExecutionData,
	INodePropertyRouting,
} from 'n8n-workflow';

import { failedItem, operationError, errorRouter } from '../../shared/api/nodeErrors';
import type { UserMessage } from '../../shared/api/problems';

const NEEDS_NEWER_AGENT: UserMessage = {
	message:
		'Campaign: Add Recipients and Campaign: Launch need the AI Agent in version 3 or newer, and nothing was sent',
	description:
		'Remove the AI Agent from the workflow and add it anew: it comes in its newest version. Or give the agent Call: Trigger as a tool.',
};

/**
 * The route of an operation on all items together, which is not run by a route. The AI Agent before version 3 knows of
 * nothing else, and without this would send a request to nowhere and tell its model the answer.
 */
export const refusedByRoute: INodePropertyRouting = {
	send: { paginate: true },
	operations: {
		// It takes the place of the sending.
		async pagination(this: IExecutePaginationFunctions): Promise<INodeExecutionData[]> {
			if (!this.continueOnFail()) throw operationError(this.getNode(), NEEDS_NEWER_AGENT);
			const item = this.getItemIndex();
			return [
				{ json: errorRouter(this)(failedItem(NEEDS_NEWER_AGENT, item)), pairedItem: { item } },
			];
		},
	},
};
