import {
	eventKey,
	isAcknowledged,
	type Attempt,
	type SeenExecution,
} from '../../tools/n8n/events/eventAccount';

/** One line for each acknowledged event without an execution or with several: its deliveries and its executions. */
export function suspects(
	attempts: ReadonlyArray<Attempt & { at: string }>,
	executions: readonly SeenExecution[],
): string[] {
	const byEvent = new Map<string, Array<Attempt & { at: string }>>();
	for (const attempt of attempts) {
		const key = eventKey(attempt.event, attempt.call_id);
		byEvent.set(key, [...(byEvent.get(key) ?? []), attempt]);
	}
	const executionsOf = new Map<string, string[]>();
	for (const { id, status, about = '' } of executions) {
		executionsOf.set(about, [...(executionsOf.get(about) ?? []), `${id} ${status}`]);
	}
	return [...byEvent].flatMap(([event, deliveries]) => {
		const found = executionsOf.get(event) ?? [];
		if (found.length === 1 || !deliveries.some(isAcknowledged)) return [];
		const delivered = deliveries.map(
			({ at, status, answer }) => `${at} ${status ?? 'no answer'} ${(answer ?? '').slice(0, 60)}`,
		);
		return [
			`${event}: delivered ${delivered.join('; ')}. Executions: ${found.join('; ') || 'none'}`,
		];
	});
}
