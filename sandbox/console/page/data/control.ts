import type { ControlSchemas, SandboxInfo } from '../../../control/control';

/**
 * Sends a request to the control API.
 *
 * @throws Error with the sandbox's message if it refuses the request
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

/** What doesn't change while the sandbox runs. */
export async function about(): Promise<About> {
	const [info, schemas] = await Promise.all([
		control<SandboxInfo>('GET', ''),
		control<ControlSchemas>('GET', '/schemas'),
	]);
	return { ...info, schemas };
}

export const fileUrl = (callId: string, kind: 'recording' | 'transcript') =>
	`/_sandbox/console/calls/${callId}/${kind}`;
