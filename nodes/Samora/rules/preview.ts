import type { IDataObject } from 'n8n-workflow';

import { countryOf } from '../../shared/phone/plans';
import { clocksNow, hoursFor, type CallingHours } from './callingHours';

/** What Check Only says of an item. */
export interface Checked {
	/** In E.164; undefined where it can't be read. */
	number?: string;
	/** Why it would not be called; undefined if it would be. */
	reason?: string;
	hours?: CallingHours;
}

/** An item of the dry run: whether it would be called, at which number, and why not. */
export function preview({ number, reason, hours }: Checked, now: Date): IDataObject {
	return {
		would_call: reason === undefined,
		to_number: number ?? null,
		country: (number !== undefined && countryOf(number)) || null,
		...(number !== undefined && hours && { local_time: clocksNow(hoursFor(hours, number), now) }),
		...(reason !== undefined && { reason }),
	};
}
