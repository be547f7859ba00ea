import type { IDataObject } from 'n8n-workflow';

import type { UserMessage } from '../api/problems';
import type { CallFile } from './callFiles';
import { outcomeOf, wasPickedUp } from './callOutcome';

/** The link to a file in a call's details. It works for an hour. */
export function fileLinkIn(details: IDataObject | undefined, file: CallFile): string | undefined {
	const url = details?.[`${file}_url`];
	return typeof url === 'string' && url !== '' ? url : undefined;
}

/** Why a call's details have no link to the file. */
export function describeNoFile(call: IDataObject, file: CallFile): UserMessage {
	const status = String(call.status);
	if (outcomeOf(call) === undefined) {
		return {
			message: `The call hasn't ended (it is ${status}), so it has no ${file} yet`,
			description:
				'Download it after the call has ended: after Call: Trigger and Wait, or when the Samora Trigger starts with CALL_FINISHED.',
		};
	}
	if (!wasPickedUp(call)) {
		return {
			message: `Nobody answered (the call is ${status}), so there is no ${file}`,
			description:
				"Leave out calls that weren't answered, for example with an If node before this one.",
		};
	}
	return {
		message: `Samora has no ${file} of this call yet`,
		description: `The call ended at ${String(call.ended_at)}, and its files can take a little longer. Run the node again in a few minutes. If there's still no file, this call has none.`,
	};
}
