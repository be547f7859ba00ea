import type { ControlSchemas, SandboxInfo } from '../../control/control';

/**
 * A request to the control API, from the sandbox's own page.
 *
 * @throws Error with the sandbox's words when it refuses
 */
export async function control<T>(method: string, path: string, body?: unknown): Promise<T> {
	const response = await fetch(`/_sandbox${path}`, {
		method,
		...(body !== undefined && { body: JSON.stringify(body) }),
	});
	const answer = (await response.json()) as T & { message?: string };
	if (!response.ok) throw new Error(answer.message ?? `The sandbox answered ${response.status}`);
	return answer;
}

export interface About extends SandboxInfo {
	schemas: ControlSchemas;
}

/** What stays the same as long as the sandbox runs. */
export async function about(): Promise<About> {
	const [info, schemas] = await Promise.all([
		control<SandboxInfo>('GET', ''),
		control<ControlSchemas>('GET', '/schemas'),
	]);
	return { ...info, schemas };
}

export const fileUrl = (callId: string, kind: 'recording' | 'transcript') =>
	`/_sandbox/console/calls/${callId}/${kind}`;
