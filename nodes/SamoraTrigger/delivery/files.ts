import type { IBinaryData, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { askForCall, callDetailsIn } from '../../shared/call/callDetails';
import { describeHostResult, fetchCallFile, type CallFile } from '../../shared/call/callFiles';
import { exchangeError, operationError } from '../../shared/api/nodeErrors';
import type { TriggerOptions } from '../registration/wantedWebhook';
import { fileUrl, readCallEvent, type Payload } from './events';

/**
 * Adds the files of finished calls to their events, while the URLs last (60 minutes). A file that cannot be fetched is
 * reported to `report`, and the event goes on without it.
 *
 * The execution does this, not the answer to the delivery: Samora waits for that, and sends the event again when it takes
 * too long.
 */
export async function attachFiles(
	context: IExecuteFunctions,
	items: INodeExecutionData[],
	{ downloadRecording, downloadTranscript }: TriggerOptions,
	report: (message: string) => void,
): Promise<INodeExecutionData[]> {
	const wanted: CallFile[] = [
		...(downloadRecording ? (['recording'] as const) : []),
		...(downloadTranscript ? (['transcript'] as const) : []),
	];
	if (wanted.length === 0) return items;
	return await Promise.all(
		items.map(async (item) => await withFiles(context, item, wanted, report)),
	);
}

async function withFiles(
	context: IExecuteFunctions,
	item: INodeExecutionData,
	wanted: CallFile[],
	report: (message: string) => void,
): Promise<INodeExecutionData> {
	const { event, call_id } = readCallEvent(item.json);
	if (event !== 'CALL_FINISHED') return item;

	let details: Promise<Payload> | undefined;
	const askSamora = async () =>
		await (details ??= call_id === null ? Promise.resolve({}) : detailsOf(context, call_id));

	const id = printable(call_id);
	const ofCall = id === '' ? 'of this call' : `of call ${id}`;
	const binary: Record<string, IBinaryData> = { ...item.binary };
	for (const file of wanted) {
		try {
			const name = id === '' ? file : `${file}-${id}`;
			const fetched =
				(await fetchFile(context, fileUrl(item.json, file), file, name)) ??
				(await fetchFile(context, fileUrl(await askSamora(), file), file, name));
			if (fetched) binary[file] = fetched;
			else report(`Samora has no ${file} ${ofCall} yet`);
		} catch (error) {
			const reason = error instanceof Error ? error.message : String(error);
			report(`The ${file} ${ofCall} couldn't be downloaded: ${reason}`);
		}
	}
	return { ...item, binary };
}

/** The ID comes from outside: only letters, digits and dashes of it go into names of files and into hints. */
function printable(callId: string | null): string {
	return (callId ?? '').replace(/[^A-Za-z0-9-]/g, '').slice(0, 64);
}

async function detailsOf(context: IExecuteFunctions, callId: string): Promise<Payload> {
	const result = await askForCall(context, callId);
	const details = callDetailsIn(result);
	if (details) return details;
	throw exchangeError(context.getNode(), result, { thing: 'Call', ids: { call_id: callId } });
}

/** @returns undefined when there is no file at that URL, or not any more */
async function fetchFile(
	context: IExecuteFunctions,
	url: string | null,
	file: CallFile,
	name: string,
): Promise<IBinaryData | undefined> {
	if (url === null) return undefined;
	const fetched = await fetchCallFile(context, url, { name, maxRetries: 0 });
	if ('file' in fetched) return fetched.file;
	if (fetched.result.answer) return undefined;
	throw operationError(context.getNode(), describeHostResult(fetched.result, file, url));
}
