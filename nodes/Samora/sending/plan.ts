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
	type ReadParameter,
} from '../../shared/parameters';
import { maxOngoingCalls } from '../rules/maxOngoingCalls';
import {
	identityIn,
	type ItemRequest,
	type Plan,
	type PlanEntry,
	type Route,
	type Surroundings,
} from './route';
import type { Sender } from './request';
import type { RunMemory } from './memory/runMemory';

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
	/** Whether all of them are refused for one reason, which is no item's own. */
	isRunRefused: boolean;
	includeInputFields: boolean;
	/** Lets so many items be under way at the same time, from being sent to the end of what comes after. */
	ongoing: <Result>(task: () => Promise<Result>) => Promise<Result>;
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
	const read = parameterReader(context, items.inExpressions);
	const surroundings = { ...credential, timezone: context.getTimezone() };
	const plan = composeItems(context, route, items.count, read, surroundings);
	// Before the rules for all items together: what was done is not undone by one that has come to apply.
	memory.claim(
		plan.map((entry) => (entry.kind === 'send' ? identityIn(route, entry.request) : undefined)),
	);
	const runRefusal = route.once?.arrange(plan, context, read);
	if (runRefusal) plan.fill({ kind: 'refuse', refusal: runRefusal });
	// What was accepted before is not refused for having become a bad row since.
	const refusals = plan.flatMap((entry, item) =>
		entry.kind === 'refuse' && !memory.acceptedOf(item) ? [{ item, refusal: entry.refusal }] : [],
	);
	const options = recordOf(context.getNodeParameter('options', {}));
	const most = attempt(() => maxOngoingCalls(options.maxOngoingCalls));
	return {
		plan,
		refusals,
		isRunRefused: runRefusal !== undefined,
		includeInputFields: options.includeInputFields === true,
		ongoing: pLimit(route.followUp && !(most instanceof Refusal) ? most : Infinity),
		baseUrl: credential.baseUrl,
		apiKey,
		hasTimeout: trimmed(context.getNodeParameter('requestOptions.timeout', '')) !== '',
		limit: pLimit(concurrency(options.maxConcurrency)),
	};
}

function composeItems<Request extends ItemRequest>(
	context: IExecuteSingleFunctions,
	route: Route<Request>,
	count: number,
	read: (item: number) => ReadParameter,
	surroundings: Surroundings,
): Plan<Request> {
	return Array.from({ length: count }, (_, item): PlanEntry<Request> => {
		const request = attempt(() => {
			const readItem = read(item);
			readAll(context, readItem);
			refuseProxyWithoutPort(readItem('requestOptions'));
			return route.compose(readItem, surroundings);
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
