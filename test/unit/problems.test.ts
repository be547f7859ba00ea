import type { INode } from 'n8n-workflow';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';

import { Refusal } from '../../nodes/shared/parameters';
import { describeAnswer, describeFault } from '../../nodes/shared/api/problems';
import {
	apiError,
	failedItem,
	isFailedItem,
	operationError,
	refusedItem,
	errorRouter,
} from '../../nodes/shared/api/nodeErrors';

const about = (statusCode: number, body: unknown = { message: 'its words' }, ids = {}) =>
	describeAnswer({ statusCode, headers: {}, body }, { thing: 'Campaign', ids });
const page = '<html><body>Not found</body></html>';

describe('what an answer means', () => {
	it.each([
		[301, "Samora answered with a redirect, which the node didn't follow: its words", 'Base URL'],
		[
			400,
			'Samora rejected the request for this campaign: its words',
			'Correct what Samora points out',
		],
		[401, 'Samora rejected the API key: its words', 'Samora credential'],
		[403, "This API key can't access this campaign: its words", 'organization'],
		[404, "Samora can't find this campaign: its words", 'Base URL'],
		[409, "The campaign doesn't allow this in its current state: its words", 'Check the campaign'],
		[413, 'Samora accepts requests of up to 2 MiB, and this one is larger: its words', 'less'],
		[
			422,
			'Samora rejected the request for this campaign: its words',
			'Correct what Samora points out',
		],
		[429, 'Samora received too many requests from this API key: its words', 'few minutes'],
		[500, 'Samora is unavailable right now: its words', 'Support'],
		[503, 'Samora is unavailable right now: its words', 'Support'],
	])('%i', (status, message, description) => {
		const sentence = about(status);
		expect(sentence.message).toBe(message);
		expect(sentence.description).toContain(description);
	});

	it('names what was given, so that the person can compare', () => {
		const ids = { agent_id: 'a-1', campaign_id: 'c-2' };
		for (const status of [400, 404]) {
			expect(about(status, {}, ids).description).toContain('Agent ID a-1 and Campaign ID c-2');
		}
	});

	it.each([
		[200, page],
		[200, ''],
		[204, null],
		[400, page],
		[403, page],
		[404, page],
		[405, page],
	])('is that this is not Samora’s API: %i %j', (status, body) => {
		expect(about(status, body)).toEqual({
			message: "The response didn't come from the Samora API",
			description: expect.stringContaining('Base URL'),
		});
	});

	it.each([
		[{ message: 'ok', data: { call: { id: 'c-1' } } }],
		[{ data: [{ data: {} }] }],
		[[{ id: 'c-1' }]],
		[{}],
	])('is quoted where a success says nothing that the node understands: %j', (body) => {
		const answer = { statusCode: 202, headers: {}, body, host: 'api.example' };
		const { message, description } = describeAnswer(answer, { thing: 'Call', ids: {} });
		expect(message).toBe(
			`The node can't read what Samora answered (status 202): ${JSON.stringify(body)}`,
		);
		expect(description).toContain('Base URL in the Samora credential (now api.example)');
	});

	it('quotes no secret, and no more than can be read', () => {
		const secret = `whsec_${'a1'.repeat(20)}`;
		const custom_headers = { Authorization: 'Bearer a1b2c3' };
		const { message } = about(200, {
			hook: { custom_headers, secret, note: secret },
			rest: 'x'.repeat(10_000),
		});
		expect(message).toContain('"note":"…"');
		expect(message).not.toContain(secret);
		expect(message).not.toContain('a1b2c3');
		expect(message.length).toBeLessThan(1000);
	});

	it.each([
		[401, page, /API key/],
		[413, page, /2 MiB/],
		[429, page, /too many requests/],
		[502, page, /^Samora, or a proxy between n8n and Samora, answered with status 502$/],
		[502, { message: 'Restarting' }, /unavailable.*Restarting/],
		[404, '', /can't find/],
		[404, {}, /can't find/],
	])('is plain enough without words of the API: %i %j', (status, body, sentence) => {
		expect(about(status, body).message).toMatch(sentence);
	});

	it.each([301, 404, 200])(
		'names the host that was asked where it may be the wrong one: %i',
		(status) => {
			const answer = { statusCode: status, headers: {}, body: page, host: 'intranet.example:8080' };
			const { description } = describeAnswer(answer, { thing: 'Campaign', ids: {} });
			expect(description).toContain(
				'Base URL in the Samora credential (now intranet.example:8080)',
			);
		},
	);

	it('is said for every status there is', () => {
		for (let status = 100; status < 600; status++) {
			const { message, description } = about(status);
			expect(message).toMatch(/^\S.*\S$/);
			expect(description).toMatch(/^\S.*\S$/);
			expect(message + description).not.toMatch(/\b(error|problem|failure|mistake)/i);
		}
	});
});

describe('what it means when no answer came', () => {
	it.each([
		[
			{ code: 'ECONNREFUSED', fate: 'unreached' as const },
			"n8n couldn't reach Samora",
			/Nothing was sent.*ECONNREFUSED/,
		],
		[
			{ code: 'ENOTFOUND', fate: 'unreached' as const, address: 'samora.example' },
			"n8n couldn't reach Samora at samora.example",
			/ENOTFOUND/,
		],
		[{ code: 'ECONNRESET', fate: 'unknown' as const }, "Samora didn't answer", /ECONNRESET/],
		[{ code: '', fate: 'unknown' as const }, "Samora didn't answer", /timed out/],
		[{ code: '', fate: 'cancelled' as const }, 'The execution was stopped', /not sent/],
		[
			{ code: 'ERR_CANCELED', fate: 'unknown' as const },
			'The execution was stopped before Samora answered',
			/already been sent/,
		],
		[
			{ code: '', fate: 'unreached' as const, words: 'Our own words' },
			'Our own words',
			/Nothing was sent/,
		],
	])('%j', (fault, message, description) => {
		const sentence = describeFault(fault);
		expect(sentence.message).toBe(message);
		expect(sentence.description).toMatch(description);
	});
});

describe('what n8n gets', () => {
	const node: INode = {
		id: '1',
		name: 'Samora',
		type: 'n8n-nodes-samora.samora',
		typeVersion: 1,
		position: [0, 0],
		parameters: {},
	};
	const sentence = {
		message: "Samora didn't answer",
		description: 'ECONNRESET, and then nothing.',
	};

	it('is an API error with the sentence as it is, its item and its status', () => {
		const error = apiError(node, sentence, { httpCode: 503, itemIndex: 2 });
		expect(error).toBeInstanceOf(NodeApiError);
		expect(error.message).toBe("Samora didn't answer [item 2]");
		expect(error.description).toBe(sentence.description);
		expect(error.httpCode).toBe('503');
		expect(error.context.itemIndex).toBe(2);
	});

	it('is an operation error for what was not sent', () => {
		const error = operationError(node, { message: 'ECONNREFUSED is my name', description: 'D' });
		expect(error).toBeInstanceOf(NodeOperationError);
		expect(error.message).toBe('ECONNREFUSED is my name');
		expect(error.description).toBe('D');
	});

	it('is an item that n8n takes for a bad one', () => {
		expect(failedItem(sentence, 3, { status: 'unknown' })).toEqual({
			error: "Samora didn't answer [item 3]",
			details: { status: 'unknown', description: sentence.description },
		});
		expect(refusedItem(new Refusal('Name', 'Name is empty'), 0)).toEqual({
			error: 'Name is empty [item 0]',
			details: { status: 'not sent', parameter: 'Name' },
		});
	});
});

describe('an item for the error output', () => {
	const failed = {
		error: 'Samora is unavailable right now [item 2]',
		details: { status: 'unknown', description: 'Run it again.' },
	};
	const node = (onError: INode['onError']): INode => ({
		id: '1',
		name: 'Samora',
		type: 'samora',
		typeVersion: 1,
		position: [0, 0],
		parameters: {},
		onError,
	});

	it('has what n8n 1 sends there, and no more', () => {
		const n8n1 = { getNode: () => node('continueErrorOutput') };
		expect(errorRouter(n8n1)(failed)).toEqual({ error: failed.error, message: 'Run it again.' });
		expect(errorRouter(n8n1)({ error: 'No number', details: {} })).toEqual({ error: 'No number' });
		expect(errorRouter(n8n1)({ call_id: '1' })).toEqual({ call_id: '1' });
	});

	it.each([
		{ call_id: '1', error: null },
		{ call_id: '1', error: 'no-answer', details: { cause: 'busy' } },
		{ call_id: '1', error: { code: 1 }, details: {} },
		{ error: null, details: null },
	])('is none that Samora gave, whatever fields it has: %j', (json) => {
		expect(isFailedItem(json)).toBe(false);
		expect(errorRouter({ getNode: () => node('continueErrorOutput') })(json)).toEqual(json);
	});

	it('keeps its details in n8n 2, and at the first output', () => {
		const n8n2 = { getNode: () => node('continueErrorOutput'), isNodeFeatureEnabled: () => true };
		expect(errorRouter(n8n2)(failed)).toEqual(failed);
		expect(errorRouter({ getNode: () => node('continueRegularOutput') })(failed)).toEqual(failed);
	});
});
