import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Answer, json } from '../http/answers';
import { answer, enter, readBody } from '../http/exchange';
import type { JournalEntry } from '../http/journal';
import { documentedPath, inDialect } from '../settings/dialects';
import type { ApiDescription, CheckedRequest } from './openapi';
import { carryOut, READS } from './operations';
import type { World } from '../world';

export interface ApiServerOptions {
	description: ApiDescription;
	/** Replaces a response that violates the API description with a 500 that says so. */
	checkAnswers: boolean;
}

/** Serves one request to the API: journal, description, key, faults, operation. */
export async function serveApi(
	world: World,
	req: IncomingMessage,
	res: ServerResponse,
	url: URL,
	{ description, checkAnswers }: ApiServerOptions,
) {
	const entry = enter(world, req, res, url);
	const body = await readBody(req);
	const checked = description.check({
		method: entry.method,
		path: documentedPath(world, url.pathname),
		rawQuery: url.search.slice(1),
		headers: req.headers,
		rawBody: body.text,
		bodyBytes: body.bytes,
	});
	entry.operationId = checked.operationId;
	entry.body = checked.body ?? null;
	entry.bodyBytes = body.bytes;
	entry.violation = checked.violation;

	const rawRequest = { pathAndQuery: url.pathname + url.search, body: body.text };
	await answer(world, res, entry, rawRequest, {
		carryOut() {
			const result = process(world, entry, checked);
			return checkAnswers ? confirmed(description, entry, result) : result;
		},
		word: (documented) => inDialect(world, entry.operationId, documented),
	});
	world.log(
		`${entry.method} ${entry.path} → ${entry.status ?? 'no answer'}` +
			(entry.fault ? ` (fault ${entry.fault})` : '') +
			(entry.violation ? ` (${entry.violation})` : ''),
	);
}

function process(world: World, entry: JournalEntry, checked: CheckedRequest): Answer {
	if (checked.operationId === null) return json(404, { message: 'Not found' });
	if (!entry.keyed) return json(401, { message: 'Invalid API key' });
	if (checked.violation !== null) {
		return json(checked.violationStatus, { message: checked.violation });
	}
	const { operationId } = checked;
	const reads = entry.fault === 'ignored' ? READS[operationId] : undefined;
	const outcome = carryOut(world, reads ?? operationId, checked);
	entry.accepted = outcome.answer.status < 300 && !reads;
	if (outcome.callIds) entry.callIds = outcome.callIds;
	if (outcome.scheduledCallIds) entry.scheduledCallIds = outcome.scheduledCallIds;
	return outcome.answer;
}

function confirmed(description: ApiDescription, entry: JournalEntry, result: Answer): Answer {
	if (entry.operationId === null) return result;
	const body: unknown = result.body === '' ? null : JSON.parse(String(result.body));
	const violation = description.checkAnswer(entry.operationId, result.status, body);
	if (violation === null) return result;
	return json(500, { message: `The sandbox breaks its own API description: ${violation}` });
}
