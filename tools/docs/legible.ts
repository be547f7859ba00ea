import type { Sandbox } from '../../sandbox';

/** The time at which every example starts. */
const EPOCH = Date.parse('2026-01-15T09:00:00.000Z');

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g;

/**
 * Replaces everything that differs between runs: numbers IDs in order of appearance, shifts times to a fixed start, uses
 * Samora's addresses, and removes secrets.
 */
export function legible<Value>(
	value: Value,
	{ sandbox, startedAt }: { sandbox: Sandbox; startedAt: string },
): Value {
	const kept = new Set(sandbox.agents.map(({ id }) => id));
	const numbered = new Map<string, string>();
	const idFor = (id: string): string => {
		if (kept.has(id)) return id;
		const number = numbered.get(id) ?? String(numbered.size + 1).padStart(8, '0');
		numbered.set(id, number);
		return `${number}-aaaa-4aaa-8aaa-aaaaaaaaaaaa`;
	};
	const offset = EPOCH - Date.parse(startedAt);
	const text = JSON.stringify(value)
		.replaceAll(sandbox.filesUrl, 'https://files.example.com')
		.replaceAll(UUID, idFor)
		.replaceAll(TIME, (time) => new Date(Date.parse(time) + offset).toISOString())
		.replace(/(https:\/\/files\.example\.com[^"?]*)\?[^"]*/g, '$1?signature=…')
		.replace(/whsec_[\w+/=-]+/g, 'whsec_…')
		.replace(/evt_\w+/g, 'evt_…');
	return JSON.parse(text) as Value;
}
