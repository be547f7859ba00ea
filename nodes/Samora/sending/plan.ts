import type { IExecuteSingleFunctions, INodeExecutionData } from 'n8n-workflow';
import pLimit from 'p-limit';

import type { Credential } from '../../shared/api/api';
import { refuseProxyWithoutPort } from '../../shared/api/requestOptions';
import type { RefusedRow } from '../../shared/itemList';
import {
	attempt,
	parameterReader,
	readAll,
	recordOf,
	Refusal,
	trimmed,
} from '../../shared/parameters';
import { identityIn, type ItemRequest, type Plan, type PlanEntry, type Route } from './route';
import type { Sender } from './request';
import type { RunMemory } from './runMemory';

const MAX_CONCURRENCY = 5;

/** The items of the engine's loop. */
export interface EngineItems {
	count: number;
	/** What `$json` means in each item's expressions. */
	inExpressions: INodeExecutionData[];
}

/** What a try sets out to do: all items are looked at before the first is sent. */
export interface Preparation<Request extends ItemRequest> extends Pick<
	Sender,
	'baseUrl' | 'apiKey' | 'hasTimeout'
> {
	plan: Plan<Request>;
	/** The rows that are refused. */
	refusals: RefusedRow[];
	limit: <Result>(task: () => Promise<Result>) => Promise<Result>;
}

/** Reads the credential once for all items, then looks at all of them. */
export async function prepare<Request extends ItemRequest>(
	context: IExecuteSingleFunctions,
	route: Route<Request>,
	items: EngineItems,
	memory: RunMemory,
): Promise<Preparation<Request>> {
	const { apiKey, ...credential } = await context.getCredentials<Credential & { apiKey: string }>(
		'samoraApi',
	);
	const plan = composeItems(context, route, items, credential);
	// Before the rules for all items together: what was done is not undone by one that has come to apply.
	memory.claim(
		plan.map((entry) => (entry.kind === 'send' ? identityIn(route, entry.request) : undefined)),
	);
	route.once?.arrange(plan, context);
	// What was accepted before is not refused for having become a bad row since.
	const refusals = plan.flatMap((entry, item) =>
		entry.kind === 'refuse' && !memory.acceptedOf(item) ? [{ item, refusal: entry.refusal }] : [],
	);
	const { maxConcurrency } = recordOf(context.getNodeParameter('options', {}));
	return {
		plan,
		refusals,
		baseUrl: credential.baseUrl,
		apiKey,
		hasTimeout: trimmed(context.getNodeParameter('requestOptions.timeout', '')) !== '',
		limit: pLimit(concurrency(maxConcurrency)),
	};
}

function composeItems<Request extends ItemRequest>(
	context: IExecuteSingleFunctions,
	route: Route<Request>,
	{ count, inExpressions }: EngineItems,
	credential: Credential,
): Plan<Request> {
	const read = parameterReader(context, inExpressions);
	return Array.from({ length: count }, (_, item): PlanEntry<Request> => {
		const request = attempt(() => {
			const readItem = read(item);
			readAll(context, readItem);
			refuseProxyWithoutPort(readItem('requestOptions'));
			return route.compose(readItem, credential);
		});
		return request instanceof Refusal
			? { kind: 'refuse', refusal: request }
			: { kind: 'send', request };
	});
}

function concurrency(given: unknown): number {
	const chosen = Number(given ?? MAX_CONCURRENCY);
	return Number.isInteger(chosen) && chosen >= 1 ? chosen : MAX_CONCURRENCY;
}
