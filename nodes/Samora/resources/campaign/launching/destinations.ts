import type { IExecuteFunctions } from 'n8n-workflow';

import type { AgentDefault } from '../../../../shared/agentId';
import type { ReadParameter } from '../../../../shared/parameters';
import type { Destination } from '../recipients/recipientRows';
import type { CallingHours } from '../../../rules/callingHours';
import { newCampaign, type NewCampaign } from '../settings/newCampaign';

/** A campaign that is to be launched, and when it may be started. */
export interface LaunchedCampaign extends NewCampaign {
	hours: CallingHours | undefined;
}

/** The campaign of each row. Usually there is one; expressions can name another for every row. */
export function destinations(
	context: IExecuteFunctions,
	credential: AgentDefault,
	hoursOf: (read: ReadParameter) => CallingHours | undefined,
): (read: ReadParameter) => Destination<LaunchedCampaign> {
	const { parameters } = context.getNode();
	const once = new Map<string, unknown>();
	return (read) => {
		const campaign = newCampaign((name) => {
			if (!isSameForAll(parameters[name])) return read(name);
			if (!once.has(name)) once.set(name, read(name));
			return once.get(name);
		}, credential);
		// Hours that can't be understood are refused before anything is created.
		const hours = hoursOf(read);
		const { path, body } = campaign;
		// As it is written, where that counts for all rows: the time in a name is another one in a retry.
		const name = isSameForAll(parameters.name) ? parameters.name : body.name;
		const key = JSON.stringify([path.agent_id.toLowerCase(), name, body.retry_config]);
		// A draft that was not started calls nobody: its recipients are nobody's in another campaign.
		const identityOf = (to_number: string) => `${key} ${to_number}`;
		// Whoever is in two campaigns that are launched together is called by both.
		const personKey = (to_number: string) => to_number;
		return { target: { ...campaign, hours }, key, identityOf, personKey };
	};
}

/** The key of the campaign that a recipient's identity is about. */
export const campaignKeyOf = (identity: string): string =>
	identity.slice(0, identity.lastIndexOf(' '));

/** Names in expressions that stand for the same thing in every item, or would if time stood still. */
const SAME_FOR_ALL = new Set([
	'$now',
	'$today',
	'$execution',
	'$workflow',
	'$vars',
	'$env',
	'$runIndex',
]);

/** Whether no part of a parameter looks at the item. With $now in its name every row would get a campaign of its own. */
function isSameForAll(value: unknown): boolean {
	if (typeof value === 'string') {
		return (
			!value.startsWith('=') ||
			(value.match(/\$\w*/g) ?? []).every((name) => SAME_FOR_ALL.has(name))
		);
	}
	return typeof value !== 'object' || value === null || Object.values(value).every(isSameForAll);
}
