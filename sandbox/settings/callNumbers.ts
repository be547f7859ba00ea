import type { CallRecord } from '../state/calls';

/** A number for a call: the last 48 bits of its UUID, which a JSON number holds exactly. */
export const numberOf = (uuid: string): number => parseInt(uuid.slice(-12), 16);

const CALL_BY_NUMBER = /^\/v1\/call\/(\d+)$/;

/** The path with the call's UUID where it has the call's number. */
export function withUuid(path: string, calls: Iterable<CallRecord>): string {
	const [, digits] = CALL_BY_NUMBER.exec(path) ?? [];
	if (digits === undefined) return path;
	for (const { id } of calls) {
		if (numberOf(id) === Number(digits)) return `/v1/call/${id}`;
	}
	return path;
}
