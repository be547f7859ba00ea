import type { IDataObject, IExecutePaginationFunctions, INodeProperties } from 'n8n-workflow';

import { wordsOf, type Answer } from './api/answers';
import { agentId, type AgentDefault } from './agentId';
import { callSamora, filledPath, type Caller, type RequestParts } from './api/api';
import { idIn, thingIn } from './api/envelope';
import { succeeded } from './api/exchange';
import { samoraId, type ReadParameter } from './parameters';
import type { UserMessage } from './api/problems';
import { listed } from './itemList';

export const campaignPath = '/v1/external/campaigns/{agent_id}';
export const oneCampaignPath = `${campaignPath}/{campaign_id}`;

/** The name of the list of campaigns in an answer is an assumption: the API's reference does not show it. */
export const CAMPAIGNS = 'campaigns';

export const campaignIdField: INodeProperties = {
	displayName: 'Campaign',
	name: 'campaignId',
	type: 'resourceLocator',
	required: true,
	default: { mode: 'list', value: '' },
	description: 'A campaign of the agent. If you change Agent ID, choose the campaign again.',
	// n8n's editor then empties the field, so that a campaign of another agent can't stay in it.
	typeOptions: { loadOptionsDependsOn: ['agentId'] },
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			placeholder: 'Choose a campaign…',
			typeOptions: { searchListMethod: 'campaigns', searchable: true },
		},
		{
			displayName: 'By ID',
			name: 'id',
			type: 'string',
			placeholder: 'e.g. 5f0c7a52-3e64-4b1f-8f2d-0d9c7e1a2b3c',
		},
	],
};

/** The ID of a campaign that was created, whatever it is called; '' if there is none. */
export const campaignIdIn = (body: unknown): string => idIn(body, 'campaign_id', 'id');

/** What names a campaign in a URL. */
export type CampaignPath = Record<'agent_id' | 'campaign_id', string>;

/** The agent and one of its campaigns, for the URL and for the messages. */
export function composeCampaign(
	read: ReadParameter,
	credential: AgentDefault,
): RequestParts & { path: CampaignPath } {
	const agent_id = agentId(read('agentId'), credential);
	const campaign_id = samoraId(read('campaignId'), 'Campaign');
	return {
		path: { agent_id, campaign_id },
		ids: { agent_id, campaign_id },
	};
}

/** The statuses from which a campaign can be changed, as the API's overview lists them. */
const ALLOWED_FROM = {
	addRecipients: ['DRAFT', 'PAUSED'],
	start: ['DRAFT', 'PAUSED'],
	stop: ['IN_PROGRESS'],
	cancel: ['DRAFT', 'SCHEDULED', 'IN_PROGRESS', 'PAUSED'],
} as const;

const DOING: Record<keyof typeof ALLOWED_FROM, string> = {
	addRecipients: 'Recipients can be added to a campaign',
	start: 'A campaign can be started',
	stop: 'A campaign can be stopped',
	cancel: 'A campaign can be canceled',
};

/** That a forbidden transition answers 400 or 409 is an assumption: the API does not document which. */
const FORBIDDEN = new Set([400, 409]);

/** Whether a refusal may be about the campaign's status. */
export const mayBeForbidden = ({ statusCode }: Answer): boolean => FORBIDDEN.has(statusCode);

/** The message for a forbidden transition; undefined when the status is not what forbids it. */
export function describeTransition(
	doing: keyof typeof ALLOWED_FROM,
	status: unknown,
	answer: Answer,
): UserMessage | undefined {
	const allowed: readonly string[] = ALLOWED_FROM[doing];
	if (typeof status !== 'string' || allowed.includes(status.toUpperCase())) return undefined;
	const words = wordsOf(answer);
	return {
		message: `The campaign is ${status.toUpperCase()}${words === '' ? '' : `: ${words}`}`,
		description: `${DOING[doing]} only when it is ${listed(allowed).replace(/ and (\w+)$/, ' or $1')}.`,
	};
}

/** @param name in capitals; Samora's own spelling may be another */
export const isStatus = (status: unknown, name: string): boolean =>
	String(status).toUpperCase() === name;

/** The message for a start that Samora answered with a campaign that has not started; undefined when it has. */
export function describeStillDraft(body: unknown): UserMessage | undefined {
	if (!isStatus(thingIn(body)?.status, 'DRAFT')) return undefined;
	return {
		message: "The campaign didn't start: Samora says that it's still DRAFT",
		description: 'Nobody is being called. Check the campaign in Samora, and start it again.',
	};
}

/** Asks for the campaign's status when a change of it was refused. */
export const explainTransition =
	(doing: keyof typeof ALLOWED_FROM) =>
	async (
		context: IExecutePaginationFunctions,
		answer: Answer,
		{ path }: RequestParts,
	): Promise<UserMessage | undefined> => {
		if (!mayBeForbidden(answer)) return undefined;
		const status = await campaignStatus(context, path ?? {});
		return describeTransition(doing, status, answer);
	};

/** @returns the status, or undefined when it cannot be had: the refusal then stands in the API's words alone */
export const campaignStatus = async (
	context: Caller,
	path: Record<string, string>,
): Promise<unknown> => (await campaignNow(context, path))?.status;

/** @returns the campaign as it is now, or undefined when it cannot be had */
export async function campaignNow(
	context: Caller,
	path: Record<string, string>,
): Promise<IDataObject | undefined> {
	const result = await callSamora(context, { url: filledPath(oneCampaignPath, path) });
	return succeeded(result) ? thingIn(result.answer.body) : undefined;
}
