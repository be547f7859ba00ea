import type { IBinaryData, IDataObject, IExecuteSingleFunctions } from 'n8n-workflow';
import pLimit from 'p-limit';

import { askForCall, callDetailsIn, oneCallPath } from '../../../shared/call/callDetails';
import { thingIn } from '../../../shared/api/envelope';
import { describeHostResult, fetchCallFile, type CallFile } from '../../../shared/call/callFiles';
import { describeNoFile, fileLinkIn } from '../../../shared/call/fileLinks';
import { isText, readTranscript, TEXT_BYTES } from '../../../shared/call/transcriptText';
import { callIdField } from './callId';
import { sendPerItem } from '../../sending/engineHooks';
import type { FollowUp, ItemRequest } from '../../sending/route';
import type { Operation } from '../../fields/operation';
import { attempt, Refusal, samoraId, text } from '../../../shared/parameters';
import { connectionOf } from '../../../shared/api/requestOptions';

/** What the two operations that fetch a file of a call share. */

/** How many files are under way at a time. */
const FILES_AT_A_TIME = 3;

interface Wanted extends ItemRequest {
	property: string;
}

export function download(
	file: CallFile,
	words: Pick<Operation['option'], 'name' | 'action' | 'description'>,
) {
	return {
		option: {
			...words,
			value: file === 'recording' ? 'downloadRecording' : 'downloadTranscript',
			routing: {
				request: { method: 'GET', url: oneCallPath },
				...sendPerItem<Wanted>({
					thing: 'Call',
					compose: (read) => {
						const callId = samoraId(read('callId'), 'Call ID');
						return {
							path: { call_id: callId },
							ids: { call_id: callId },
							property: text(read('binaryPropertyName') ?? 'data', 'Put Output File in Field', {
								max: 255,
							}),
						};
					},
					toOutput: (body, { path }) => [{ ...thingIn(body), call_id: path?.call_id }],
					followUp: (context, signal) => fetchFiles(file, context, signal),
				}),
			},
		},
		fields: [
			callIdField,
			{
				displayName: 'Put Output File in Field',
				name: 'binaryPropertyName',
				type: 'string',
				required: true,
				default: 'data',
				placeholder: 'e.g. data',
				hint: 'The name of the output binary field to put the file in',
			},
		],
	} satisfies Operation;
}

function fetchFiles(
	file: CallFile,
	context: IExecuteSingleFunctions,
	signal: AbortSignal,
): FollowUp<Wanted> {
	const gate = pLimit(FILES_AT_A_TIME);
	const chosen = attempt(() => connectionOf(context));
	const connection = chosen instanceof Refusal ? {} : chosen;

	const fetchFrom = async (url: string, callId: string) =>
		await fetchCallFile(context, url, { name: `${file}-${callId}`, connection, signal });

	return async ([call], request) =>
		await gate(async () => {
			if (signal.aborted) return { kind: 'output', items: [] };
			const callId = String(call.call_id);
			const details = { call_id: callId, status: call.status };
			let url = fileLinkIn(call, file);
			if (url === undefined) {
				return { kind: 'failed', failure: { message: describeNoFile(call, file), details } };
			}
			let fetched = await fetchFrom(url, callId);
			if ('result' in fetched && fetched.result.fate === 'refused') {
				// A URL lasts an hour, and the call may have been asked for by an earlier try.
				const fresh = fileLinkIn(callDetailsIn(await askForCall(context, callId)), file);
				url = fresh ?? url;
				if (fresh !== undefined) fetched = await fetchFrom(fresh, callId);
			}
			if ('result' in fetched) {
				const { result } = fetched;
				const message = describeHostResult(result, file, url);
				const httpCode = result.answer?.statusCode;
				return { kind: 'failed', failure: { message, details, httpCode } };
			}
			const binary = fetched.file;
			const size = await sizeOf(context, binary);
			return {
				kind: 'output',
				items: [
					{
						json: {
							...details,
							file_name: binary.fileName,
							mime_type: binary.mimeType,
							file_size: size,
							...(file === 'transcript' && (await wordsIn(context, binary))),
						},
						binary: { [request?.property ?? 'data']: binary },
					},
				],
			};
		});
}

/** In bytes. n8n 1.x does not say it with the file. */
async function sizeOf(
	{ helpers }: IExecuteSingleFunctions,
	{ bytes, id, data }: IBinaryData,
): Promise<number> {
	if (bytes !== undefined) return bytes;
	return id ? (await helpers.getBinaryMetadata(id)).fileSize : Buffer.byteLength(data, 'base64');
}

/** The text of a transcript that is one: text or JSON. */
async function wordsIn(
	{ helpers }: IExecuteSingleFunctions,
	{ id, data, mimeType }: IBinaryData,
): Promise<IDataObject> {
	if (!isText(mimeType)) return {};
	// Of what n8n keeps in memory, no more is decoded than tells whether the text is cut off.
	const beginning = data.slice(0, 4 * Math.ceil((TEXT_BYTES + 1) / 3));
	const bytes = id ? await helpers.getBinaryStream(id) : [Buffer.from(beginning, 'base64')];
	return await readTranscript(bytes);
}
