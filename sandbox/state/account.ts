/** The one Samora account that exists in the sandbox. */

export const SANDBOX_API_KEY = 'sandbox-key';

export interface SandboxAgent {
	id: string;
	name: string;
}

export const SANDBOX_AGENTS: readonly SandboxAgent[] = [
	{ id: '11111111-1111-4111-8111-111111111111', name: 'Ava, lead qualification' },
	{ id: '22222222-2222-4222-8222-222222222222', name: 'Ravi, appointment reminders' },
];

export function findAgent(id: string): SandboxAgent | undefined {
	const wanted = id.toLowerCase();
	return SANDBOX_AGENTS.find((agent) => agent.id === wanted);
}
