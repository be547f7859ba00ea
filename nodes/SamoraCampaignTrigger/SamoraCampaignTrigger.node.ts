import type {
	IDataObject,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
	IPollFunctions,
} from 'n8n-workflow';

import { MAIN } from '../shared/connectionType';
import { campaigns } from '../shared/pickers/campaigns';
import { campaignTriggerFields } from './fields';
import { pollOnce } from './polling';

export class SamoraCampaignTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Samora Campaign Trigger',
		name: 'samoraCampaignTrigger',
		icon: { light: 'file:../../icons/samora.svg', dark: 'file:../../icons/samora.dark.svg' },
		group: ['trigger'],
		version: 1,
		// "call ended, status changed"
		subtitle:
			'={{ $parameter["events"].map((event) => event.replace("CAMPAIGN_", "").replace("_", " ").toLowerCase()).join(", ") }}',
		description:
			'Starts the workflow when a Samora campaign changes its status, or when one of its calls ends. Needs no public address.',
		polling: true,
		defaults: { name: 'Samora Campaign Trigger' },
		inputs: [],
		outputs: [MAIN],
		credentials: [{ name: 'samoraApi', required: true }],
		properties: campaignTriggerFields,
	};

	methods = { listSearch: { campaigns } };

	async poll(this: IPollFunctions): Promise<INodeExecutionData[][] | null> {
		const events = await pollOnce(this);
		return events.length === 0 ? null : [this.helpers.returnJsonArray(events as IDataObject[])];
	}
}
