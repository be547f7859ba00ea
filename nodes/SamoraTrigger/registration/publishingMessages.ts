import type { IHookFunctions } from 'n8n-workflow';

import type { Exchange } from '../../shared/api/exchange';
import {
	describeAnswer,
	describeFault,
	mayBeProxys,
	type Subject,
	type UserMessage,
} from '../../shared/api/problems';

/**
 * n8n 2 shows the message of an error at publishing, and n8n 1 the description alone. So each of them says what
 * happened and what to do.
 */
export function inBothLines(happened: string, remedy: string): UserMessage {
	const whole = `${happened.replace(/\.$/, '')}. ${remedy}`;
	return { message: whole, description: whole };
}

/** What the user did, and can do again. */
export function again(context: Pick<IHookFunctions, 'getActivationMode'>): string {
	return context.getActivationMode() === 'manual'
		? 'listen for a test event again'
		: 'publish the workflow again';
}

/** What to do, by status. The first matching row wins; for other statuses see `describeAnswer`. */
const REMEDIES: ReadonlyArray<{
	status: readonly [number, number];
	remedy: (again: string) => string;
}> = [
	{
		status: [409, 409],
		remedy: (again) => `Check the webhooks of this agent in Samora, and ${again}.`,
	},
	{ status: [429, 429], remedy: (again) => `Wait a minute, and ${again}.` },
	{ status: [401, 404], remedy: () => '' },
	{ status: [400, 499], remedy: (again) => `Correct what Samora points out, and ${again}.` },
	{
		status: [500, 599],
		remedy: (again) =>
			`The cause is at Samora. Wait a minute, and ${again}. If this keeps happening, contact Samora AI Support.`,
	},
];

/** The message for an unsuccessful request to Samora while publishing. It quotes Samora's words. */
export function describeRequest(
	{ answer, fault, fate }: Exchange,
	subject: Subject,
	again: string,
): UserMessage {
	if (answer) {
		const { statusCode } = answer;
		const { message, description } = describeAnswer(answer, subject);
		const remedy =
			statusCode >= 500 && mayBeProxys(answer)
				? `Wait a minute, and ${again}. If this keeps happening, ask whoever runs the proxy, or contact Samora AI Support.`
				: REMEDIES.find(({ status: [from, to] }) => statusCode >= from && statusCode <= to)?.remedy(
						again,
					);
		return inBothLines(message, remedy || description);
	}
	// n8n gives this code to what ran out of time here. Nobody can stop a publication.
	const isOutOfTime = ['ERR_CANCELED', 'ECONNABORTED', 'ETIMEDOUT'].includes(fault.code);
	if (fault.words === undefined && (fate === 'unknown' || isOutOfTime)) {
		return inBothLines(
			"Samora didn't answer",
			`Check that this n8n can reach Samora, wait a minute, and ${again}.`,
		);
	}
	const { message, description } = describeFault(fault);
	return inBothLines(message, description);
}
