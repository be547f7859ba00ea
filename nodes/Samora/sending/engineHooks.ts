import type {
	DeclarativeRestApiSettings,
	IDataObject,
	IExecutePaginationFunctions,
	IExecuteSingleFunctions,
	IN8nHttpFullResponse,
	INodeExecutionData,
	INodePropertyRouting,
	ITaskDataConnections,
} from 'n8n-workflow';

import { readBody, type ByteStream } from '../../shared/api/body';
import { EngineLoop } from './engineLoop';
import { Try } from './itemRun';
import type { EngineItems } from './plan';
import { isIdempotent, type ItemRequest, type Route } from './route';
import { runs } from './memory/run';

/**
 * Sends the items of an operation through the hooks of n8n's declarative engine.
 *
 * The engine builds a request per item and starts them all at once, forgets the answers of the others when one is
 * rejected, and starts all of them again on Retry On Fail. A pagination function replaces its sending: with it, every
 * item is looked at before the first is sent, a few are under way at a time, and what was done is not done again.
 *
 * @returns the part of an operation's routing that stands beside its `request`, which names method and URL
 */
export function sendPerItem<Request extends ItemRequest>(
	route: Route<Request>,
): INodePropertyRouting {
	return {
		send: { paginate: true },
		operations: {
			async pagination(
				this: IExecutePaginationFunctions,
				requestData: DeclarativeRestApiSettings.ResultOptions,
			) {
				return await takeTurn(this, route, requestData);
			},
		},
		output: { postReceive: [keepStatus] },
	};
}

/** Keeps the status next to the body: messages about refusals need it. */
async function keepStatus(
	this: IExecuteSingleFunctions,
	_items: INodeExecutionData[],
	{ statusCode, headers, body }: IN8nHttpFullResponse,
): Promise<INodeExecutionData[]> {
	const read = (await readBody(body as unknown as ByteStream)) as IDataObject;
	return [{ json: { statusCode, headers: { ...headers }, body: read } }];
}

async function takeTurn<Request extends ItemRequest>(
	context: IExecutePaginationFunctions,
	route: Route<Request>,
	requestData: DeclarativeRestApiSettings.ResultOptions,
): Promise<INodeExecutionData[]> {
	const item = context.getItemIndex();
	const run = runs.of(context);
	let current = run.current;
	if (!current?.arrive(item)) {
		const items = engineItems(context);
		const loop = new EngineLoop(items.count, pacingOf(context), context.continueOnFail());
		const isOnce = !isIdempotent(route, requestData.options.method);
		current = new Try(context, route, run, items, loop, isOnce);
		current.arrive(item);
		run.current = current;
	}
	const output = await current.take(item, { context, requestData });
	return output.map((one) => ({ ...one, pairedItem: { item } }));
}

/** Batching in Request Options, as the engine reads it. */
function pacingOf(context: IExecuteSingleFunctions): { size: number; pause: number } | undefined {
	const { batching } = context.getNodeParameter('requestOptions', {}) as {
		batching?: { batch?: { batchSize?: number; batchInterval?: number } };
	};
	const { batchSize = 1, batchInterval = 0 } = batching?.batch ?? {};
	return batchInterval > 0 ? { size: Math.max(1, batchSize), pause: batchInterval } : undefined;
}

/**
 * The engine's hooks are shown one item at a time, and the execute data may hold more than it goes through: with
 * Execute Once, or when an AI agent calls the node. So the engine's own list is counted.
 */
function engineItems(context: IExecuteSingleFunctions): EngineItems {
	const { inputData, connectionInputData } = context as {
		inputData?: ITaskDataConnections;
		connectionInputData?: INodeExecutionData[];
	};
	const { main, ai_tool: tool } = inputData ?? context.getExecuteData().data;
	return {
		count: (main?.[0] ?? tool?.[0] ?? []).length,
		inExpressions: connectionInputData ?? [],
	};
}
