import { createHash, randomBytes, timingSafeEqual } from 'crypto';

/** The header in which Samora sends the token back with every delivery, because we put it into `custom_headers`. */
export const TRIGGER_HEADER = 'X-N8n-Trigger-Token';

/** Which trigger a token was made for. Anybody who reads the webhook at Samora can see them. */
export interface Marks {
	/** The node in its workflow. */
	trigger: string;
	/** The n8n that registered the webhook. */
	instance: string;
}

/**
 * A random token of 256 bits, with the marks of its trigger in front. The marks let a trigger recognize its webhook at
 * Samora even when n8n has lost everything else about it.
 */
export function newToken({ trigger, instance }: Marks): string {
	return `${trigger}.${instance}.${randomBytes(32).toString('base64url')}`;
}

/** The marks of a trigger: the same for as long as its node stays in its workflow, and the workflow in its n8n. */
export function marksFor(workflowId: string, nodeId: string, instanceId: string): Marks {
	return { trigger: mark(workflowId, nodeId), instance: mark(instanceId) };
}

/** @returns the marks of the trigger that a token was made for; undefined when it is not one of our tokens */
export function marksOf(token: unknown): Marks | undefined {
	const [, trigger, instance] =
		typeof token === 'string'
			? (/^([0-9a-f]{16})\.([0-9a-f]{16})\.[\w-]{43}$/.exec(token) ?? [])
			: [];
	return trigger && instance ? { trigger, instance } : undefined;
}

/** What n8n keeps of a token: enough to recognize it, and useless to whoever reads it. SHA-256 in hex. */
export function hashToken(token: string): string {
	return digest(token).toString('hex');
}

/** Compares in constant time. */
export function isToken(given: string, tokenHash: string): boolean {
	const expected = Buffer.from(tokenHash, 'hex');
	return expected.length === 32 && timingSafeEqual(digest(given), expected);
}

function digest(text: string): Buffer {
	return createHash('sha256').update(text).digest();
}

function mark(...names: string[]): string {
	return createHash('sha256').update(JSON.stringify(names)).digest('hex').slice(0, 16);
}
