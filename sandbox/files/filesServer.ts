import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer } from '../http/answers';
import { durationOf } from '../state/calls';
import { answer, enter } from '../http/exchange';
import { recordingOf } from './recording';
import { transcriptOf } from './transcript';
import type { World } from '../world';

/** Serves a request to the file origin, which behaves like an object store. */
export async function serveFile(world: World, req: IncomingMessage, res: ServerResponse, url: URL) {
	const entry = enter(world, req, res, url);
	entry.operationId = 'file';
	req.resume();
	await answer(
		world,
		res,
		entry,
		{ pathAndQuery: url.pathname + url.search, body: '' },
		{
			carryOut() {
				const result = fetchFile(world, req, url);
				entry.accepted = result.status === 200;
				return result;
			},
		},
	);
	world.log(`${entry.method} file ${entry.path} → ${entry.status ?? 'no answer'}`);
}

function fetchFile(world: World, req: IncomingMessage, url: URL): Answer {
	if (req.headers['x-api-key'] !== undefined) {
		return refusal(400, 'InvalidRequest', 'An API key has no business at this host.');
	}
	if (req.method !== 'GET') {
		return refusal(405, 'MethodNotAllowed', 'The URL is presigned for GET.');
	}
	const link = world.links.check(url, world.clock.now());
	if (!link.ok) return refusal(403, link.code, link.message);
	const call = world.calls.find(link.callId);
	if (!call) return refusal(404, 'NoSuchKey', 'The specified key does not exist.');
	if (link.kind === 'transcript') return transcriptOf(call);
	return recordingOf(durationOf(call) ?? 0);
}

const refusal = (status: number, code: string, message: string): Answer => ({
	status,
	headers: { 'content-type': 'application/xml' },
	body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
});
