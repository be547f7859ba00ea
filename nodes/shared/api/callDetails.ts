import type { IDataObject } from 'n8n-workflow';

import { callSamora, filledPath, type Caller } from './api';
import { succeeded, type Exchange, type RetryPolicy } from './exchange';
import { isRecord } from '../parameters';

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
	if (!succeeded(result) || !isCall(result.answer.body)) return undefined;
	return result.answer.body.data;
}

const isCall = (body: unknown): body is { data: IDataObject } =>
	isRecord(body) && isRecord(body.data) && typeof body.data.status === 'string';
