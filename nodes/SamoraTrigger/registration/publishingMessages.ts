import type { IHookFunctions } from 'n8n-workflow';

import type { Exchange } from '../../shared/api/exchange';
import { aboutAnswer, aboutFault, type Sentence, type Subject } from '../../shared/api/problems';

/**
 * n8n 2 shows the message of an error at publishing, and n8n 1 the description alone. So each of them says what
 * happened and what to do.
 */
export function inBothLines(happened: string, remedy: string): Sentence {
	const whole = `${happened.replace(/\.$/, '')}. ${remedy}`;
	return { message: whole, description: whole };
}

/** What the person did, and can do again. */
export function again(context: Pick<IHookFunctions, 'getActivationMode'>): string {
	return context.getActivationMode() === 'manual'
		? 'listen for a test event again'
		: 'publish the workflow again';
}

/** What to do about a refusal, by its status. The first row that fits counts; for the others see `aboutAnswer`. */
const REMEDIES: ReadonlyArray<{
	status: readonly [number, number];
	remedy: (again: string) => string;
}> = [
	{
		status: [409, 409],
		remedy: (again) => `Look at the webhooks of this agent in Samora, and ${again}.`,
	},
	{ status: [429, 429], remedy: (again) => `Wait a minute, and ${again}.` },
	{ status: [401, 404], remedy: () => '' },
	{ status: [400, 499], remedy: (again) => `Change what Samora names, and ${again}.` },
	{
		status: [500, 599],
		remedy: (again) =>
			`This is a fault at Samora. Wait a minute, and ${again}. Contact Samora AI Support if it stays.`,
	},
];

/** The sentence for a request to Samora, at publishing, that did not do what was asked. Samora's words are quoted. */
export function aboutRequest(ended: Exchange, subject: Subject, again: string): Sentence {
	if ('answer' in ended) {
		const { statusCode } = ended.answer;
		const { message, description } = aboutAnswer(ended.answer, subject);
		const remedy = REMEDIES.find(
			({ status: [from, to] }) => statusCode >= from && statusCode <= to,
		)?.remedy(again);
		return inBothLines(message, remedy || description);
	}
	const { fault } = ended;
	// n8n gives this code to what ran out of time here. Nobody can stop a publication.
	const isOutOfTime = fault.code === 'ERR_CANCELED' || fault.code === 'ECONNABORTED';
	if (fault.words === undefined && (ended.fate === 'unknown' || isOutOfTime)) {
		return inBothLines(
			'Samora did not answer',
			`Check that this n8n can reach Samora, wait a minute, and ${again}.`,
		);
	}
	const { message, description } = aboutFault(fault);
	return inBothLines(message, description);
}
