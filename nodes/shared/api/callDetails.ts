import type { IDataObject } from 'n8n-workflow';

import { callSamora, filledPath, type Caller } from './api';
import type { Exchange, Patience } from './exchange';
import { isRecord } from '../parameters';

export const oneCallPath = '/v1/call/{call_id}';

/** Asks for the details of a call, which `callDetailsIn` reads. */
export async function askForCall(
	context: Caller,
	callId: string,
	{ timeout, ...patience }: Partial<Patience> & { timeout?: number } = {},
): Promise<Exchange> {
	return await callSamora(
		context,
		{ url: filledPath(oneCallPath, { call_id: callId }), ...(timeout && { timeout }) },
		{ whole: isCall, ...patience },
	);
}

/** @returns undefined for how a request ended that brought no details */
export function callDetailsIn(ended: Exchange): IDataObject | undefined {
	if (ended.fate !== 'done' || !('answer' in ended) || !isCall(ended.answer.body)) return undefined;
	return ended.answer.body.data;
}

const isCall = (body: unknown): body is { data: IDataObject } =>
	isRecord(body) && isRecord(body.data) && typeof body.data.status === 'string';
