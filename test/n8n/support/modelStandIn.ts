import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

import express from 'express';

import { isRecord, type JsonRecord } from '../../../tools/json';

/** A tool as n8n describes it to a model. */
export interface OfferedTool {
	name: string;
	description: string;
	/** JSON schema of what the model fills in. */
	parameters: JsonRecord;
}

export interface ModelRequest {
	tools: OfferedTool[];
	messages: JsonRecord[];
}

/** What the model does next: call a tool, or say something and be done. */
export type Reply = { call: string; with: JsonRecord } | { say: string };

/** Stands in for a language model behind OpenAI's chat completions, and thinks what the test tells it to. */
export interface ModelStandIn {
	/** For n8n's credential of the type `openAiApi`. */
	readonly credential: JsonRecord;
	readonly requests: ModelRequest[];
	think: (request: ModelRequest) => Reply;
	stop(): Promise<void>;
}

export async function startModel(): Promise<ModelStandIn> {
	const app = express();
	app.use(express.json({ limit: '5mb' }));
	const server = app.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const requests: ModelRequest[] = [];
	const model: ModelStandIn = {
		credential: {
			apiKey: 'none',
			url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
			organizationId: '',
			header: false,
		},
		requests,
		think: () => ({ say: 'Nothing to do.' }),
		async stop() {
			server.close();
			server.closeAllConnections();
			await once(server, 'close');
		},
	};
	app.post('/v1/chat/completions', (req, res) => {
		const body = req.body as JsonRecord;
		const request = { tools: toolsOf(body), messages: records(body.messages) };
		requests.push(request);
		const reply = model.think(request);
		const message =
			'say' in reply
				? { role: 'assistant', content: reply.say }
				: {
						role: 'assistant',
						content: null,
						tool_calls: [
							{
								id: `call_${requests.length}`,
								type: 'function',
								function: { name: reply.call, arguments: JSON.stringify(reply.with) },
							},
						],
					};
		res.json({
			id: `chatcmpl-${requests.length}`,
			object: 'chat.completion',
			created: 0,
			model: 'stand-in',
			choices: [{ index: 0, message, finish_reason: 'say' in reply ? 'stop' : 'tool_calls' }],
			usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
		});
	});
	return model;
}

const records = (value: unknown): JsonRecord[] =>
	Array.isArray(value) ? value.filter(isRecord) : [];

const toolsOf = ({ tools }: JsonRecord): OfferedTool[] =>
	records(tools).map((tool) => tool.function as OfferedTool);
