import { createHash } from 'crypto';

import { idIn } from '../../shared/api/envelope';
import { outcomeOf, type Outcome } from '../../shared/call/callOutcome';
import { isRecord } from '../../shared/parameters';

/** A campaign or a call as the API gave it. */
export type ApiRecord = Record<string, unknown>;

/** Date, time of day and time zone, as far as they are there. */
const WRITTEN = /^(\d{4}-\d\d-\d\d)(?:[T ]([\d:.]+)(Z|[+-]\d\d(?::?\d\d)?)?)?$/i;

/**
 * A time of the API.
 *
 * ASSUMPTION: a time without a time zone is in UTC.
 *
 * @returns milliseconds since 1970, or undefined when there is no time
 */
export function timeOf(value: unknown): number | undefined {
	if (typeof value !== 'string') return undefined;
	const [, date, clock = '', zone = ''] = WRITTEN.exec(value.trim()) ?? [];
	if (date === undefined) return undefined;
	const hours = /^[+-]\d\d$/.test(zone) ? `${zone}:00` : zone || 'Z';
	const time = Date.parse(clock === '' ? date : `${date}T${clock}${hours}`);
	return Number.isNaN(time) ? undefined : time;
}

/** A status as one word in capitals; '' when there is none. */
export const statusOf = ({ status }: ApiRecord): string =>
	typeof status === 'string' ? status.trim().toUpperCase() : '';

/** The ID of a call; '' if there is none. In the list of a campaign's calls it is called `id`, elsewhere `call_id`. */
export const callIdIn = (call: ApiRecord): string => idIn(call, 'call_id', 'id');

/** How a call ended; undefined while it is going on. */
export const callOutcome = (call: ApiRecord): Outcome | undefined =>
	outcomeOf({
		status: statusOf(call),
		ended_at: typeof call.ended_at === 'string' ? call.ended_at : null,
	});

/** Short and unlikely to be that of another ID, so that static data stay small. */
export const shortKey = (text: string): string =>
	createHash('sha256').update(text).digest('base64url').slice(0, 10);

/** `statsKey` of a campaign of which no call has ended yet. */
export const NOTHING_ENDED = '0';

/**
 * What changes in a campaign's `call_stats` when one of its calls ends: everything but how many calls there are in all,
 * which also grows when recipients are added.
 *
 * @returns '' for a campaign without figures
 */
export function statsKey({ call_stats }: ApiRecord): string {
	if (!isRecord(call_stats)) return '';
	const { total, pending, ...ended } = call_stats;
	const figures = JSON.stringify([Number(total) - Number(pending), Object.values(ended)]);
	return /[1-9]/.test(figures) ? shortKey(figures).slice(0, 6) : NOTHING_ENDED;
}
