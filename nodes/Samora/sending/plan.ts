import type { IExecuteSingleFunctions, INodeExecutionData } from 'n8n-workflow';

import { attempt, parameterReader, readAll, Refusal } from '../../shared/parameters';
import type { Credential } from '../../shared/api/api';
import type { ItemRequest, Plan, PlanEntry, Route } from './route';

/** The items of the engine's loop. */
export interface EngineItems {
	count: number;
	/** What `$json` means in each item's expressions. */
	inExpressions: INodeExecutionData[];
}

/** All items of a try, looked at before the first is sent. */
export interface PlannedItems<Request extends ItemRequest> {
	/** What each item asks for, or why it can't be read, before the rules for all items together. */
	composed: Array<Request | Refusal>;
	plan: Plan<Request>;
}

export function planItems<Request extends ItemRequest>(
	context: IExecuteSingleFunctions,
	route: Route<Request>,
	{ count, inExpressions }: EngineItems,
	credential: Credential,
): PlannedItems<Request> {
	const read = parameterReader(context, inExpressions);
	const composed = Array.from({ length: count }, (_, item) =>
		attempt(() => {
			const readItem = read(item);
			readAll(context, readItem);
			return route.compose(readItem, credential);
		}),
	);
	const plan = composed.map((one): PlanEntry<Request> =>
		one instanceof Refusal ? { kind: 'refuse', refusal: one } : { kind: 'send', request: one },
	);
	route.once?.arrange(plan, context);
	return { composed, plan };
}
