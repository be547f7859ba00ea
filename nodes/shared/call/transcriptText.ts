import type { IDataObject } from 'n8n-workflow';

import { succeeded } from '../api/exchange';
import { describeHostResult, fetchFromHost, type Fetcher, type Fetching } from './callFiles';
import { describeNoFile, fileLinkIn } from './fileLinks';

/** How much of a transcript an item holds as text, in bytes. The file may be longer. */
export const TEXT_BYTES = 1024 * 1024;
/** Nobody waits longer for the words of a call that has ended, in milliseconds. */
const TEXT_MS = 30_000;

export const isText = (type: string): boolean => /^text\/|[/+]json$/.test(type);

/** Reads what fits into an item, and leaves the rest. */
export async function readTranscript(
	body: AsyncIterable<unknown> | Iterable<unknown>,
): Promise<IDataObject> {
	const chunks: Buffer[] = [];
	let length = 0;
	for await (const chunk of body) {
		const bytes = Buffer.from(chunk as Uint8Array);
		chunks.push(bytes);
		length += bytes.length;
		if (length > TEXT_BYTES) break;
	}
	const bytes = Buffer.concat(chunks).subarray(0, TEXT_BYTES);
	return {
		// A character that was cut in two at the end is left out.
		transcript: new TextDecoder().decode(bytes, { stream: true }),
		...(length > TEXT_BYTES && { transcript_truncated: true }),
	};
}

/**
 * Fetches what was said in a call that has ended, if Samora has it as text.
 *
 * @returns `transcript`, which is null where there is none, and then `transcript_note` says why
 */
export async function transcriptOf(
	context: Fetcher,
	call: IDataObject,
	fetching: Fetching,
): Promise<IDataObject> {
	// What Samora itself gives under this name stays.
	if (call.transcript) return {};
	const url = fileLinkIn(call, 'transcript');
	if (url === undefined) return without(describeNoFile(call, 'transcript').message);
	const result = await fetchFromHost(
		context,
		url,
		{ deadline: TEXT_MS, ...fetching },
		async (body, type) => {
			if (isText(type)) return await readTranscript(body);
			body.destroy();
			return without(
				`The transcript is not text (its type is ${type || 'unknown'}). Call: Download Transcript returns the file`,
			);
		},
	);
	return succeeded(result)
		? (result.answer.body as IDataObject)
		: without(describeHostResult(result, 'transcript', url).message);
}

const without = (note: string): IDataObject => ({ transcript: null, transcript_note: note });
