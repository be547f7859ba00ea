import type { IBinaryData, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { aboutHost, fetchCallFile, type CallFile } from '../shared/api/callFiles';
import { operationError } from '../shared/api/nodeErrors';
import type { TriggerOptions } from './configuration';
import { fileUrl, readCallEvent, type Payload } from './events';
import { callDetails } from './samoraApi';

/**
 * Adds the files of finished calls to the events, while their URLs last (60 minutes).
 *
 * This belongs into the execution, not into the answer to the delivery: Samora waits for that, and sends the event
 * again when it takes too long. A file that cannot be had is told about in a hint; the event goes on without it.
 */
export async function attachFiles(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const options = this.getNodeParameter('options', 0, {}) as TriggerOptions;
	const wanted: CallFile[] = [
		...(options.downloadRecording ? (['recording'] as const) : []),
		...(options.downloadTranscript ? (['transcript'] as const) : []),
	];
	const items = this.getInputData();
	if (wanted.length === 0) return [items];
	return [await Promise.all(items.map(async (item) => await withFiles(this, item, wanted)))];
}

async function withFiles(
	context: IExecuteFunctions,
	item: INodeExecutionData,
	wanted: CallFile[],
): Promise<INodeExecutionData> {
	const { event, call_id } = readCallEvent(item.json);
	if (event !== 'CALL_FINISHED') return item;

	let details: Promise<Payload> | undefined;
	const askSamora = async () =>
		await (details ??= call_id === null ? Promise.resolve({}) : callDetails(context, call_id));

	const ofCall = call_id === null ? 'of this call' : `of call ${call_id}`;
	const binary: Record<string, IBinaryData> = { ...item.binary };
	for (const file of wanted) {
		try {
			const name = `${file}${call_id === null ? '' : `-${call_id}`}`;
			const fetched =
				(await fetchFile(context, fileUrl(item.json, file), file, name)) ??
				(await fetchFile(context, fileUrl(await askSamora(), file), file, name));
			if (fetched) binary[file] = fetched;
			else hint(context, `Samora has no ${file} ${ofCall} yet`);
		} catch (fault) {
			const reason = fault instanceof Error ? fault.message : String(fault);
			hint(context, `The ${file} ${ofCall} could not be fetched: ${reason}`);
		}
	}
	return { ...item, binary };
}

/** @returns undefined when there is nothing to be had at that URL (any more) */
async function fetchFile(
	context: IExecuteFunctions,
	url: string | null,
	file: CallFile,
	name: string,
): Promise<IBinaryData | undefined> {
	if (url === null) return undefined;
	const fetched = await fetchCallFile(context, url, { name, maxRetries: 0 });
	if ('file' in fetched) return fetched.file;
	if (fetched.ended.answer) return undefined;
	throw operationError(context.getNode(), aboutHost(fetched.ended, file, url));
}

function hint(context: IExecuteFunctions, message: string): void {
	context.addExecutionHints({ message, location: 'outputPane', type: 'warning' });
}
