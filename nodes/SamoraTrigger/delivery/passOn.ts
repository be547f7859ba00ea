import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { TriggerOptions } from '../registration/wantedWebhook';
import { attachFiles } from './files';

/** Where an item carries a hint from the delivery to the execution, which alone can show one. */
export const HINT = 'samoraHint';

/** What n8n runs with the event that `webhook` gave it, after Samora has its answer. */
export async function passOn(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const options = this.getNodeParameter('options', 0, {}) as TriggerOptions;
	const showHint = (message: string) =>
		this.addExecutionHints({ message, location: 'outputPane', type: 'warning' });
	const items = this.getInputData().map(({ [HINT]: hint, ...item }) => {
		if (typeof hint === 'string') showHint(hint);
		return item as INodeExecutionData;
	});
	return [await attachFiles(this, items, options, showHint)];
}
