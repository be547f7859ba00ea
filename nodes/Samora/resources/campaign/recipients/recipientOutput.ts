import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { operationError, refusedItem, errorRouter } from '../../../../shared/api/nodeErrors';
import { refusedRows } from '../../../../shared/itemList';
import type { Group, PlannedRows, Row } from './recipientRows';

/** What comes out of the rows. */

export const numbersOf = (rows: Row[]): string[] =>
	rows.map(({ recipient: { to_number } }) => to_number);

/**
 * What comes out of the rows that are not sent.
 *
 * @throws NodeOperationError when there are bad rows and the person did not choose to go on without them
 */
export function outputOfUnsent<Target>(
	context: IExecuteFunctions,
	{ skipped, refusals }: PlannedRows<Target>,
): Map<number, IDataObject> {
	if (refusals.length > 0 && !context.continueOnFail()) {
		throw operationError(
			context.getNode(),
			refusedRows(refusals, context.getInputData().length),
			refusals.length === 1 ? refusals[0].item : undefined,
		);
	}
	const output = new Map<number, IDataObject>(skipped);
	for (const { item, refusal } of refusals) output.set(item, refusedItem(refusal, item));
	return output;
}

/** Makes one item per row, in the order of the rows. */
export function rowOutput(
	context: IExecuteFunctions,
): (output: Map<number, IDataObject>) => INodeExecutionData[] {
	const routed = errorRouter(context);
	return (output) =>
		[...output]
			.sort(([one], [other]) => one - other)
			.map(([item, json]) => ({ json: routed(json), pairedItem: { item } }));
}

/**
 * One item per campaign; rows that did not go through come out one by one beside it, or they would be overlooked.
 *
 * @param head what stands first in a campaign's item; undefined for a campaign that has none
 */
export function summaries<Target>(
	{ groups, skipped }: PlannedRows<Target>,
	output: Map<number, IDataObject>,
	head: (group: Group<Target>) => IDataObject | undefined,
	inOrder: ReturnType<typeof rowOutput>,
): INodeExecutionData[] {
	const reported = new Map([...output].filter(([, json]) => 'error' in json));
	const summed = groups.flatMap((group): INodeExecutionData[] => {
		const { rows, skipped: leftOut, requests } = group;
		const first = head(group);
		if (first === undefined) return [];
		const skips = leftOut.map((item) => {
			const why = skipped.get(item);
			return { item, to_number: why?.to_number, reason: why?.reason };
		});
		const json = {
			...first,
			added: rows.filter(({ item }) => !reported.has(item)).length,
			skipped: skips.length,
			...(skips.length > 0 ? { skipped_items: skips } : {}),
			requests,
		};
		const pairedItem = [...rows.map(({ item }) => item), ...leftOut]
			.sort((one, other) => one - other)
			.map((item) => ({ item }));
		return [{ json, pairedItem }];
	});
	return [...summed, ...inOrder(reported)];
}
