import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { operationError, refusedItem, errorRouter } from '../../../../shared/api/nodeErrors';
import { refusedRows } from '../../../../shared/itemList';
import { isAgentTool } from '../../../sending/memory/agentMemory';
import type { Group, PlannedRows, Row } from './recipientRows';

/** What comes out of the rows. */

export const numbersOf = (rows: Row[]): string[] =>
	rows.map(({ recipient: { to_number } }) => to_number);

/**
 * What comes out of the rows that are not sent.
 *
 * @throws NodeOperationError when there are bad rows and the user did not choose to go on without them
 */
export function outputOfUnsent<Target>(
	context: IExecuteFunctions,
	{ skipped, refusals, runRefusal }: PlannedRows<Target>,
): Map<number, IDataObject> {
	const total = context.getInputData().length;
	if (!context.continueOnFail()) {
		const node = context.getNode();
		if (refusals.length > 0) {
			const message = refusedRows(refusals, total, 'nobody was called');
			throw operationError(node, message, refusals.length === 1 ? refusals[0].item : undefined);
		}
		if (runRefusal) {
			const { message } = runRefusal;
			throw operationError(node, { message, description: 'Nothing was sent.' });
		}
	}
	const output = new Map<number, IDataObject>(skipped);
	for (const { item, refusal } of refusals) output.set(item, refusedItem(refusal, item));
	if (runRefusal) {
		for (let item = 0; item < total; item++) {
			if (!output.has(item)) output.set(item, refusedItem(runRefusal, item));
		}
	}
	return output;
}

/**
 * Makes one item per row, in the order of the rows. What is skipped, refused or failed carries the fields of its input
 * item, so that a person sees who it was; into the error output n8n puts them itself.
 */
export function rowOutput(
	context: IExecuteFunctions,
): (output: Map<number, IDataObject>, includeInputFields?: boolean) => INodeExecutionData[] {
	const routed = errorRouter(context);
	const input = context.getInputData();
	const toErrorOutput = context.getNode().onError === 'continueErrorOutput';
	const isTool = isAgentTool(context);
	return (output, includeInputFields = false) =>
		[...output]
			.sort(([one], [other]) => one - other)
			.map(([item, json]) => {
				const isFailed = 'error' in json;
				const isLeftOut = isFailed ? !toErrorOutput : json.skipped === true;
				const hasInput = (isLeftOut && !isTool) || (includeInputFields && !isFailed);
				const own = routed(json);
				return { json: hasInput ? { ...input[item]?.json, ...own } : own, pairedItem: { item } };
			});
}

/** One item per row that was only checked. */
export const checkedOutput = (
	{ checked = new Map<number, IDataObject>(), includeInputFields }: PlannedRows<unknown>,
	inOrder: ReturnType<typeof rowOutput>,
): INodeExecutionData[] => inOrder(checked, includeInputFields);

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
		const why = new Map(leftOut.map((item) => [item, { ...skipped.get(item), skipped: true }]));
		const skips = inOrder(why).map(({ json }, index) => {
			const skip: IDataObject = { ...json, item: leftOut[index] };
			delete skip.skipped;
			return skip;
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
