import type { IDataObject } from 'n8n-workflow';

import { callSamora, filledPath, type Caller } from '../api/api';
import { thingIn } from '../api/envelope';
import { succeeded, type Exchange, type RetryPolicy } from '../api/exchange';

export const oneCallPath = '/v1/call/{call_id}';

/** Asks for the details of a call, which `callDetailsIn` reads. */
export async function askForCall(
	context: Caller,
	callId: string,
	{ timeout, ...policy }: Partial<RetryPolicy> & { timeout?: number } = {},
): Promise<Exchange> {
	return await callSamora(
		context,
		{ url: filledPath(oneCallPath, { call_id: callId }), ...(timeout && { timeout }) },
		{ isValidBody: isCall, ...policy },
	);
}

/** @returns undefined for how a request ended that brought no details */
export function callDetailsIn(result: Exchange): IDataObject | undefined {
	const { answer } = result;
	return succeeded(result) && isCall(answer?.body) ? thingIn(answer?.body) : undefined;
}

const isCall = (body: unknown): boolean => typeof thingIn(body)?.status === 'string';
