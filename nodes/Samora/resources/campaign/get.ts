import type { IDataObject } from 'n8n-workflow';

import { agentIdField } from '../../../shared/agentId';
import { thingIn } from '../../../shared/api/envelope';
import { campaignIdField, composeCampaign, oneCampaignPath } from '../../../shared/campaign';
import { recordOf } from '../../../shared/parameters';
import { simplifyField } from '../../fields/simplify';
import { sendPerItem } from '../../sending/engineHooks';
import type { ItemRequest } from '../../sending/route';
import type { Operation } from '../../fields/operation';

interface CampaignRequest extends ItemRequest {
	simplify: boolean;
}

export const get: Operation = {
	option: {
		name: 'Get',
		value: 'get',
		action: 'Get campaign',
		description: 'Get a campaign with its status and the number of calls that have ended',
		routing: {
			request: { method: 'GET', url: oneCampaignPath },
			...sendPerItem<CampaignRequest>({
				thing: 'Campaign',
				compose: (read, credential) => ({
					...composeCampaign(read, credential),
					simplify: read('simplify') === true,
				}),
				toOutput: (body, { simplify }) => {
					const campaign = thingIn(body) ?? {};
					return [simplify ? simplified(campaign) : campaign];
				},
			}),
		},
	},
	fields: [agentIdField, campaignIdField, simplifyField],
};

/** What people ask of a campaign, in one row of a table: how many calls there are, and how they went. */
function simplified({ id, name, status, call_stats }: IDataObject): IDataObject {
	const { total, finished, ...others } = recordOf(call_stats) as IDataObject;
	return { total, answered: finished, ...others, status, name, id };
}
